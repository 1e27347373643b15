//! `GET comprobantes`: the list of what a taxpayer has sent, newest first, page by page.
//!
//! Documents that arrive while it is read shift every page: pages are read with an overlap, each clave counts once, and a page
//! that does not join the one before is read again from further up. What arrived meanwhile stands at the top, which is read
//! once more at the end.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::fault;
use super::fields::Fields;
use super::http::{RawAnswer, decode_text};
use crate::cause::{AnswerFault, Cause, Stage};
use crate::document::{Clave, DocumentKey};

/// Items of one page: the API's default and, by its own header, its maximum (`Accept-Range: resource 50`).
pub(crate) const PAGE: u64 = 50;
/// Items of a page that are read again with the next.
const OVERLAP: usize = 5;
/// A list that moves more often than that while it is read is not read any further.
const MOST_STEPS_BACK: u32 = 20;

/// One document in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListItem {
    /// Its key with the service.
    pub key: DocumentKey,
    /// `fecha`, where it can be read.
    pub date: Option<DateTime<Utc>>,
    /// The receptor's number, where it has one: of a MensajeReceptor the one who numbered it.
    pub receptor: Option<String>,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    /// Its documents.
    pub items: Vec<ListItem>,
    /// How many items it has, also of those that cannot be read.
    pub received: u64,
    /// How many the whole list has, where the service said so (`Content-Range: 0-50/120`).
    pub total: Option<u64>,
    /// The service said that this is all of it (200, not 206).
    pub whole: bool,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct List {
    /// Every document once, in the order in which they were read.
    pub items: Vec<ListItem>,
    /// All that was asked for was read.
    pub complete: bool,
}

/// Reads one page.
pub(crate) fn interpret_list(answer: &RawAnswer) -> Result<Page, Cause> {
    if !answer.is_success() {
        return Err(fault::of_status(Stage::List, answer));
    }
    let refuse = |fault| fault::of_answer(Stage::List, fault, answer, None);
    if answer.is_html() {
        return Err(refuse(AnswerFault::WebPage));
    }
    let text = decode_text(&answer.body);
    let not_json = |detail: String| refuse(AnswerFault::NotJson { detail: Some(detail) });
    let found: Vec<Item> =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|cause| not_json(cause.to_string()))?;
    let received = found.len() as u64;
    let items = found.iter().filter_map(|item| item.read().transpose()).collect::<Result<_, _>>();
    let items = items.map_err(|key| refuse(AnswerFault::Ambiguous { key }))?;
    let total = answer.content_range.as_deref().and_then(total_of);
    Ok(Page { items, received, total, whole: answer.http_status != 206 })
}

/// The number after the slash; the reference writes `0-10/100`, RFC 9110 `items 0-9/100`.
fn total_of(header: &str) -> Option<u64> {
    header.rsplit_once('/')?.1.trim().parse().ok()
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Item(Fields);

impl Item {
    /// None where it has no clave that can be read; the error is a key that says two things.
    fn read(&self) -> Result<Option<ListItem>, String> {
        let Some(key) = self.0.text("clave")?.and_then(key_of) else { return Ok(None) };
        let date = self.0.text("fecha")?.and_then(instant);
        let receptor = self.0.text_within("receptor", "numeroidentificacion").map(str::to_owned);
        Ok(Some(ListItem { key, date, receptor }))
    }
}

fn key_of(text: &str) -> Option<DocumentKey> {
    match text.split_once('-') {
        None => text.parse::<Clave>().ok().map(|clave| DocumentKey::from(&clave)),
        Some((clave, consecutivo)) => Some(DocumentKey::of_message(&clave.parse().ok()?, &consecutivo.parse().ok()?)),
    }
}

/// RFC 3339, with or without the colon in the offset: the reference prints `-0600`.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let parsed = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%z"));
    parsed.ok().map(|at| at.to_utc())
}

/// Reads the list down to `since`, or all of it, with at most so many requests. `ask` gives the page at an offset.
pub(crate) fn read_list(
    since: Option<DateTime<Utc>>,
    requests: u32,
    mut ask: impl FnMut(u64) -> Result<Page, Cause>,
) -> Result<List, Cause> {
    let mut reading = Reading { since, left: requests, seen: HashSet::new(), items: Vec::new() };
    let first = reading.left;
    let mut complete = reading.down(false, &mut ask)?;
    // What arrived during a reading of one request can only have come after it.
    if first - reading.left > 1 {
        complete &= reading.down(true, &mut ask)?;
    }
    Ok(List { items: reading.items, complete })
}

struct Reading {
    since: Option<DateTime<Utc>>,
    left: u32,
    seen: HashSet<DocumentKey>,
    items: Vec<ListItem>,
}

impl Reading {
    /// Reads from the top to the end that is wanted, or only to what has been read before; whether that was reached.
    fn down(&mut self, to_known: bool, ask: &mut impl FnMut(u64) -> Result<Page, Cause>) -> Result<bool, Cause> {
        let (mut offset, mut backs) = (0_u64, 0);
        let mut tail: Vec<DocumentKey> = Vec::new();
        while self.left > 0 {
            self.left -= 1;
            let page = ask(offset)?;
            let joins = tail.is_empty() || page.items.iter().any(|item| tail.contains(&item.key));
            if !joins && backs < MOST_STEPS_BACK {
                // The list has become shorter above: something between the two pages was not seen.
                backs += 1;
                offset = offset.saturating_sub(PAGE / 2);
                if offset == 0 {
                    tail.clear();
                }
                continue;
            }
            let met_known = page.items.iter().any(|item| self.seen.contains(&item.key));
            self.take(&page);
            let is_over = page.received == 0
                || page.whole && (offset == 0 || page.total.is_none() && page.received < PAGE)
                || page.total.is_some_and(|total| offset + page.received >= total);
            let is_old = |item: &ListItem| item.date.zip(self.since).is_some_and(|(date, since)| date < since);
            if is_over || page.items.last().is_some_and(is_old) || to_known && met_known {
                return Ok(joins);
            }
            tail = page.items.iter().rev().take(OVERLAP).map(|item| item.key.clone()).collect();
            offset += page.received.saturating_sub(tail.len() as u64).max(1);
        }
        Ok(false)
    }

    fn take(&mut self, page: &Page) {
        for item in &page.items {
            if self.seen.insert(item.key.clone()) {
                self.items.push(item.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::http::tests::answer;
    use super::*;

    fn clave(number: u64) -> String {
        format!("5062011260031019998880010000101{number:010}112345678")
    }

    fn json(numbers: impl IntoIterator<Item = u64>) -> String {
        let items: Vec<String> = numbers
            .into_iter()
            .map(|number| format!(r#"{{"clave":"{}","fecha":"2026-11-20T09:15:00-0600"}}"#, clave(number)))
            .collect();
        format!("[{}]", items.join(","))
    }

    /// A list of these documents, oldest first, to which so many are added before each request.
    fn read(mut numbers: Vec<u64>, arriving: u64, leaving: usize) -> (List, Vec<u64>) {
        let mut offsets = Vec::new();
        let list = read_list(None, 100, |offset| {
            offsets.push(offset);
            if offsets.len() > 1 && offsets.len() < 4 {
                let top = numbers.last().copied().unwrap_or_default();
                numbers.extend(top + 1..=top + arriving);
                let kept = numbers.len() - leaving;
                numbers.truncate(kept);
            }
            let from = usize::try_from(offset).unwrap();
            let page: Vec<u64> = numbers.iter().rev().skip(from).take(50).copied().collect();
            let whole = page.len() == numbers.len();
            let mut raw = answer(if whole { 200 } else { 206 }, &json(page));
            raw.content_range = Some(format!("{offset}-50/{}", numbers.len())).filter(|_| !whole);
            interpret_list(&raw)
        });
        (list.unwrap(), offsets)
    }

    fn found(list: &List) -> Vec<u64> {
        let mut numbers: Vec<u64> = list.items.iter().map(|item| item.key[31..41].parse().unwrap()).collect();
        numbers.sort_unstable();
        numbers
    }

    #[test]
    fn a_short_list_takes_one_request() {
        let (list, offsets) = read((1..=50).collect(), 0, 0);
        assert_eq!((found(&list), list.complete, offsets), ((1..=50).collect(), true, vec![0]));
        assert_eq!(read(Vec::new(), 0, 0).1, [0]);
    }

    #[test]
    fn pages_overlap_and_every_document_counts_once() {
        let (list, offsets) = read((1..=120).collect(), 0, 0);
        assert_eq!((found(&list), list.items.len(), list.complete), ((1..=120).collect(), 120, true));
        assert_eq!(offsets, [0, 45, 90, 0], "and the top once more");
    }

    #[test]
    fn documents_that_arrive_meanwhile_hide_none() {
        for arriving in [1, 7, 60] {
            let (list, _) = read((1..=120).collect(), arriving, 0);
            assert_eq!((found(&list), list.complete), ((1..=120 + 2 * arriving).collect(), true), "{arriving}");
        }
    }

    #[test]
    fn a_list_that_becomes_shorter_is_read_again_from_further_up() {
        let (list, _) = read((1..=120).collect(), 0, 12);
        assert!((1..=96).all(|number| found(&list).contains(&number)), "{:?}", found(&list));
    }

    #[test]
    fn it_ends_where_it_is_older_than_what_is_wanted_or_the_requests_are_spent() {
        let mut asked = 0;
        let mut page = |_| {
            asked += 1;
            let raw = RawAnswer { content_range: Some("0-50/9000".into()), ..answer(206, &json(1..=50)) };
            interpret_list(&raw)
        };
        let since = "2026-11-21T00:00:00Z".parse().ok();
        assert!(read_list(since, 9, &mut page).unwrap().complete);
        assert!(!read_list(None, 3, &mut page).unwrap().complete);
        assert_eq!(asked, 4);
    }

    #[test]
    fn what_is_no_list_is_a_fault_and_what_is_no_clave_is_left_out() {
        for body in ["", "{}", "<html>", "[1]", r#"[{"clave":"1","clave":"2"}]"#] {
            assert!(interpret_list(&answer(200, body)).is_err(), "{body}");
        }
        assert!(interpret_list(&answer(401, "[]")).is_err());
        let message = format!("{}-00100001050000000001", clave(1));
        let body = format!(
            r#"[{{"clave":"x"}},{{"fecha":"x"}},{{"clave":"{message}","receptor":{{"numeroIdentificacion":"3101"}}}}]"#
        );
        let page = interpret_list(&answer(200, &body)).unwrap();
        assert_eq!((page.received, page.items.len(), page.whole), (3, 1, true));
        assert_eq!(*page.items[0].key, *message);
        assert_eq!((page.items[0].receptor.as_deref(), page.items[0].date), (Some("3101"), None));
        for header in ["0-50/120", "items 0-49/120", "resource 0-50/120 "] {
            assert_eq!(total_of(header), Some(120), "{header}");
        }
    }
}

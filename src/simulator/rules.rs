//! Which rules of a script act on a request.

use std::collections::HashMap;

use super::action::{Action, Endpoint};
use super::script::Rule;
use crate::document::DocumentKey;

/// What a rule looks at.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    pub endpoint: Endpoint,
    /// The clave, or `CLAVE-CONSECUTIVO` of a MensajeReceptor.
    pub key: Option<String>,
}

impl Subject {
    /// The consecutivo: that of the MensajeReceptor, or characters 22 to 41 of the clave.
    pub(super) fn consecutivo(&self) -> Option<&str> {
        let key = self.key.as_deref()?;
        DocumentKey::parts_of(key).1.or_else(|| key.get(21..41))
    }

    /// The kind, by characters 9 and 10 of the consecutivo (annex 1, nota 3).
    fn kind(&self) -> Option<&'static str> {
        match self.consecutivo()?.get(8..10)? {
            "01" => Some("FE"),
            "02" => Some("ND"),
            "03" => Some("NC"),
            "04" => Some("TE"),
            "05" | "06" | "07" => Some("MR"),
            "08" => Some("FEC"),
            "09" => Some("FEE"),
            "10" => Some("REP"),
            _ => None,
        }
    }
}

/// The rules with what they have counted so far.
#[derive(Debug)]
pub(super) struct Rules {
    rules: Vec<Counted>,
}

#[derive(Debug)]
struct Counted {
    rule: Rule,
    /// Matching requests so far; for each document apart where the rule says so, else under the empty key.
    counts: HashMap<String, u64>,
}

impl Rules {
    pub(super) fn new(rules: Vec<Rule>) -> Self {
        Rules { rules: rules.into_iter().map(|rule| Counted { rule, counts: HashMap::new() }).collect() }
    }

    pub(super) fn push(&mut self, rule: Rule) {
        self.rules.push(Counted { rule, counts: HashMap::new() });
    }

    /// What happens to this exchange: the first rule that acts. Every rule that fits counts the request.
    pub(super) fn on_exchange(&mut self, subject: &Subject) -> Option<Action> {
        self.acting(subject, false).into_iter().next()
    }

    /// What is decided about the verdict of a document that has just been received: all rules that act.
    pub(super) fn on_reception(&mut self, subject: &Subject) -> Vec<Action> {
        self.acting(subject, true)
    }

    fn acting(&mut self, subject: &Subject, about_verdict: bool) -> Vec<Action> {
        self.rules
            .iter_mut()
            .filter(|counted| counted.rule.action.is_about_verdict() == about_verdict)
            .filter(|counted| fits(&counted.rule, subject))
            .filter_map(|counted| counted.count(subject).then(|| counted.rule.action.clone()))
            .collect()
    }
}

impl Counted {
    /// Counts the request; tells whether it is one of those acted on.
    fn count(&mut self, subject: &Subject) -> bool {
        let bucket = if self.rule.each { subject.key.clone().unwrap_or_default() } else { String::new() };
        let count = self.counts.entry(bucket).or_default();
        *count += 1;
        let past = count.saturating_sub(self.rule.nth);
        *count >= self.rule.nth && self.rule.times.is_none_or(|times| past < times)
    }
}

fn fits(rule: &Rule, subject: &Subject) -> bool {
    let endpoint = rule.endpoint.or_else(|| rule.action.endpoint());
    endpoint.is_none_or(|endpoint| endpoint == subject.endpoint)
        && rule.clave.as_deref().is_none_or(|clave| subject.key.as_deref() == Some(clave))
        && rule.consecutivo.as_deref().is_none_or(|wanted| subject.consecutivo() == Some(wanted))
        && rule.kind.as_deref().is_none_or(|kind| subject.kind() == Some(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAVE: &str = "50620112600310199988800100001010000000015112345678";

    fn submit(key: &str) -> Subject {
        Subject { endpoint: Endpoint::Submit, key: Some(key.to_owned()) }
    }

    #[test]
    fn the_nth_request_and_no_other() {
        let mut rules = Rules::new(vec![Rule::new(Action::ResetBefore).nth(2).times(1)]);
        let acted: Vec<bool> = (0..4).map(|_| rules.on_exchange(&submit(CLAVE)).is_some()).collect();
        assert_eq!(acted, [false, true, false, false]);
    }

    #[test]
    fn counted_for_each_document_apart() {
        let mut rules = Rules::new(vec![Rule::new(Action::ResetBefore).times(1).each()]);
        let acted: Vec<bool> =
            ["a", "b", "a", "b"].map(|key| rules.on_exchange(&submit(key)).is_some()).into_iter().collect();
        assert_eq!(acted, [true, true, false, false]);
    }

    #[test]
    fn by_kind_consecutivo_and_clave() {
        let rule = Rule::new(Action::Garbage).for_kind("FE");
        assert!(fits(&rule, &submit(CLAVE)));
        let of_consecutivo = |number: &str| Rule { consecutivo: Some(number.to_owned()), ..Rule::new(Action::Garbage) };
        assert!(fits(&of_consecutivo("00100001010000000015"), &submit(CLAVE)));
        assert!(!fits(&of_consecutivo("00100001010000000016"), &submit(CLAVE)));
        let receiver = submit(&format!("{CLAVE}-00100001050000000001"));
        assert!(fits(&Rule::new(Action::Garbage).for_kind("MR"), &receiver));
        assert!(!fits(&Rule::new(Action::Garbage).for_clave(CLAVE), &receiver));
    }
}

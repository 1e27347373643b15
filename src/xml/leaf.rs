//! The shortest way through a document: elements that hold a text and nothing else, read in one step each.

use super::chars;
use super::scanner::Scanner;

/// An element that is `<Name>text</Name>`, letter for letter. Nearly all elements of a comprobante are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf<'a> {
    /// The name, which has no prefix.
    pub name: &'a str,
    /// The text, which has no references and no carriage returns: it means what it says.
    pub text: &'a str,
    /// Where the tag begins.
    pub start: usize,
}

impl<'a> Scanner<'a> {
    /// Passes over a leaf and the white space before it, when the next bytes are exactly that. All of them are their own
    /// canonical form, and no namespace is declared. None, and nothing passed, when anything else comes, be it right or
    /// wrong: `next` tells. It takes a third of the time of the tokens that it stands for.
    #[inline]
    pub fn leaf(&mut self) -> Option<Leaf<'a>> {
        if self.self_closed || self.open.is_empty() || self.open.len() >= self.limits.max_depth {
            return None;
        }
        let start = chars::plain_space_end(self.bytes, self.at);
        if self.bytes.get(start) != Some(&b'<') {
            return None;
        }
        let name_end = chars::name_end(self.text, start + 1);
        let length = name_end - (start + 1);
        if length == 0 || length > self.limits.max_name || self.bytes.get(name_end) != Some(&b'>') {
            return None;
        }
        let text_end = chars::plain_text_end(self.bytes, name_end + 1);
        let end = text_end + 2 + length;
        let (name, end_tag) = (self.bytes.get(start + 1..name_end)?, self.bytes.get(text_end..=end)?);
        let [b'<', b'/', end_name @ .., b'>'] = end_tag else { return None };
        if !chars::same(name, end_name) {
            return None;
        }
        self.token_start = self.at;
        self.at = end + 1;
        Some(Leaf { name: &self.text[start + 1..name_end], text: &self.text[name_end + 1..text_end], start })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Limits, Scanner, Token, XmlError};

    /// Every token of a document as text, a leaf as the tokens that it stands for.
    fn tokens(document: &[u8], limits: Limits, with_leaves: bool) -> Result<Vec<String>, XmlError> {
        let mut scanner = Scanner::new(document, limits);
        let mut tokens: Vec<String> = Vec::new();
        loop {
            if let Some(leaf) = with_leaves.then(|| scanner.leaf()).flatten() {
                let span = scanner.span();
                if span.start < leaf.start {
                    tokens.push(scanner.source()[span.start..leaf.start].to_owned());
                }
                let (start, text) = (leaf.start + leaf.name.len() + 2, leaf.text);
                tokens.push(format!("<{}>", leaf.name));
                assert_eq!(&scanner.source()[start..start + text.len()], text);
                if !text.is_empty() {
                    tokens.push(text.to_owned());
                }
                tokens.push(format!("</{}>", leaf.name));
                assert!(scanner.source()[span].ends_with(&format!("</{}>", leaf.name)));
                continue;
            }
            match scanner.next()? {
                Token::Eof => return Ok(tokens),
                Token::End(_) if scanner.span().is_empty() => tokens.push("/".to_owned()),
                _ => tokens.push(scanner.source()[scanner.span()].to_owned()),
            }
        }
    }

    fn assert_same_tokens(document: &[u8], limits: Limits) {
        let (with, without) = (tokens(document, limits, true), tokens(document, limits, false));
        assert_eq!(with, without, "{}", String::from_utf8_lossy(document));
    }

    #[test]
    fn leaves_stand_for_their_tokens() {
        for document in [
            "<a><b>text</b></a>",
            "<a>\n  <b>text</b>\n  <b></b>\n  <c>x</c>\n</a>\n",
            "<a>\r\n  <b>text</b>\r\n</a>",
            "<a><b>&amp;</b><b>a]]&gt;</b><b>a></b><b>]]></b></a>",
            "<a><b >x</b><b>x</b ><b c='1'>x</b><b/><b>x<c/></b><p:b xmlns:p='u'>x</p:b></a>",
            "<a>text<b>x</b>text</a>",
            "<a><b>x</c></a>",
            "<a><b>x</bb></a>",
            "<a><bb>x</b></a>",
            "<a><1>x</1></a>",
            "<a><b>x",
            "<a><b>x<",
            "<a><b>x</",
            "<a><b>x</b",
            "<a><b",
            "<a><",
            "<a>  ",
            "<b>x</b>",
            "<a/><b>x</b>",
            "<a><ñu>año</ñu><b>日本</b><ñu>x</ñ></a>",
        ] {
            assert_same_tokens(document.as_bytes(), Limits::default());
        }
    }

    #[test]
    fn leaves_obey_the_limits() {
        let document = b"<a><b><c>x</c></b><name>x</name></a>";
        for (max_depth, max_name) in [(1, 9), (2, 9), (3, 9), (4, 9), (9, 3), (9, 4)] {
            assert_same_tokens(document, Limits { max_depth, max_name, ..Limits::default() });
        }
    }

    proptest! {
        #[test]
        fn random_documents_have_the_same_tokens_either_way(pieces in prop::collection::vec(0usize..20, 0..40)) {
            const PIECES: [&str; 20] = [
                "<b>", "</b>", "<b>x</b>", "<c>", "</c>", "<c>1.00</c>", "<b/>", " ", "\n\t", "\r", "x", "&amp;", ">",
                "]]>", "<!--c-->", "<b c='1'>", "<p:b xmlns:p='u'>", "<", "</", "<![CDATA[x]]>",
            ];
            let inside: String = pieces.iter().map(|piece| PIECES[*piece]).collect();
            assert_same_tokens(format!("<a>{inside}</a>").as_bytes(), Limits::default());
        }
    }
}

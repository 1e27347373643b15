//! XML as this program accepts it: one strict, bounded reader for everything that is read from outside.
//!
//! Whatever is verified, imported or interpreted goes through [`Scanner`], so no second parser can see another document
//! in the same bytes. It takes well-formed, namespace-well-formed UTF-8 and nothing more: no DOCTYPE, no entities beyond
//! the five of XML, limits on everything that could grow. It knows nothing of comprobantes and nothing of signatures.

mod chars;
mod context;
mod decode;
mod error;
mod leaf;
mod namespaces;
mod outline;
mod prolog;
mod reader;
mod scanner;
mod tag;

use std::borrow::Cow;

pub(crate) use chars::{find as find_byte, same};
pub use context::Context;
pub(crate) use error::{Position, XmlError};
pub(crate) use leaf::Leaf;
pub(crate) use namespaces::XML_NAMESPACE;
pub(crate) use outline::Outline;
pub use reader::{Event, Reader};
pub use scanner::{Scanner, Token};
pub(crate) use tag::{Attribute, EndTag, StartTag};

/// How large a document may be. A comprobante of 1,000 lines has 0.8 MB, 6 levels and 2 attributes on an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole document.
    pub max_bytes: usize,
    /// Elements inside one another.
    pub max_depth: usize,
    /// Attributes of one element, namespace declarations included.
    pub max_attributes: usize,
    /// Bytes of one name, prefix included.
    pub max_name: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 20 * 1024 * 1024, max_depth: 64, max_attributes: 64, max_name: 256 }
    }
}

/// Whether the whole document is well formed and inside the default limits.
pub fn check(bytes: &[u8]) -> Result<(), XmlError> {
    let mut scanner = Scanner::new(bytes, Limits::default());
    while scanner.next()? != Token::Eof {}
    Ok(())
}

/// Decodes character data as it stands in a document: references become characters, CRLF and CR become LF.
/// The text must come from a [`Scanner`], which has already refused what cannot be decoded.
pub fn decode_text(raw: &str) -> Cow<'_, str> {
    decode::text(raw)
}

/// Decodes the text of a CDATA section: only its line ends change. As [`decode_text`], it trusts the scanner.
pub fn decode_cdata(raw: &str) -> Cow<'_, str> {
    decode::cdata(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(document: &[u8]) -> String {
        check(document).expect_err(&String::from_utf8_lossy(document)).to_string()
    }

    #[test]
    fn well_formed_documents_pass() {
        let documents: [&[u8]; 14] = [
            b"<a/>",
            b"<a></a>",
            b"\xEF\xBB\xBF<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n<a/>\r\n",
            b"<?xml version=\"1.0\" encoding=\"US-ASCII\"?><a/>",
            b"<!-- before --><?pi?><a/><?pi with text ?><!-- after -->\n",
            b"<a b='1' c=\"2\" xmlns:p='urn:p' p:b='3'><p:d p:e=''/></a>",
            b"<a p:b='1' xmlns:p='urn:p'/>",
            b"<p:a xmlns:p='urn:p'></p:a  >",
            b"<a xml:lang='es' xml:space='preserve'/>",
            b"<a>&lt;&gt;&amp;&quot;&apos;&#241;&#xF1;</a>",
            b"<a><![CDATA[<b> & ]] > ]]]></a>",
            b"<a> ]] > ]]&gt; </a >",
            b"<a xmlns='urn:a'><b xmlns=''/></a>",
            "<año día='ñ'>日本語</año>".as_bytes(),
        ];
        for document in documents {
            assert_eq!(check(document), Ok(()), "{}", String::from_utf8_lossy(document));
        }
    }

    /// Each hostile or broken document with the words of the sentence that refuses it.
    #[test]
    fn anything_else_is_refused_with_its_place() {
        let documents: [(&[u8], &str); 56] = [
            (b"", "the document is empty"),
            (b"   ", "the document is empty"),
            (b"hello", "line 1, column 1: this is not XML"),
            (b"<a>", "the document ends before `</a>`"),
            (b"<a", "the document ends inside this tag"),
            (b"<a b", "`=` and a value in quotes"),
            (b"<a b=", "a value in quotes is expected"),
            (b"<a b='1", "the document ends inside this value"),
            (b"<a></b>", "line 1, column 4: `</a>` is expected here"),
            (b"<a></ab>", "`</a>` is expected here"),
            (b"<ab></a>", "`</ab>` is expected here"),
            (b"</a>", "this end tag has no start tag"),
            (b"<a/><b/>", "one root element"),
            (b"<a/>text", "text after the root"),
            (b"<a/>&#32;", "text after the root"),
            (b"<a/><![CDATA[x]]>", "only elements, text and comments"),
            (b"<!DOCTYPE a><a/>", "line 1, column 1: a DOCTYPE"),
            (b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "a DOCTYPE"),
            (b"<a><!DOCTYPE a></a>", "a DOCTYPE"),
            (b"<a><!ENTITY x 'y'></a>", "a DOCTYPE or other declaration"),
            (b"<a>&nbsp;</a>", "line 1, column 4: `&nbsp;` is not one of the five entities"),
            (b"<a>&</a>", "write `&amp;`"),
            (b"<a>& b;</a>", "not one of the five"),
            (b"<a>&#0;</a>", "no character that XML allows"),
            (b"<a>&#xD800;</a>", "no character that XML allows"),
            (b"<a>&#xFFFF;</a>", "no character that XML allows"),
            (b"<a>]]></a>", "`]]>` is not allowed in text"),
            (b"<a b='<'/>", "`<` is not allowed in a value"),
            (b"<a b='&x;'/>", "not one of the five"),
            (b"<a b='1' b='2'/>", "stands twice"),
            (b"<a b='1'c='2'/>", "white space"),
            (b"<a b=1/>", "a value in quotes"),
            (b"<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>", "are the same one"),
            (b"<p:a/>", "the prefix `p` is not declared"),
            (b"<a p:b='1'/>", "the prefix `p` is not declared"),
            (b"<a><b xmlns:p='u'/><p:c/></a>", "the prefix `p` is not declared"),
            (b"<a xmlns:p=''/>", "bound to nothing"),
            (b"<a xmlns:xmlns='u'/>", "cannot be declared"),
            (b"<a xmlns:xml='u'/>", "cannot be bound"),
            (b"<a xmlns:p='http://www.w3.org/2000/xmlns/'/>", "reserved"),
            (b"<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>", "reserved"),
            (b"<a xmlns:p='a&amp;b'/>", "namespace name with references"),
            (b"<a:b:c xmlns:a='u'/>", "one colon"),
            (b"<:a/>", "a name is expected"),
            (b"<a:/>", "one colon"),
            (b"< a/>", "a name is expected"),
            (b"<a><!-- x -- y --></a>", "`--` is not allowed"),
            (b"<a><!-- x ---></a>", "`--` is not allowed"),
            (b"<a><!-- x </a>", "the document ends inside this comment"),
            (b"<a><?xml version='1.0'?></a>", "at the very start"),
            (b" <?xml version='1.0'?><a/>", "at the very start"),
            (b"<?xml version='1.1'?><a/>", "XML version `1.1` is not read"),
            (b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "declares the encoding `ISO-8859-1`"),
            (b"<?xml encoding='UTF-8'?><a/>", "the XML declaration is not of the form"),
            (b"<a>\xF1</a>", "line 1, column 4: this is not UTF-8"),
            (b"<a>\n\xC3\xB1\x01</a>", "line 2, column 2: the character U+0001 is not allowed"),
        ];
        for (document, words) in documents {
            let sentence = complaint(document);
            assert!(sentence.contains(words), "{}\nsays: {sentence}", String::from_utf8_lossy(document));
        }
        assert!(complaint(b"\xFF\xFE<\0a\0/\0>\0").contains("UTF-16"));
    }

    #[test]
    fn what_could_grow_is_limited() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert_eq!(check(nested(64).as_bytes()), Ok(()));
        assert!(complaint(nested(65).as_bytes()).contains("deeper than 64"));
        let attributes =
            |count: usize| format!("<a{}/>", (0..count).map(|number| format!(" b{number}=''")).collect::<String>());
        assert_eq!(check(attributes(64).as_bytes()), Ok(()));
        assert!(complaint(attributes(65).as_bytes()).contains("more than 64 attributes"));
        let declared = |names: std::ops::Range<usize>| names.map(|n| format!(" xmlns:n{n}='u'")).collect::<String>();
        let namespaces = format!("<a{}><a{}><a{}/></a></a>", declared(0..60), declared(60..120), declared(120..129));
        assert!(complaint(namespaces.as_bytes()).contains("more than 128 namespace declarations"));
        assert!(complaint(format!("<{}/>", "a".repeat(257)).as_bytes()).contains("longer than 256"));
        let mut scanner = Scanner::new(b"<a></a>", Limits { max_bytes: 6, ..Limits::default() });
        assert!(scanner.next().expect_err("too large").to_string().contains("7 bytes; at most 6"));
    }

    #[test]
    fn the_reader_joins_text_and_resolves_names() {
        let document = b"<a xmlns='urn:a'>x<!-- no -->&amp;<![CDATA[<y>\r\n]]>z<b c='1&#10;' xmlns=''/>\r</a>";
        let mut reader = Reader::new(document);
        let Ok(Event::Start(root)) = reader.next() else { panic!("the root") };
        assert_eq!((root.namespace, root.name), ("urn:a", "a"));
        assert_eq!(reader.next(), Ok(Event::Text("x&<y>\nz".into())));
        let Ok(Event::Start(inner)) = reader.next() else { panic!("the inner element") };
        assert_eq!((inner.namespace, inner.name), ("", "b"));
        assert_eq!(inner.attribute("c").as_deref(), Some("1\n"));
        assert_eq!(reader.position().line, 2);
        assert_eq!(reader.next(), Ok(Event::End));
        assert_eq!(reader.next(), Ok(Event::Text("\n".into())));
        assert_eq!(reader.next(), Ok(Event::End));
        assert_eq!(reader.next(), Ok(Event::Eof));
    }
}

//! Canonical XML: the examples of the recommendations, and random documents held against a canonicaliser that is not
//! ours.
//!
//! Left out of the examples of Canonical XML 1.0: 3.5 (entities) and the defaulted attribute of 3.3 and the tokenised
//! one of 3.4, which need the DTD that our reader refuses; 3.6, which is ISO-8859-1 (its character is in another test);
//! 3.7, which selects single nodes by XPath, where we canonicalise whole elements only.

use base64::Engine;
use bergshamra_c14n::{C14nMode, canonicalize_doc};
use bergshamra_xml::NodeSet;
use cr_einvoice::signature::canonical::{self, Method, Omit};
use cr_einvoice::xml::{Context, Event, Limits, Reader, Scanner, Token};
use proptest::prelude::*;

pub fn ours(xml: &str, method: &Method) -> String {
    let mut written = Vec::new();
    canonical::document(xml.as_bytes(), method, Omit::Nothing, &mut written)
        .unwrap_or_else(|error| panic!("{error}\n{xml}"));
    String::from_utf8(written).expect("UTF-8")
}

fn with_comments(method: Method) -> Method {
    Method { comments: true, ..method }
}

#[test]
fn example_3_1_instructions_and_comments_outside_the_root() {
    let xml = "<?xml version=\"1.0\"?>\n\n<?xml-stylesheet   href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n\n\
               <doc>Hello, world!<!-- Comment 1 --></doc>\n\n<?pi-without-data     ?>\n\n<!-- Comment 2 -->\n\n\
               <!-- Comment 3 -->\n";
    assert_eq!(
        ours(xml, &Method::inclusive()),
        "<?xml-stylesheet href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n<doc>Hello, world!</doc>\n<?pi-without-data?>"
    );
    assert_eq!(
        ours(xml, &with_comments(Method::inclusive())),
        "<?xml-stylesheet href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n<doc>Hello, world!<!-- Comment 1 --></doc>\n\
         <?pi-without-data?>\n<!-- Comment 2 -->\n<!-- Comment 3 -->"
    );
}

#[test]
fn what_is_rewritten_and_what_is_kept_stay_in_order_at_any_size() {
    let line = |end: &str, empty: &str| format!("  <a b=\"1\">kept{empty}</a>&gt;{}{end}", "long ".repeat(40));
    for lines in [1, 20, 100, 1000] {
        let written = format!("<doc>{}</doc>", line("\r\n", "<e/>").repeat(lines));
        let canonical = format!("<doc>{}</doc>", line("\n", "<e></e>").repeat(lines));
        assert!(ours(&written, &Method::inclusive()) == canonical, "{lines} lines");
        // The first and the last lines alone are rewritten: long runs of the source lie between.
        let kept = line("\n", "<e></e>").repeat(lines);
        let mixed = format!("<doc>{}{kept}{}</doc>", line("\r\n", "<e/>"), line("\r\n", "<e/>"));
        let whole = format!("<doc>{kept}{}</doc>", line("\n", "<e></e>").repeat(2));
        assert!(ours(&mixed, &Method::inclusive()) == whole, "{lines} lines between");
    }
}

#[test]
fn example_3_2_white_space_stays() {
    let xml = "<doc>\n   <clean>   </clean>\n   <dirty>   A   B   </dirty>\n   <mixed>\n      A\n      \
               <clean>   </clean>\n      B\n      <dirty>   A   B   </dirty>\n      C\n   </mixed>\n</doc>";
    assert_eq!(ours(xml, &Method::inclusive()), xml);
}

#[test]
fn example_3_3_tags() {
    let xml = "<doc>\n   <e1   />\n   <e2   ></e2>\n   <e3   name = \"elem3\"   id=\"elem3\"   />\n   \
               <e4   name=\"elem4\"   id=\"elem4\"   ></e4>\n   <e5 a:attr=\"out\" b:attr=\"sorted\" attr2=\"all\" \
               attr=\"I'm\"\n      xmlns:b=\"http://www.ietf.org\"\n      xmlns:a=\"http://www.w3.org\"\n      \
               xmlns=\"http://example.org\"/>\n   <e6 xmlns=\"\" xmlns:a=\"http://www.w3.org\">\n      \
               <e7 xmlns=\"http://www.ietf.org\">\n         <e8 xmlns=\"\" xmlns:a=\"http://www.w3.org\">\n            \
               <e9 xmlns=\"\" xmlns:a=\"http://www.ietf.org\"/>\n         </e8>\n      </e7>\n   </e6>\n</doc>";
    let canonical = "<doc>\n   <e1></e1>\n   <e2></e2>\n   <e3 id=\"elem3\" name=\"elem3\"></e3>\n   \
               <e4 id=\"elem4\" name=\"elem4\"></e4>\n   <e5 xmlns=\"http://example.org\" \
               xmlns:a=\"http://www.w3.org\" xmlns:b=\"http://www.ietf.org\" attr=\"I'm\" attr2=\"all\" \
               b:attr=\"sorted\" a:attr=\"out\"></e5>\n   <e6 xmlns:a=\"http://www.w3.org\">\n      \
               <e7 xmlns=\"http://www.ietf.org\">\n         <e8 xmlns=\"\">\n            \
               <e9 xmlns:a=\"http://www.ietf.org\"></e9>\n         </e8>\n      </e7>\n   </e6>\n</doc>";
    assert_eq!(ours(xml, &Method::inclusive()), canonical);
}

#[test]
fn example_3_4_characters_and_references() {
    let xml = "<doc>\n   <text>First line&#x0d;&#10;Second line</text>\n   <value>&#x32;</value>\n   \
               <compute><![CDATA[value>\"0\" && value<\"10\" ?\"valid\":\"error\"]]></compute>\n   \
               <compute expr='value>\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"'>valid</compute>\n   \
               <norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/>\n</doc>";
    let canonical = "<doc>\n   <text>First line&#xD;\nSecond line</text>\n   <value>2</value>\n   \
               <compute>value&gt;\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"</compute>\n   \
               <compute expr=\"value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; ?&quot;valid&quot;:&quot;error&quot;\">\
               valid</compute>\n   <norm attr=\" '    &#xD;&#xA;&#x9;   ' \"></norm>\n</doc>";
    assert_eq!(ours(xml, &Method::inclusive()), canonical);
}

#[test]
fn line_ends_and_literal_white_space_are_normalised() {
    assert_eq!(ours("<a b='\t\n\r\n\r&#9;'/>", &Method::inclusive()), "<a b=\"    &#x9;\"></a>");
    assert_eq!(
        ours("<a>\r\n\r<![CDATA[\r\n\r]]><!--\r\n\r--><?p x\r\n\r?></a>", &with_comments(Method::inclusive())),
        "<a>\n\n\n\n<!--\n\n--><?p x\n\n?></a>"
    );
}

/// The example of Exclusive XML Canonicalization 1.0, section 2.2: the same element in two envelopes.
#[test]
fn exclusive_example_2_2_an_element_leaves_its_envelope() {
    let inner = "<n1:elem2 xmlns:n1=\"http://example.net\" xml:lang=\"en\">\n     \
                 <n3:stuff xmlns:n3=\"ftp://example.org\"/>\n   </n1:elem2>";
    let first = format!("<n0:pdu xmlns:n0=\"http://a.example\">{inner}</n0:pdu>");
    let second = format!(
        "<n2:pdu xmlns:n1=\"http://example.com\" xmlns:n2=\"http://foo.example\" xml:lang=\"fr\" \
                          xml:space=\"retain\">{inner}</n2:pdu>"
    );
    let stuff = "<n3:stuff xmlns:n3=\"ftp://example.org\"></n3:stuff>\n   </n1:elem2>";
    for envelope in [&first, &second] {
        assert_eq!(
            subtree(envelope, "elem2", &Method::exclusive()),
            format!("<n1:elem2 xmlns:n1=\"http://example.net\" xml:lang=\"en\">\n     {stuff}")
        );
    }
    assert_eq!(
        subtree(&first, "elem2", &Method::inclusive()),
        format!(
            "<n1:elem2 xmlns:n0=\"http://a.example\" xmlns:n1=\"http://example.net\" xml:lang=\"en\">\n     {stuff}"
        )
    );
    assert_eq!(
        subtree(&second, "elem2", &Method::inclusive()),
        format!(
            "<n1:elem2 xmlns:n1=\"http://example.net\" xmlns:n2=\"http://foo.example\" xml:lang=\"en\" \
                 xml:space=\"retain\">\n     {stuff}"
        )
    );
}

/// The four references of `merlin-exc-c14n-one` (Merlin Hughes, Baltimore, 2002, among the tests of xmlsec): the element
/// with its surroundings as published, and the SHA-1 digests that the signature holds. `merlin-c14n-three` is left out:
/// it selects single nodes by XPath and needs a DTD.
#[test]
fn exclusive_vectors_of_merlin() {
    let xml = "<Foo xmlns:bar=\"urn:bar\" xmlns=\"urn:foo\" xml:space=\"preserve\">\n  \
               <dsig:Signature xmlns:dsig=\"http://www.w3.org/2000/09/xmldsig#\">\n    \
               <dsig:Object Id=\"to-be-signed\">\n      <bar:Baz>\n        <!--  comment -->\n      </bar:Baz>\n    \
               </dsig:Object>\n  </dsig:Signature>\n</Foo>";
    let prefixes = || vec!["bar".to_owned(), String::new()];
    let listed = |method| Method { inclusive_prefixes: prefixes(), ..method };
    let vectors = [
        (Method::exclusive(), "7yOTjUu+9oEhShgyIIXDLjQ08aY="),
        (listed(Method::exclusive()), "09xMy0RTQM1Q91demYe/0F6AGXo="),
        (with_comments(Method::exclusive()), "ZQH+SkCN8c5y0feAr+aRTZDwyvY="),
        (listed(with_comments(Method::exclusive())), "a1cTqBgbqpUt6bMJN4C6zFtnoyo="),
    ];
    for (method, expected) in vectors {
        let canonical = subtree(xml, "Object", &method);
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, canonical.as_bytes());
        assert_eq!(base64::engine::general_purpose::STANDARD.encode(digest), expected, "{method:?}\n{canonical}");
    }
}

#[test]
fn only_the_signatures_that_are_meant_are_left_out() {
    const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
    let own = format!("<s:Signature xmlns:s=\"{DS}\"><s:Signature/></s:Signature>");
    let other = format!("<Signature xmlns=\"{DS}\">x</Signature>");
    let xml = format!("<a>1{own}2<b>{other}</b>3<Signature/>4</a>");
    let without = |omit| {
        let mut written = Vec::new();
        canonical::document(xml.as_bytes(), &Method::inclusive(), omit, &mut written).expect("well formed");
        String::from_utf8(written).expect("UTF-8")
    };
    assert_eq!(without(Omit::Signatures), "<a>12<b></b>3<Signature></Signature>4</a>");
    let start = xml.find("<s:Signature").expect("the own one");
    assert_eq!(without(Omit::ElementAt(start)), format!("<a>12<b>{other}</b>3<Signature></Signature>4</a>"));
}

/// The canonical form of the first element of this local name, found and read the way verification does.
fn subtree(xml: &str, local_name: &str, method: &Method) -> String {
    let mut scanner = Scanner::new(xml.as_bytes(), Limits::default());
    let mut contexts = vec![Context::default()];
    loop {
        match scanner.next().expect("well formed") {
            Token::Start(tag) if tag.local_name() == local_name => break,
            Token::Start(_) => {
                let mut context = contexts.last().expect("a context").clone();
                context.namespaces = scanner.namespaces_in_scope();
                for attribute in scanner.attributes().iter().filter(|attribute| attribute.prefix() == "xml") {
                    context.inherit(attribute.name, attribute.value().into_owned());
                }
                contexts.push(context);
            }
            Token::End(_) => drop(contexts.pop()),
            Token::Eof => panic!("no {local_name} in\n{xml}"),
            _ => {}
        }
    }
    let (start, depth) = (scanner.span().start, scanner.depth());
    while scanner.depth() >= depth {
        scanner.next().expect("well formed");
    }
    let mut written = Vec::new();
    let context = contexts.last().expect("a context");
    canonical::element(&xml[..scanner.span().end], start, context, method, Omit::Nothing, &mut written)
        .expect("well formed");
    String::from_utf8(written).expect("UTF-8")
}

fn mode(method: &Method) -> C14nMode {
    match (method.exclusive, method.comments) {
        (false, false) => C14nMode::Inclusive,
        (false, true) => C14nMode::InclusiveWithComments,
        (true, false) => C14nMode::Exclusive,
        (true, true) => C14nMode::ExclusiveWithComments,
    }
}

/// What the other canonicaliser writes, of the document or of the first element of a local name.
fn theirs(xml: &str, local_name: Option<&str>, method: &Method) -> String {
    let document = uppsala::parse(xml).unwrap_or_else(|error| panic!("{error}\n{xml}"));
    let set = local_name.map(|name| {
        let mut descendants = document.descendants(document.root()).into_iter();
        let is_it =
            |node: &uppsala::NodeId| document.element(*node).is_some_and(|element| element.name.local_name == name);
        NodeSet::tree_with_comments(descendants.find(is_it).expect("the element"), &document)
    });
    let prefixes: Vec<&str> =
        method.inclusive_prefixes.iter().map(|prefix| if prefix.is_empty() { "#default" } else { prefix }).collect();
    let written = canonicalize_doc(&document, mode(method), set.as_ref(), &prefixes).expect("canonical");
    String::from_utf8(written).expect("UTF-8")
}

pub fn any_method() -> impl Strategy<Value = Method> {
    let prefixes = prop::sample::subsequence(vec!["", "p", "q", "xml"], 0..3);
    (any::<bool>(), any::<bool>(), prefixes).prop_map(|(exclusive, comments, prefixes)| Method {
        exclusive,
        comments,
        inclusive_prefixes: if exclusive { prefixes.into_iter().map(str::to_owned).collect() } else { Vec::new() },
    })
}

/// Which oddities random documents have. The Rust canonicaliser that ours is held against keeps literal tabs and line
/// ends in an attribute, which XML 1.0 makes spaces (section 3.3.3), and CRLF in sections and comments, which XML 1.0
/// makes LF (section 2.11): with those, `.ci/interop` holds ours against libxml2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oddities {
    AllButLineEnds,
    All,
}

fn any_value(oddities: Oddities) -> impl Strategy<Value = String> {
    let mut pieces = vec!["a", " ", "ñ", "'", ">", "&amp;", "&lt;", "&quot;", "&#9;", "&#10;", "&#xD;", "\u{1F600}"];
    if oddities == Oddities::All {
        pieces.extend(["\t", "\n", "\r\n", "\r"]);
    }
    prop::collection::vec(prop::sample::select(pieces), 0..5).prop_map(|pieces| pieces.concat())
}

fn any_content(oddities: Oddities) -> impl Strategy<Value = String> {
    let end = if oddities == Oddities::All { "\r\n" } else { "\n" };
    let piece = prop_oneof![
        4 => any_value(Oddities::All).prop_filter("`]]>` needs escaping", |text| !text.contains("]]>")),
        1 => Just(format!("<!-- c{end} -->")),
        1 => Just("<?go  a b ?>".to_owned()),
        1 => Just(format!("<![CDATA[<&>{end}]] >]]>")),
    ];
    prop::collection::vec(piece, 0..3).prop_map(|pieces| pieces.concat())
}

/// The namespaces that a tag declares. `p` and `q` are declared by the root, so that every prefix is bound.
fn any_declarations() -> impl Strategy<Value = String> {
    let default = prop::sample::select(vec!["", " xmlns=''", " xmlns='urn:a'", " xmlns=\"urn:b\""]);
    let p = prop::sample::select(vec!["", "", " xmlns:p='urn:a'", " xmlns:p='urn:p'"]);
    let q = prop::sample::select(vec!["", "", " xmlns:q='urn:b'", " xmlns:q='urn:q'"]);
    (default, p, q).prop_map(|(default, p, q)| format!("{q}{default}{p}"))
}

fn any_attributes(oddities: Oddities) -> impl Strategy<Value = String> {
    let names = prop::sample::subsequence(vec!["z", "b", "ref", "p:b", "q:c", "xml:lang", "xml:space"], 0..4);
    (names.prop_shuffle(), any_value(oddities), any::<bool>()).prop_map(|(names, value, double)| {
        let value = value.replace('\'', "&apos;");
        let (quote, value) = if double { ('"', value) } else { ('\'', value) };
        names.iter().map(|name| format!(" {name}={quote}{value}{quote}")).collect()
    })
}

fn any_element(oddities: Oddities) -> impl Strategy<Value = String> {
    let tag = move || (prop::sample::select(vec!["a", "p:b", "q:c"]), any_declarations(), any_attributes(oddities));
    let leaf = (tag(), any_content(oddities)).prop_map(|((name, declarations, attributes), content)| {
        match content.is_empty() {
            true => format!("<{name}{declarations}{attributes} />"),
            false => format!("<{name}{attributes}{declarations}>{content}</{name} >"),
        }
    });
    leaf.prop_recursive(4, 24, 4, move |inner| {
        (tag(), any_content(oddities), prop::collection::vec((inner, any_content(oddities)), 0..4)).prop_map(
            |((name, declarations, attributes), first, children)| {
                let children: String = children.iter().map(|(child, text)| format!("{child}{text}")).collect();
                format!("<{name}{declarations}{attributes}>{first}{children}</{name}>")
            },
        )
    })
}

/// Documents that are well formed and odd.
pub fn any_document(oddities: Oddities) -> impl Strategy<Value = String> {
    (any_element(oddities), any_element(oddities), any_declarations(), any_attributes(oddities)).prop_map(|(first, second, more, attributes)| {
        let declarations = if more.contains("xmlns:p") || more.contains("xmlns:q") {
            " xmlns:p='urn:p' xmlns:q='urn:q'".to_owned()
        } else {
            format!(" xmlns:p='urn:p' xmlns:q='urn:q'{more}")
        };
        format!(
            "<?xml version='1.0'?><?before?>\n<!-- b -->\n<root{declarations}{attributes}>{first}<sub>{second}</sub></root>\n<?after it?>"
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_documents_come_out_as_the_other_canonicaliser_writes_them(xml in any_document(Oddities::AllButLineEnds), method in any_method()) {
        prop_assert_eq!(ours(&xml, &method), theirs(&xml, None, &method), "{}", xml);
    }

    #[test]
    fn random_elements_come_out_as_the_other_canonicaliser_writes_them(xml in any_document(Oddities::AllButLineEnds), method in any_method()) {
        prop_assert_eq!(subtree(&xml, "sub", &method), theirs(&xml, Some("sub"), &method), "{}", xml);
    }

    #[test]
    fn what_is_canonical_stays_as_it_is(xml in any_document(Oddities::All), method in any_method()) {
        let once = ours(&xml, &method);
        prop_assert_eq!(ours(&once, &method), once);
    }

    #[test]
    fn the_reader_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..64), xml in any_document(Oddities::All), cut in any::<prop::sample::Index>()) {
        let whole = xml.as_bytes();
        let cut = &whole[..cut.index(whole.len())];
        for document in [&bytes[..], cut] {
            let mut reader = Reader::new(document);
            while matches!(reader.next(), Ok(event) if event != Event::Eof) {}
        }
    }
}

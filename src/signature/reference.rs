//! References: what each one points at, by which transforms, and whether its digest is that of what is there
//! (XML Signature, section 3.2.1).

use super::Digest;
use super::canonical::{self, Method, Omit, Sink};
use super::digest;
use super::markup::{Markup, algorithm, required};
use super::names::{C14N, DS, ENVELOPED, EXCLUSIVE_C14N, NOT_A_SIGNATURE, XPATH};
use super::survey::Survey;
use super::tree::Node;
use crate::cause::{ReferenceFault, SignatureFault, StructureFault};
use crate::xml::{Context, XmlError};

/// What a reference covers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target<'n, 'a> {
    /// The whole document: `URI=""`.
    Document,
    /// The root element by its Id, which covers all that counts as well.
    Root,
    /// `ds:KeyInfo` of this signature.
    KeyInfo(&'n Node<'a>),
    /// `xades:SignedProperties` of this signature.
    SignedProperties(&'n Node<'a>),
    /// A `ds:Object` of this signature, or something in it.
    Object(&'n Node<'a>),
}

/// A reference that has been understood; its digest has not been compared yet.
#[derive(Debug)]
pub(super) struct Reference<'n, 'a> {
    /// What it covers.
    pub target: Target<'n, 'a>,
    method: Method,
    omit: Omit,
    digest: Digest,
    expected: String,
}

impl<'n, 'a> Reference<'n, 'a> {
    /// Understands a `ds:Reference`, or says why it is refused.
    pub(super) fn of(node: &'n Node<'a>, markup: &Markup<'n, 'a>, survey: &Survey<'a>) -> Result<Self, SignatureFault> {
        let target = target(node, markup, survey)?;
        let transforms: Vec<&Node> = match node.only(DS, "Transforms") {
            Some(transforms) => transforms.all(DS, "Transform").collect(),
            None => Vec::new(),
        };
        let (omit, mut method) = read_transforms(&transforms, markup.signature.span.start, target)?;
        // What a reference inside the document selects has no comments, whatever canonicalisation follows
        // (XML Signature, section 4.4.3.3).
        method.comments = false;
        let digest_method = algorithm(required(node, "DigestMethod")?)?;
        let digest = Digest::of_uri(&digest_method).ok_or(ReferenceFault::DigestAlgorithm { name: digest_method })?;
        let expected = required(node, "DigestValue")?.value()?.split_ascii_whitespace().collect();
        Ok(Self { target, method, omit, digest, expected })
    }

    /// Compares the digest with that of what is there. The error is the likeliest cause.
    pub(super) fn check(&self, survey: &Survey<'a>) -> Result<(), SignatureFault> {
        if self.matches(&self.method, self.omit, None, survey)? {
            return Ok(());
        }
        Err(self.likeliest_cause(survey).into())
    }

    fn matches(
        &self,
        method: &Method,
        omit: Omit,
        context: Option<&Context<'a>>,
        survey: &Survey<'a>,
    ) -> Result<bool, SignatureFault> {
        let mut digest = self.digest.context();
        self.canonicalize(method, omit, context, survey, &mut digest).map_err(not_canonical)?;
        Ok(digest::finish_base64(digest) == self.expected)
    }

    fn canonicalize(
        &self,
        method: &Method,
        omit: Omit,
        context: Option<&Context<'a>>,
        survey: &Survey<'a>,
        sink: &mut impl Sink,
    ) -> Result<(), XmlError> {
        match self.target {
            Target::Document => survey.canonicalize_document(method, omit, sink),
            Target::Root => survey.canonicalize_root(method, omit, sink),
            Target::KeyInfo(node) | Target::SignedProperties(node) | Target::Object(node) => {
                let text = &survey.text()[..node.span.end];
                let context = context.unwrap_or(&node.inherited);
                canonical::element(text, node.span.start, context, method, omit, sink)
            }
        }
    }

    /// Tries the mistakes that signing programs make, to name the one that was made here.
    fn likeliest_cause(&self, survey: &Survey<'a>) -> ReferenceFault {
        let other = if self.method.exclusive { Method::inclusive() } else { Method::exclusive() };
        let tried = |method: &Method, omit, context| self.matches(method, omit, context, survey) == Ok(true);
        if tried(&other, self.omit, None) {
            return ReferenceFault::OtherCanonicalization { made_exclusive: other.exclusive };
        }
        match self.target {
            Target::Document | Target::Root
                if survey.signatures.len() > 1 && tried(&self.method, Omit::Signatures, None) =>
            {
                ReferenceFault::SignatureAddedLater
            }
            Target::Document | Target::Root => ReferenceFault::DocumentChanged,
            _ if tried(&self.method, self.omit, Some(&Context::default())) => ReferenceFault::WithoutNamespaces,
            _ => ReferenceFault::PartChanged,
        }
    }
}

fn not_canonical(error: XmlError) -> SignatureFault {
    SignatureFault::NotCanonical { detail: error.to_string() }
}

/// Finds what a URI points at. Only what a comprobante's signature has to cover is accepted: a reference into the body
/// would invite a verifier to look at one element and a program to read another.
fn target<'n, 'a>(node: &Node, markup: &Markup<'n, 'a>, survey: &Survey<'a>) -> Result<Target<'n, 'a>, SignatureFault> {
    let uri = node.attribute("URI").ok_or(ReferenceFault::NoUri)?;
    if uri.is_empty() {
        return Ok(Target::Document);
    }
    let named = || uri.clone().into_owned();
    let id = uri.strip_prefix('#').ok_or_else(|| ReferenceFault::Outside { uri: named() })?;
    let start = match survey.elements_with_id(id).collect::<Vec<_>>()[..] {
        [] => return Err(ReferenceFault::Dangling { uri: named() }.into()),
        [start] => start,
        _ => return Err(StructureFault::IdTwice { id: id.to_owned() }.into()),
    };
    if start == survey.outline.root_start {
        return Ok(Target::Root);
    }
    let part = |node: Option<&'n Node<'a>>| node.filter(|node| node.span.start == start);
    if let Some(key_info) = part(markup.key_info) {
        return Ok(Target::KeyInfo(key_info));
    }
    if let Some(properties) = part(markup.signed_properties) {
        return Ok(Target::SignedProperties(properties));
    }
    let objects = markup.signature.children().iter().filter(|child| child.is(DS, "Object"));
    objects
        .filter(|object| object.span.contains(&start))
        .find_map(|object| object.at(start))
        .map(Target::Object)
        .ok_or_else(|| ReferenceFault::Partial { uri: named() }.into())
}

/// Understands a list of transforms: filters that leave out signatures, then at most one canonicalisation. Without one,
/// inclusive canonicalisation applies (XML Signature, section 4.4.3.2).
fn read_transforms(transforms: &[&Node], signature: usize, target: Target) -> Result<(Omit, Method), SignatureFault> {
    let mut omit = Omit::Nothing;
    let mut method = None;
    for transform in transforms {
        let name = algorithm(transform)?;
        if method.is_some() {
            return Err(ReferenceFault::LateTransform { name }.into());
        }
        let filter = match name.as_str() {
            ENVELOPED => Omit::ElementAt(signature),
            XPATH => xpath_filter(transform)?,
            _ => {
                method = Some(read_method(transform)?);
                continue;
            }
        };
        if !matches!(target, Target::Document | Target::Root) {
            return Err(ReferenceFault::PartTransform { name }.into());
        }
        if omit != Omit::Signatures {
            omit = filter;
        }
    }
    Ok((omit, method.unwrap_or_default()))
}

/// The one XPath filter in use is known by its text: an engine would take seconds for what is one comparison, and would
/// let a stranger's expression decide what was signed.
fn xpath_filter(transform: &Node) -> Result<Omit, SignatureFault> {
    let expression = required(transform, "XPath")?;
    let compact: String = expression.value()?.chars().filter(|character| !character.is_ascii_whitespace()).collect();
    let (before, after) = NOT_A_SIGNATURE.split_once("ds:").unwrap_or_default();
    let prefix = compact.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)?.strip_suffix(':'));
    match prefix {
        Some(prefix) if expression.namespace_of(prefix) == Some(DS) => Ok(Omit::Signatures),
        _ => {
            let (filter, accepted) = (expression.text().trim().to_owned(), NOT_A_SIGNATURE.to_owned());
            Err(ReferenceFault::OtherFilter { filter, accepted }.into())
        }
    }
}

/// The canonicalisation that an element names, `ds:Transform` or `ds:CanonicalizationMethod`.
pub(super) fn read_method(node: &Node) -> Result<Method, SignatureFault> {
    const WITH_COMMENTS: &str = "WithComments";
    let name = algorithm(node)?;
    let (base, comments) = match name.strip_suffix(WITH_COMMENTS) {
        Some(base) => (base.strip_suffix('#').filter(|base| *base == C14N).unwrap_or(base), true),
        None => (name.as_str(), false),
    };
    match base {
        C14N => Ok(Method { comments, ..Method::inclusive() }),
        EXCLUSIVE_C14N => Ok(Method { comments, inclusive_prefixes: prefix_list(node), ..Method::exclusive() }),
        _ => Err(ReferenceFault::UnknownTransform { name }.into()),
    }
}

/// The PrefixList of exclusive canonicalisation (Exclusive C14N, section 4).
fn prefix_list(node: &Node) -> Vec<String> {
    let list = node.only(EXCLUSIVE_C14N, "InclusiveNamespaces").and_then(|list| list.attribute("PrefixList"));
    let prefixes = list.unwrap_or_default();
    prefixes.split_ascii_whitespace().map(|prefix| if prefix == "#default" { "" } else { prefix }.to_owned()).collect()
}

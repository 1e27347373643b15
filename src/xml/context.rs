//! What an element inherits from the elements around it.

/// The namespaces and `xml:` attributes that the ancestors of an element put in force for it. With it a part of a
/// document can be read, and canonicalised, without reading the document again from its start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context<'a> {
    /// Prefix and namespace; the prefix of the default namespace is `""`.
    pub namespaces: Vec<(&'a str, &'a str)>,
    /// Name (`xml:lang`) and decoded value.
    pub xml_attributes: Vec<(&'a str, String)>,
}

impl<'a> Context<'a> {
    /// Puts a declaration in force in place of an outer one of the same prefix.
    pub fn declare(&mut self, prefix: &'a str, namespace: &'a str) {
        self.namespaces.retain(|(known, _)| *known != prefix);
        if !namespace.is_empty() {
            self.namespaces.push((prefix, namespace));
        }
    }

    /// Puts an `xml:` attribute in force in place of an outer one of the same name.
    pub fn inherit(&mut self, name: &'a str, value: String) {
        self.xml_attributes.retain(|(known, _)| *known != name);
        self.xml_attributes.push((name, value));
    }
}

//! The form in which the database keeps a value for people.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value that a text column keeps as compact JSON, `{"kind":{fields}}`.
///
/// Columns also hold sentences of versions that wrote none but these, and may hold kinds of a version to come: whatever
/// is not a value that this version knows is read as words, and shown to the letter.
pub(crate) trait Stored: Serialize + DeserializeOwned {
    /// Words that are no value of a known kind.
    fn of_words(words: String) -> Self;

    /// The words, when it holds nothing but words.
    fn words(&self) -> Option<&str>;

    /// What the column keeps. Words stay as they are, so that a person who asks the database itself reads them; only words
    /// that would be taken for a value are wrapped.
    fn to_text(&self) -> String {
        match self.words() {
            Some(words) if serde_json::from_str::<Self>(words).is_err() => words.to_owned(),
            // These values have only text for keys, so that they can always be written.
            _ => serde_json::to_string(self).unwrap_or_default(),
        }
    }

    /// Reads a column, whoever wrote it.
    fn of_text(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_else(|_| Self::of_words(text.to_owned()))
    }
}

/// Makes a closed type with a variant for mere words a [`Stored`] one.
macro_rules! stored_with_words {
    ($type:ident) => {
        impl $crate::cause::Stored for $type {
            fn of_words(words: String) -> Self {
                $type::Words(words)
            }

            fn words(&self) -> Option<&str> {
                match self {
                    $type::Words(words) => Some(words),
                    _ => None,
                }
            }
        }
    };
}
pub(super) use stored_with_words;

//! Opened bytes of which others are made: a signed document begins like its draft, and its hash goes on from the draft's.

use aws_lc_rs::digest::{Context, SHA256};

use super::seal::{Damage, Hash, Sealed, Sealer, hash};

/// Bytes, and the running hash of all before their last tag, where a signature is put in.
pub struct Opened {
    bytes: Vec<u8>,
    before_last_tag: usize,
    hashed: Context,
}

impl Opened {
    /// Takes bytes.
    pub fn of(bytes: Vec<u8>) -> Self {
        let before_last_tag = memchr::memrchr(b'<', &bytes).unwrap_or_default();
        let mut hashed = Context::new(&SHA256);
        hashed.update(&bytes[..before_last_tag]);
        Opened { bytes, before_last_tag, hashed }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The hash of bytes that mostly begin like these. What they have in common is compared, which is ten times as quick as to hash it.
    fn hash_of(&self, bytes: &[u8]) -> Hash {
        let Some(rest) = bytes.strip_prefix(&self.bytes[..self.before_last_tag]) else { return hash(bytes) };
        let mut context = self.hashed.clone();
        context.update(rest);
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        hash
    }
}

impl Sealed {
    /// The same as [`Sealed::open`], for bytes of which others will be made.
    pub fn open_to_continue(&self) -> Result<Opened, Damage> {
        let opened = Opened::of(self.expand()?);
        if opened.bytes.len() == self.size && opened.hash_of(&opened.bytes) == self.sha256 {
            return Ok(opened);
        }
        Err(Damage::Hash)
    }
}

impl Sealer {
    /// The same as [`Sealer::seal`], of bytes that were made of others.
    pub fn seal_continued(&self, bytes: &[u8], from: &Opened) -> Sealed {
        self.seal_hashed(bytes, from.hash_of(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_goes_on_only_where_the_bytes_do() {
        let draft = b"<a>\n<b>text</b>\n</a>\n".to_vec();
        let sealed = Sealer::plain().seal(&draft);
        let opened = sealed.open_to_continue().expect("sound");
        assert_eq!(opened.bytes(), draft);
        let others: [&[u8]; 6] =
            [&draft, b"<a>\n<b>text</b>\n<s/></a>\n", b"<a>\n<b>Text</b>\n<s/></a>\n", b"<a>", b"", b"x"];
        for other in others {
            assert_eq!(Sealer::plain().seal_continued(other, &opened).sha256, hash(other));
        }
        for bytes in [&b""[..], b"no tag", b"<"] {
            let opened = Sealer::plain().seal(bytes).open_to_continue().expect("sound");
            assert_eq!(Sealer::plain().seal_continued(b"other", &opened).sha256, hash(b"other"));
        }
        let other_hash = Sealed { sha256: hash(b"other"), ..sealed.clone() };
        assert_eq!(other_hash.open_to_continue().err(), Some(Damage::Hash));
        assert!(Sealed { size: draft.len() - 1, ..sealed }.open_to_continue().is_err());
    }
}

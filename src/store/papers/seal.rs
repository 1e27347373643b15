//! Bytes as they lie in the database: compressed, beside their size and their hash. Sealing and opening are work for the threads
//! that sign and send, so nothing here knows of SQL; each thread keeps its compressor.

use std::cell::RefCell;
use std::fmt;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::digest::{SHA256, digest};
use zstd::zstd_safe::{self, CCtx, CDict, DCtx, DDict};

use crate::cause::PaperFault;
use crate::sha256::hexadecimal;

/// Higher levels gain nothing on a comprobante (measured on 11.6 KB and 830 KB).
const LEVEL: i32 = 3;
/// With a dictionary the lowest: its table of the dictionary has 32 KB instead of 384 and stays in the processor's nearest cache,
/// so that a paper takes a third of the time, and 1,167 bytes instead of 1,097 (11.7 KB).
const LEVEL_WITH_DICTIONARY: i32 = 1;
/// Above so many bytes a paper has learnt more from itself than from any dictionary, and a lower level writes fewer bytes in
/// two thirds of the time (1,000 lines, 814 KB: 71.3 KB at level 1, 73.6 KB at level 3).
const LONG: usize = 128 << 10;
const LEVEL_OF_LONG: i32 = 1;
/// More than any document or answer may have; the schema's CHECK of `size` says the same.
const LARGEST: usize = 256 << 20;

thread_local! {
    static COMPRESSOR: RefCell<CCtx<'static>> = RefCell::new(CCtx::create());
    static EXPANDER: RefCell<DCtx<'static>> = RefCell::new(DCtx::create());
}

/// A SHA-256.
pub(in crate::store) type Hash = [u8; 32];

/// Compressed bytes, their size and their hash, as a row keeps them.
#[derive(Clone)]
pub struct Sealed {
    pub(in crate::store) sha256: Hash,
    pub(in crate::store) size: usize,
    pub(in crate::store) dictionary: Option<Arc<Dictionary>>,
    pub(in crate::store) bytes: Vec<u8>,
}

/// What turns bytes of one sort into sealed ones. A clone costs nothing and may go to another thread.
#[derive(Debug, Clone, Default)]
pub struct Sealer {
    pub(super) dictionary: Option<Arc<Dictionary>>,
}

/// What zstd has learnt from earlier papers. Each half is prepared when it is first needed.
pub(crate) struct Dictionary {
    pub(in crate::store) id: i64,
    bytes: Vec<u8>,
    compressing: OnceLock<Option<CDict<'static>>>,
    expanding: OnceLock<Option<DDict<'static>>>,
}

/// Why sealed bytes cannot be given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// They are not there.
    Missing,
    /// The dictionary that they were compressed with is missing, or has changed.
    Dictionary(i64),
    /// They cannot be decompressed.
    Frame(&'static str),
    /// Other bytes come out than went in.
    Hash,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damage::Missing => f.write_str("it is not there"),
            Damage::Dictionary(id) => write!(f, "the dictionary {id} that it needs is missing or damaged"),
            Damage::Frame(cause) => write!(f, "it cannot be decompressed ({cause})"),
            Damage::Hash => f.write_str("its SHA-256 is not the one it was stored with"),
        }
    }
}

impl From<Damage> for PaperFault {
    fn from(damage: Damage) -> Self {
        match damage {
            Damage::Missing => PaperFault::Missing,
            Damage::Dictionary(id) => PaperFault::Dictionary { id },
            Damage::Frame(detail) => PaperFault::Frame { detail: detail.to_owned() },
            Damage::Hash => PaperFault::Hash,
        }
    }
}

impl Dictionary {
    pub(super) fn new(id: i64, bytes: Vec<u8>) -> Self {
        Dictionary { id, bytes, compressing: OnceLock::new(), expanding: OnceLock::new() }
    }

    /// One whose row is gone or does not hold what was stored: everything that needs it is damaged.
    pub(super) fn missing(id: i64) -> Self {
        let dictionary = Self::new(id, Vec::new());
        let _ = dictionary.compressing.set(None);
        let _ = dictionary.expanding.set(None);
        dictionary
    }

    /// Trained bytes that have no row yet, to see what they are worth.
    pub(super) fn on_trial(bytes: Vec<u8>) -> Self {
        Self::new(0, bytes)
    }

    fn compressing(&self) -> Option<&CDict<'static>> {
        self.compressing.get_or_init(|| CDict::try_create(&self.bytes, LEVEL_WITH_DICTIONARY)).as_ref()
    }

    fn expanding(&self) -> Option<&DDict<'static>> {
        self.expanding.get_or_init(|| DDict::try_create(&self.bytes)).as_ref()
    }
}

impl fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dictionary({}, {} bytes)", self.id, self.bytes.len())
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({}, {} of {} bytes)", self.sha256(), self.bytes.len(), self.size)
    }
}

/// The SHA-256 of bytes.
pub(in crate::store) fn hash(bytes: &[u8]) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

impl Sealer {
    /// One that does without a dictionary.
    pub fn plain() -> Self {
        Self::default()
    }

    /// One that uses this dictionary.
    pub(super) fn with(dictionary: Arc<Dictionary>) -> Self {
        Sealer { dictionary: Some(dictionary) }
    }

    /// Compresses bytes and takes their hash.
    pub fn seal(&self, bytes: &[u8]) -> Sealed {
        self.seal_hashed(bytes, hash(bytes))
    }

    /// Compresses bytes of which the hash is known.
    pub(super) fn seal_hashed(&self, bytes: &[u8], sha256: Hash) -> Sealed {
        let mut frame = Vec::with_capacity(zstd_safe::compress_bound(bytes.len()));
        // A dictionary that zstd refuses is done without: what is stored must only be readable.
        let is_long = bytes.len() > LONG;
        let usable = |dictionary: &&Arc<Dictionary>| !is_long && dictionary.compressing().is_some();
        let dictionary = self.dictionary.as_ref().filter(usable);
        COMPRESSOR.with_borrow_mut(|compressor| {
            let compressed = match dictionary.and_then(|dictionary| dictionary.compressing()) {
                Some(prepared) => compressor.compress_using_cdict(&mut frame, bytes, prepared),
                None => compressor.compress(&mut frame, bytes, if is_long { LEVEL_OF_LONG } else { LEVEL }),
            };
            // The room is what zstd says that it may need, so that only a lack of memory is left, which ends the program anyway.
            assert!(compressed.is_ok(), "zstd did not compress {} bytes", bytes.len());
        });
        frame.shrink_to_fit();
        Sealed { sha256, size: bytes.len(), dictionary: dictionary.cloned(), bytes: frame }
    }
}

impl Sealed {
    /// The bytes that were sealed, none other.
    pub fn open(&self) -> Result<Vec<u8>, Damage> {
        let bytes = self.expand()?;
        if bytes.len() == self.size && hash(&bytes) == self.sha256 { Ok(bytes) } else { Err(Damage::Hash) }
    }

    /// What the frame gives, not yet held against the hash.
    pub(super) fn expand(&self) -> Result<Vec<u8>, Damage> {
        if self.size > LARGEST {
            return Err(Damage::Frame("its size is beyond all limits"));
        }
        // Never more than the stored size is written, whatever the frame says of itself.
        let mut bytes = Vec::with_capacity(self.size);
        EXPANDER.with_borrow_mut(|expander| {
            let expanded = match &self.dictionary {
                Some(dictionary) => {
                    let prepared = dictionary.expanding().ok_or(Damage::Dictionary(dictionary.id))?;
                    expander.decompress_using_ddict(&mut bytes, &self.bytes, prepared)
                }
                None => expander.decompress(&mut bytes, &self.bytes),
            };
            expanded.map(|_| ()).map_err(|code| Damage::Frame(zstd_safe::get_error_name(code)))
        })?;
        Ok(bytes)
    }

    /// The SHA-256 of the bytes, hexadecimal.
    pub fn sha256(&self) -> String {
        hexadecimal(&self.sha256)
    }

    /// How many bytes opening it gives.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Whether these bytes were sealed in it.
    pub(in crate::store) fn holds(&self, bytes: &[u8]) -> bool {
        self.size == bytes.len() && self.sha256 == hash(bytes)
    }

    pub(in crate::store) fn dictionary_id(&self) -> Option<i64> {
        self.dictionary.as_ref().map(|dictionary| dictionary.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(number: usize) -> Vec<u8> {
        format!("<Factura><Clave>{number:050}</Clave><Total>{}</Total></Factura>", number * 7).into_bytes()
    }

    #[test]
    fn what_was_sealed_comes_back() {
        let sealer = Sealer::plain();
        for bytes in [Vec::new(), b"x".to_vec(), text(1), vec![7; 3_000_000]] {
            let sealed = sealer.seal(&bytes);
            assert_eq!(sealed.open(), Ok(bytes.clone()));
            assert!(sealed.holds(&bytes) && !sealed.holds(b"y"));
            assert_eq!((sealed.size(), sealed.sha256()), (bytes.len(), crate::sha256::sha256(&bytes)));
        }
    }

    #[test]
    fn a_dictionary_is_needed_again_and_a_wrong_one_is_seen() {
        let samples: Vec<Vec<u8>> = (0..200).map(text).collect();
        let trained = super::super::train(&samples).expect("a dictionary");
        let dictionary = Arc::new(Dictionary::new(5, trained.clone()));
        let sealed = Sealer::with(Arc::clone(&dictionary)).seal(&text(1_000));
        assert_eq!(sealed.open(), Ok(text(1_000)));
        assert!(sealed.bytes.len() < Sealer::plain().seal(&text(1_000)).bytes.len());
        let without = Sealed { dictionary: None, ..sealed.clone() };
        assert!(without.open().is_err());
        let gone = Sealed { dictionary: Some(Arc::new(Dictionary::missing(5))), ..sealed.clone() };
        assert_eq!(gone.open(), Err(Damage::Dictionary(5)));
        let mut spoilt = trained;
        let last = spoilt.len() - 1;
        spoilt[last] ^= 1;
        spoilt[last / 2] ^= 1;
        let other = Sealed { dictionary: Some(Arc::new(Dictionary::new(5, spoilt))), ..sealed };
        assert!(other.open().is_err() || other.open() == Ok(text(1_000)));
    }

    /// Whichever byte changes, other bytes are never given.
    #[test]
    fn damage_is_told_and_never_served() {
        let bytes: Vec<u8> = (0..40).flat_map(text).collect();
        let sealed = Sealer::plain().seal(&bytes);
        let mut told = 0;
        for position in 0..sealed.bytes.len() {
            let mut spoilt = sealed.clone();
            spoilt.bytes[position] ^= 0x10;
            match spoilt.open() {
                Ok(found) => assert_eq!(found, bytes, "byte {position}"),
                Err(_) => told += 1,
            }
        }
        assert!(told > sealed.bytes.len() * 9 / 10);
        assert!(Sealed { size: bytes.len() - 1, ..sealed.clone() }.open().is_err());
        assert_eq!(
            Sealed { size: usize::MAX, ..sealed.clone() }.open(),
            Err(Damage::Frame("its size is beyond all limits"))
        );
        let cut = Sealed { bytes: sealed.bytes[..sealed.bytes.len() / 2].to_vec(), ..sealed };
        assert!(cut.open().is_err());
    }

    /// A frame that unfolds to a thousand times its size is not followed beyond the size in its row.
    #[test]
    fn a_bomb_does_not_unfold() {
        let bomb = Sealer::plain().seal(&vec![0; 50_000_000]);
        assert!(bomb.bytes.len() < 10_000);
        let small = Sealed { size: 1_000, ..bomb };
        assert!(matches!(small.open(), Err(Damage::Frame(_))));
    }
}

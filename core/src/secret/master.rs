//! Master keys, and what is derived from them (HKDF-SHA256, RFC 5869).

use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::Purpose;

/// What sealed data with a key name begins with.
const MAGIC: &[u8; 4] = b"AVS1";
const NAME_LEN: usize = 8;
/// Bytes before the nonce: a mark and the name of the master key.
pub const HEADER_LEN: usize = MAGIC.len() + NAME_LEN;
/// Bytes of the keys for fingerprints and links together.
pub const LOOKUP_LEN: usize = 64;

/// A master key with its name.
pub(super) struct Master {
    bytes: Zeroizing<[u8; 32]>,
    name: [u8; NAME_LEN],
}

impl PartialEq for Master {
    fn eq(&self, other: &Self) -> bool {
        self.bytes.ct_eq(other.bytes.as_slice()).into()
    }
}

impl Master {
    pub(super) fn new(bytes: [u8; 32]) -> Self {
        let bytes = Zeroizing::new(bytes);
        let mut name = [0; NAME_LEN];
        expand(&bytes, b"aviso/key-name/1", &mut name);
        Self { bytes, name }
    }

    /// The key for one purpose.
    pub(super) fn key(&self, purpose: Purpose) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        expand(&self.bytes, purpose.label(), key.as_mut_slice());
        key
    }

    pub(super) fn name(&self) -> String {
        hex::encode(self.name)
    }

    pub(super) fn header(&self) -> Vec<u8> {
        [MAGIC.as_slice(), &self.name].concat()
    }
}

fn expand(master: &[u8; 32], label: &[u8], into: &mut [u8]) {
    let hkdf = hkdf::Hkdf::<Sha256>::new(None, master);
    hkdf.expand(label, into).expect("32 bytes are below HKDF's limit of 8160");
}

/// The name of the master key in the header of sealed data.
pub(super) fn name_in(sealed: &[u8]) -> Option<String> {
    let rest = sealed.strip_prefix(MAGIC)?;
    rest.get(..NAME_LEN).map(hex::encode)
}

/// The current master key and those before it, the newest first.
pub(super) struct Masters {
    pub(super) current: Master,
    pub(super) previous: Vec<Master>,
}

impl Masters {
    pub(super) fn all(&self) -> impl Iterator<Item = &Master> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

/// The keys for fingerprints and links. They outlive the master key.
pub(super) struct Lookup {
    pub(super) fingerprints: Zeroizing<[u8; 32]>,
    pub(super) links: Zeroizing<[u8; 32]>,
}

impl Lookup {
    /// As an install has them that has stored none.
    pub(super) fn derived(master: &Master) -> Self {
        Self { fingerprints: master.key(Purpose::Fingerprints), links: master.key(Purpose::Links) }
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (first, second) = bytes.split_at_checked(LOOKUP_LEN / 2)?;
        Some(Self {
            fingerprints: Zeroizing::new(first.try_into().ok()?),
            links: Zeroizing::new(second.try_into().ok()?),
        })
    }

    pub(super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(LOOKUP_LEN));
        bytes.extend_from_slice(self.fingerprints.as_slice());
        bytes.extend_from_slice(self.links.as_slice());
        bytes
    }
}

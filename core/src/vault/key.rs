//! Data keys: one a merchant, wrapped under the master key.

use std::fmt;

use zeroize::Zeroizing;

use crate::clock::Timestamp;
use crate::id::{DataKeyId, MerchantId};
use crate::payment::card::Card;
use crate::secret::{KeyError, Keyring, Purpose, decrypt, encrypt};

/// A data key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WrappedKey {
    pub(crate) id: DataKeyId,
    pub(crate) merchant_id: MerchantId,
    pub(crate) wrapped: Vec<u8>,
    /// The name of the master key that wrapped it.
    pub(crate) master: String,
    pub(crate) created_at: Timestamp,
    pub(crate) retired_at: Option<Timestamp>,
}

fn owner(id: DataKeyId, merchant: MerchantId) -> String {
    format!("{merchant} {id}")
}

impl WrappedKey {
    /// A new random key for a merchant.
    pub(crate) fn generate(keyring: &Keyring, merchant_id: MerchantId, now: Timestamp) -> Self {
        let (id, key) = (DataKeyId::new(now), Zeroizing::new(rand::random::<[u8; 32]>()));
        let wrapped = keyring.seal(Purpose::DataKeys, &owner(id, merchant_id), key.as_slice());
        Self { id, merchant_id, wrapped, master: keyring.current(), created_at: now, retired_at: None }
    }

    /// The key itself.
    ///
    /// # Errors
    ///
    /// [`KeyError::Seal`] when no master key of the ring wrapped it, or it is another merchant's.
    pub(crate) fn unwrap(&self, keyring: &Keyring) -> Result<DataKey, KeyError> {
        let plain = keyring.open(Purpose::DataKeys, &owner(self.id, self.merchant_id), &self.wrapped)?;
        let bytes: [u8; 32] = plain.as_slice().try_into().map_err(|_| KeyError::Seal)?;
        Ok(DataKey { id: self.id, bytes: Zeroizing::new(bytes) })
    }

    /// The same key under the current master key.
    ///
    /// # Errors
    ///
    /// [`KeyError::Seal`] when it does not open.
    pub(crate) fn rewrap(&self, keyring: &Keyring) -> Result<Self, KeyError> {
        let wrapped = keyring.reseal(Purpose::DataKeys, &owner(self.id, self.merchant_id), &self.wrapped)?;
        Ok(Self { wrapped, master: keyring.current(), ..self.clone() })
    }
}

/// An opened data key. It seals the cards of one merchant.
pub(crate) struct DataKey {
    pub(crate) id: DataKeyId,
    bytes: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({})", self.id)
    }
}

impl DataKey {
    /// Seals number and expiry so that they open only for the same owner.
    pub(crate) fn seal(&self, owner: &str, card: &Card) -> Vec<u8> {
        encrypt(&self.bytes, owner, card.to_sealable().expose().as_bytes())
    }

    /// Opens what [`seal`](Self::seal) closed.
    ///
    /// # Errors
    ///
    /// [`KeyError::Seal`] for another key or owner.
    pub(crate) fn open(&self, owner: &str, sealed: &[u8]) -> Result<Card, KeyError> {
        let plain = decrypt(&self.bytes, owner, sealed)?;
        std::str::from_utf8(&plain).ok().and_then(Card::from_sealable).ok_or(KeyError::Seal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

    fn card() -> Card {
        Card::new(&Secret::new("4242424242424242"), 12, 2030, NOW).unwrap()
    }

    #[test]
    fn a_card_opens_with_its_key_and_owner_only() {
        let ring = Keyring::new([1; 32]);
        let merchant = MerchantId::new(NOW);
        let wrapped = WrappedKey::generate(&ring, merchant, NOW);
        let key = wrapped.unwrap(&ring).unwrap();
        let sealed = key.seal("owner", &card());
        assert!(!sealed.windows(6).any(|part| part == b"424242"));
        assert_eq!(key.open("owner", &sealed).unwrap().number().expose(), "4242424242424242");
        assert_eq!(key.open("another", &sealed).unwrap_err(), KeyError::Seal);
        let other = WrappedKey::generate(&ring, merchant, NOW).unwrap(&ring).unwrap();
        assert_eq!(other.open("owner", &sealed).unwrap_err(), KeyError::Seal);
        let mut broken = sealed;
        *broken.last_mut().unwrap() ^= 1;
        assert_eq!(key.open("owner", &broken).unwrap_err(), KeyError::Seal);
    }

    #[test]
    fn a_wrapped_key_opens_for_its_merchant_and_through_three_master_keys() {
        let first = Keyring::new([1; 32]);
        let wrapped = WrappedKey::generate(&first, MerchantId::new(NOW), NOW);
        let stolen = WrappedKey { merchant_id: MerchantId::new(NOW), ..wrapped.clone() };
        assert!(stolen.unwrap(&first).is_err());
        let sealed = wrapped.unwrap(&first).unwrap().seal("o", &card());
        let second = Keyring::with_previous([2; 32], [[1; 32]]);
        let third = Keyring::with_previous([3; 32], [[2; 32]]);
        assert!(wrapped.unwrap(&third).is_err(), "the first key is gone");
        let moved = wrapped.rewrap(&second).unwrap().rewrap(&third).unwrap();
        assert_eq!(moved.master, third.current());
        let key = moved.unwrap(&Keyring::new([3; 32])).unwrap();
        assert_eq!(key.open("o", &sealed).unwrap().number().expose(), "4242424242424242");
        assert_eq!(format!("{key:?}"), format!("DataKey({})", moved.id));
    }
}

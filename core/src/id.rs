//! Identifiers: TypeIDs (`pay_01h2xcejqtf2nbrexx3vqjhp41`) and the short human reference of a payment.
//!
//! A TypeID is a prefix, an underscore and 26 characters of Crockford base32 over a UUIDv7 (TypeID
//! specification 0.3). Ids sort by time, so a page's cursor is an id. One newtype each, so that the
//! compiler refuses a mix-up.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use crate::clock::Timestamp;

/// Lower-case Crockford base32: no `i`, `l`, `o`, `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const SUFFIX_LEN: usize = 26;
const PREFIX_LEN_MAX: usize = 63;

/// Why a text is not the id that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text starts with another prefix, or with none.
    #[error("expected an id that starts with `{expected}_`")]
    Prefix {
        /// The prefix that the id should have.
        expected: &'static str,
    },
    /// The prefix is not made of lower-case letters (and inner underscores).
    #[error("an id's prefix has lower-case letters only")]
    PrefixAlphabet,
    /// The part behind the prefix has not 26 characters.
    #[error("an id has 26 characters after its prefix")]
    Length,
    /// A character outside the alphabet, or a value above 128 bits.
    #[error("an id has only the characters 0-9 and a-z without i, l, o, u, and starts with 0 to 7")]
    Alphabet,
}

/// Writes 128 bits as 26 characters.
fn encode_suffix(uuid: Uuid) -> String {
    let mut value = uuid.as_u128();
    let mut text = [b'0'; SUFFIX_LEN];
    for place in text.iter_mut().rev() {
        *place = ALPHABET[(value & 31) as usize];
        value >>= 5;
    }
    text.iter().map(|byte| char::from(*byte)).collect()
}

fn decode_suffix(text: &str) -> Result<Uuid, IdError> {
    if text.len() != SUFFIX_LEN {
        return Err(IdError::Length);
    }
    // 26 characters carry 130 bits: a first character above 7 would overflow 128.
    if !matches!(text.as_bytes()[0], b'0'..=b'7') {
        return Err(IdError::Alphabet);
    }
    text.bytes()
        .try_fold(0_u128, |value, byte| {
            let digit = ALPHABET.iter().position(|known| *known == byte)?;
            Some((value << 5) | digit as u128)
        })
        .map(Uuid::from_u128)
        .ok_or(IdError::Alphabet)
}

/// Splits any TypeID into prefix and UUID, as the specification reads it.
///
/// # Errors
///
/// [`IdError`] says which part is wrong.
pub fn parse_type_id(text: &str) -> Result<(&str, Uuid), IdError> {
    let (prefix, suffix) = match text.rsplit_once('_') {
        Some(("", _)) => return Err(IdError::PrefixAlphabet),
        Some(parts) => parts,
        None => ("", text),
    };
    let letters = prefix.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let edges = prefix.starts_with('_') || prefix.ends_with('_');
    if !letters || edges || prefix.len() > PREFIX_LEN_MAX {
        return Err(IdError::PrefixAlphabet);
    }
    Ok((prefix, decode_suffix(suffix)?))
}

/// Writes a TypeID; an empty prefix gives the bare suffix.
#[must_use]
pub fn format_type_id(prefix: &str, uuid: Uuid) -> String {
    if prefix.is_empty() { encode_suffix(uuid) } else { format!("{prefix}_{}", encode_suffix(uuid)) }
}

/// A UUIDv7 whose time part is `now`, so that ids follow the injected clock. Ids of one process
/// within a millisecond count up (RFC 9562, 6.2, method 1), so that they sort as they were made.
fn uuid_at(now: Timestamp) -> Uuid {
    static LAST: Mutex<(u64, u16)> = Mutex::new((0, 0));
    let millis = u64::try_from(now.as_micros() / 1000).unwrap_or(0);
    let count = {
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        let count = next_count(*last, millis);
        *last = (millis, count);
        count
    };
    uuid_of(millis, count)
}

/// What follows on the last millisecond and its count. A new millisecond starts low, to leave room to count.
fn next_count(last: (u64, u16), millis: u64) -> u16 {
    if last.0 == millis { last.1.wrapping_add(1) } else { rand::random::<u16>() & 0x3ff }
}

fn uuid_of(millis: u64, count: u16) -> Uuid {
    let mut bytes: [u8; 10] = rand::random();
    bytes[..2].copy_from_slice(&(count & 0xfff).to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

/// Not above any id that was made at this time or later.
pub(crate) fn lowest_at(at: Timestamp) -> Uuid {
    let millis = u64::try_from(at.as_micros() / 1_000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

macro_rules! type_ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The text before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new id at the time `now`.
            #[must_use]
            pub fn new(now: Timestamp) -> Self {
                Self(uuid_at(now))
            }

            /// The id with these 128 bits.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The 128 bits.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&format_type_id($prefix, self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                match parse_type_id(text)? {
                    ($prefix, uuid) => Ok(Self(uuid)),
                    _ => Err(IdError::Prefix { expected: $prefix }),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

type_ids! {
    /// What a merchant wants paid.
    PaymentId = "pay";
    /// One try to pay with one method.
    AttemptId = "att";
    /// One message to an acquirer.
    OperationId = "op";
    /// Money given back.
    RefundId = "rfd";
    /// A person's account.
    AccountId = "acc";
    /// A shop.
    MerchantId = "mer";
    /// An API key.
    KeyId = "key";
    /// Something that happened.
    EventId = "evt";
    /// A webhook endpoint.
    EndpointId = "whk";
    /// What is sent again to a webhook endpoint.
    RecoveryId = "rcv";
    /// One event on its way to one recipient by one channel.
    DeliveryId = "dlv";
    /// A payment held for staff.
    ReviewId = "rev";
    /// One decision of the risk pipeline.
    DecisionId = "rsk";
    /// An entry in a risk list.
    ListEntryId = "rle";
    /// A velocity limit.
    LimitId = "rlm";
    /// A one-time link (confirmation, registration, invitation).
    LinkId = "lnk";
    /// A browser session.
    SessionId = "ses";
    /// A complaint of a buyer or a question for staff.
    CaseId = "case";
    /// One row of the audit log.
    AuditId = "aud";
    /// A saved card.
    CardId = "card";
    /// A data key of the vault.
    DataKeyId = "dek";
    /// An agreement to payments that the merchant starts.
    MandateId = "man";
    /// A button that may be pressed once.
    ButtonId = "btn";
    /// One transaction of the ledger.
    TransactionId = "ltx";
    /// Money paid out to a merchant.
    PayoutId = "po";
    /// A payment that its buyer disputes at the issuer.
    DisputeId = "dsp";
    /// What a merchant asks for by a link.
    BillId = "bill";
    /// Something that a person is asked to confirm.
    VerificationId = "vrf";
    /// A bank that enrols cards.
    IssuingBankId = "bnk";
    /// A card that its bank enrolled.
    EnrolledCardId = "ecd";
    /// Something in the inbox of a person's pages.
    ItemId = "itm";
    /// A message to many.
    BroadcastId = "brd";
    /// A settlement file of an acquirer that was imported.
    ImportId = "stl";
    /// Something that an acquirer and our books do not agree on.
    MismatchId = "rci";
}

/// A payment's short name for chat and phone: `7K3M-9QX2-4D`.
///
/// Nine random Crockford base32 characters and a check digit: the sum of each digit times its
/// weight 2^place modulo 31, which notices any single wrong character and any swap of neighbours.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference(String);

const REFERENCE_LEN: usize = 10;

/// Why a text is not a payment reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Not ten characters of the alphabet.
    #[error("a payment reference has ten letters and digits, like 7K3M-9QX2-4D")]
    Shape,
    /// The check digit does not fit: something was mistyped.
    #[error("this payment reference has a typing error")]
    Check,
}

impl Reference {
    /// A new random reference (45 bits).
    #[must_use]
    pub fn random() -> Self {
        let digits: Vec<u8> = (0..REFERENCE_LEN - 1).map(|_| rand::random::<u8>() & 31).collect();
        let check = Self::check_digit(&digits);
        Self(digits.iter().chain([&check]).map(|digit| Self::letter(*digit)).collect())
    }

    /// The ten characters without dashes, as stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn letter(digit: u8) -> char {
        char::from(ALPHABET[usize::from(digit)].to_ascii_uppercase())
    }

    fn check_digit(digits: &[u8]) -> u8 {
        let sum = digits.iter().fold(0_u32, |sum, digit| (sum * 2 + u32::from(*digit)) % 31);
        (sum * 2 % 31) as u8
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", &self.0[..4], &self.0[4..8], &self.0[8..])
    }
}

impl std::str::FromStr for Reference {
    type Err = ReferenceError;

    /// Reads it as people write it: any case, dashes or spaces or none, `O` for 0, `I` and `L` for 1.
    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let digits = text
            .chars()
            .filter(|c| !matches!(c, '-' | ' '))
            .map(|c| match c.to_ascii_lowercase() {
                'o' => Some(0),
                'i' | 'l' => Some(1),
                other => ALPHABET.iter().position(|known| char::from(*known) == other).map(|place| place as u8),
            })
            .collect::<Option<Vec<u8>>>()
            .filter(|digits| digits.len() == REFERENCE_LEN)
            .ok_or(ReferenceError::Shape)?;
        let (check, body) = digits.split_last().ok_or(ReferenceError::Shape)?;
        if Self::check_digit(body) != *check {
            return Err(ReferenceError::Check);
        }
        Ok(Self(digits.iter().map(|digit| Self::letter(*digit)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_specifications_valid_vectors_hold() {
        let vectors = [
            ("", "00000000-0000-0000-0000-000000000000", "00000000000000000000000000"),
            ("", "00000000-0000-0000-0000-000000000001", "00000000000000000000000001"),
            ("", "00000000-0000-0000-0000-00000000000a", "0000000000000000000000000a"),
            ("", "00000000-0000-0000-0000-000000000010", "0000000000000000000000000g"),
            ("", "00000000-0000-0000-0000-000000000020", "00000000000000000000000010"),
            ("", "ffffffff-ffff-ffff-ffff-ffffffffffff", "7zzzzzzzzzzzzzzzzzzzzzzzzz"),
            ("prefix", "0110c853-1d09-52d8-d73e-1194e95b5f19", "prefix_0123456789abcdefghjkmnpqrs"),
            ("prefix", "01890a5d-ac96-774b-bcce-b302099a8057", "prefix_01h455vb4pex5vsknk084sn02q"),
            ("pre_fix", "00000000-0000-0000-0000-000000000000", "pre_fix_00000000000000000000000000"),
        ];
        for (prefix, uuid, text) in vectors {
            let uuid: Uuid = uuid.parse().unwrap();
            assert_eq!(format_type_id(prefix, uuid), text);
            assert_eq!(parse_type_id(text), Ok((prefix, uuid)));
        }
    }

    #[test]
    fn the_specifications_invalid_vectors_are_refused() {
        let long = format!("{}_00000000000000000000000000", "a".repeat(64));
        for text in [
            "PREFIX_00000000000000000000000000",
            "12345_00000000000000000000000000",
            "pre.fix_00000000000000000000000000",
            "préfix_00000000000000000000000000",
            "  prefix_00000000000000000000000000",
            long.as_str(),
            "_00000000000000000000000000",
            "_",
            "prefix_1234567890123456789012345",
            "prefix_123456789012345678901234567",
            "prefix_1234567890123456789012345 ",
            "prefix_0123456789ABCDEFGHJKMNPQRS",
            "prefix_123456789-123456789-123456",
            "prefix_ooooooooooooooooooooooooooo",
            "prefix_i23456789ol23456789oi23456",
            "prefix_123456789-0123456789-0123456",
            "prefix_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "_prefix_00000000000000000000000000",
            "prefix__00000000000000000000000000",
            "",
            "prefix_",
        ] {
            assert!(parse_type_id(text).is_err(), "{text:?} should be refused");
        }
    }

    #[test]
    fn one_kind_of_id_is_not_another() {
        let id = RefundId::new(Timestamp::from_micros(1)).to_string();
        assert_eq!(id.parse::<PaymentId>(), Err(IdError::Prefix { expected: "pay" }));
    }

    #[test]
    fn ids_of_one_millisecond_sort_as_they_were_made() {
        // Not through the process's own count: other tests' clocks show other times meanwhile.
        let mut last = (0, 0);
        let ids: Vec<Uuid> = (0..100)
            .map(|_| {
                last = (77_000, next_count(last, 77_000));
                uuid_of(last.0, last.1)
            })
            .collect();
        assert!(ids.is_sorted());
    }

    proptest! {
        #[test]
        fn ids_survive_text(bits in any::<u128>()) {
            let id = PaymentId::from_uuid(Uuid::from_u128(bits));
            prop_assert_eq!(id.to_string().parse::<PaymentId>(), Ok(id));
        }

        #[test]
        fn ids_sort_by_time(a in 0_i64..1 << 50, b in 0_i64..1 << 50) {
            let (x, y) = (PaymentId::new(Timestamp::from_micros(a)), PaymentId::new(Timestamp::from_micros(b)));
            if a / 1000 < b / 1000 {
                prop_assert!(x.to_string() < y.to_string());
            }
        }

        #[test]
        fn a_reference_survives_text_and_notices_one_wrong_character(place in 0_usize..10, other in 0_usize..32) {
            let reference = Reference::random();
            prop_assert_eq!(reference.to_string().to_lowercase().parse::<Reference>(), Ok(reference.clone()));
            let mut wrong: Vec<char> = reference.as_str().chars().collect();
            let replacement = char::from(ALPHABET[other]).to_ascii_uppercase();
            // 0 and 31 are the same modulo 31: the one pair that the check digit cannot tell apart.
            let pair = [wrong[place], replacement];
            let blind = pair.contains(&'0') && pair.contains(&'Z');
            if wrong[place] != replacement && !blind {
                wrong[place] = replacement;
                let text: String = wrong.into_iter().collect();
                prop_assert_eq!(text.parse::<Reference>(), Err(ReferenceError::Check));
            }
        }

        #[test]
        fn parsers_never_panic(text in ".{0,40}") {
            let _ = parse_type_id(&text);
            let _ = text.parse::<Reference>();
        }
    }
}

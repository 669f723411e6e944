//! What two banks do differently: how numbers, bitmaps, lengths and private data are written.

use serde::Deserialize;

/// How digits are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digits {
    /// A byte for each: `12` is `31 32`.
    Ascii,
    /// Two in a byte, an odd number with a zero in front: `123` is `01 23`.
    Packed,
}

/// How bitmaps and byte fields are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bytes {
    /// As they are.
    Raw,
    /// Two hexadecimal digits for each byte, in upper case; both cases are read.
    Hex,
}

/// The length in front of each message on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// Two bytes, the high one first.
    Binary2,
    /// Four packed digits in two bytes.
    Packed2,
    /// Four ASCII digits.
    Ascii4,
}

/// The sub-fields of private field 48: two characters of tag, two digits of length, the value. The
/// tags that are set here are those of Mastercard's customer interface, which many acquirers copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrivateTags {
    /// The card's security code.
    pub cvc: &'static str,
    /// Electronic commerce indicator (3-D Secure).
    pub eci: &'static str,
    /// Cryptogram (3-D Secure).
    pub cavv: &'static str,
    /// The directory server's transaction id (3-D Secure).
    pub ds_trans_id: &'static str,
    /// The retrieval reference of the payment that a refund is about.
    pub original: &'static str,
    /// Our reference of the payment, without its prefix.
    pub payment: &'static str,
}

/// How a bank writes ISO 8583.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Message type, numeric fields, lengths and tracks.
    pub digits: Digits,
    /// Bitmaps and byte fields.
    pub bytes: Bytes,
    /// The length in front.
    pub header: Header,
    /// Field 48.
    pub private: PrivateTags,
}

const PRIVATE: PrivateTags =
    PrivateTags { cvc: "92", eci: "42", cavv: "43", ds_trans_id: "66", original: "98", payment: "99" };

impl Profile {
    /// Everything printable: ASCII digits, hexadecimal bitmaps.
    pub const ASCII: Self =
        Self { digits: Digits::Ascii, bytes: Bytes::Hex, header: Header::Binary2, private: PRIVATE };
    /// Packed digits, binary bitmaps.
    pub const BCD: Self = Self { digits: Digits::Packed, bytes: Bytes::Raw, header: Header::Binary2, private: PRIVATE };
}

/// The name of a built-in profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileName {
    /// [`Profile::ASCII`]
    Ascii,
    /// [`Profile::BCD`]
    #[default]
    Bcd,
}

/// The name of a length header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderName {
    /// [`Header::Binary2`]
    #[default]
    Binary2,
    /// [`Header::Packed2`]
    Bcd2,
    /// [`Header::Ascii4`]
    Ascii4,
}

impl ProfileName {
    /// The name in configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ascii => "ascii",
            Self::Bcd => "bcd",
        }
    }
}

impl HeaderName {
    /// The name in configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Binary2 => "binary2",
            Self::Bcd2 => "bcd2",
            Self::Ascii4 => "ascii4",
        }
    }
}

impl Profile {
    /// A built-in profile with this length header.
    #[must_use]
    pub const fn named(name: ProfileName, header: HeaderName) -> Self {
        let profile = match name {
            ProfileName::Ascii => Self::ASCII,
            ProfileName::Bcd => Self::BCD,
        };
        let header = match header {
            HeaderName::Binary2 => Header::Binary2,
            HeaderName::Bcd2 => Header::Packed2,
            HeaderName::Ascii4 => Header::Ascii4,
        };
        Self { header, ..profile }
    }
}

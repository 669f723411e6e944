//! The data elements of ISO 8583:1987: what each of the 128 fields may hold.
//!
//! Where the standard leaves a field to private use, or hosts commonly read it more widely, the wider
//! reading stands here: 46 to 48 are `ans` as 55 to 63 are, so that a private field can carry base64.

/// Which characters a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Decimal digits (`n`).
    Digits,
    /// Letters, digits and spaces (`an`).
    Letters,
    /// Printable ASCII (`ans`).
    Printable,
    /// What a magnetic stripe holds (`z`): the sixteen characters from `0` to `?`.
    Track,
    /// `C` or `D` for credit or debit, then digits (`x+n`).
    Signed,
    /// Bytes (`b`).
    Bytes,
}

/// How long a field is: in characters, for [`Content::Bytes`] in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Always so long.
    Fixed(u16),
    /// Up to so long, with a length of two digits in front (`LLVAR`).
    UpTo99(u16),
    /// Up to so long, with a length of three digits in front (`LLLVAR`).
    UpTo999(u16),
}

impl Length {
    /// The longest value.
    #[must_use]
    pub const fn max(self) -> usize {
        match self {
            Self::Fixed(length) | Self::UpTo99(length) | Self::UpTo999(length) => length as usize,
        }
    }
}

/// What a field may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Its characters.
    pub content: Content,
    /// How many.
    pub length: Length,
}

impl Format {
    /// Whether a value fits.
    #[must_use]
    pub fn admits(self, value: &[u8]) -> bool {
        let fits = match self.length {
            Length::Fixed(length) => value.len() == usize::from(length),
            Length::UpTo99(max) | Length::UpTo999(max) => value.len() <= usize::from(max),
        };
        fits && match self.content {
            Content::Digits => value.iter().all(u8::is_ascii_digit),
            Content::Letters => value.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b' '),
            Content::Printable => value.iter().all(|byte| matches!(byte, b' '..=b'~')),
            Content::Track => value.iter().all(|byte| matches!(byte, b'0'..=b'?')),
            Content::Signed => matches!(value.first(), Some(b'C' | b'D')) && value[1..].iter().all(u8::is_ascii_digit),
            Content::Bytes => true,
        }
    }
}

const fn n(length: u16) -> Format {
    Format { content: Content::Digits, length: Length::Fixed(length) }
}

const fn an(length: u16) -> Format {
    Format { content: Content::Letters, length: Length::Fixed(length) }
}

const fn ans(length: u16) -> Format {
    Format { content: Content::Printable, length: Length::Fixed(length) }
}

const fn xn(length: u16) -> Format {
    Format { content: Content::Signed, length: Length::Fixed(length + 1) }
}

const fn b(bytes: u16) -> Format {
    Format { content: Content::Bytes, length: Length::Fixed(bytes) }
}

const fn ll(content: Content, max: u16) -> Format {
    Format { content, length: Length::UpTo99(max) }
}

const fn lll(content: Content, max: u16) -> Format {
    Format { content, length: Length::UpTo999(max) }
}

/// What the field with this number (2 to 128) may hold. Fields 1 and 65 are no fields but bitmaps.
#[must_use]
pub const fn format(field: u8) -> Option<Format> {
    Some(match field {
        2 => ll(Content::Digits, 19),
        3 | 11 | 12 | 73 => n(6),
        4..=6 | 82..=85 => n(12),
        7 | 74..=81 => n(10),
        8..=10 => n(8),
        13..=18 | 71 | 72 => n(4),
        19..=24 | 68..=70 => n(3),
        25 | 26 | 67 => n(2),
        27 | 66 => n(1),
        28..=31 => xn(8),
        32 | 33 | 99 | 100 => ll(Content::Digits, 11),
        34 => ll(Content::Printable, 28),
        35 => ll(Content::Track, 37),
        36 => lll(Content::Track, 104),
        37 => an(12),
        38 => an(6),
        39 | 92 => an(2),
        40 | 49..=51 => an(3),
        41 => ans(8),
        42 => ans(15),
        43 => ans(40),
        44 => ll(Content::Printable, 25),
        45 => ll(Content::Printable, 76),
        46..=48 | 55..=63 | 105..=127 => lll(Content::Printable, 999),
        52 | 64 | 96 | 128 => b(8),
        53 | 86..=89 => n(16),
        54 => lll(Content::Letters, 120),
        90 => n(42),
        91 => an(1),
        93 => an(5),
        94 => an(7),
        95 => an(42),
        97 => xn(16),
        98 => ans(25),
        101 => ll(Content::Printable, 17),
        102 | 103 => ll(Content::Printable, 28),
        104 => lll(Content::Printable, 100),
        _ => return None,
    })
}

/// Whether what is in a field must not be shown: card numbers, tracks, PIN blocks, private data.
#[must_use]
pub const fn is_sensitive(field: u8) -> bool {
    matches!(field, 2 | 14 | 34..=36 | 45 | 48 | 52 | 55..=63 | 102 | 103)
}

/// The field that authenticates a message: the last one of its last bitmap.
pub(super) const MAC_FIELDS: [u8; 2] = [64, 128];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_but_the_bitmaps_has_a_format() {
        for field in 0..=255 {
            assert_eq!(format(field).is_some(), matches!(field, 2..=64 | 66..=128), "field {field}");
        }
    }

    #[test]
    fn formats_are_those_of_the_standard() {
        for (field, content, length) in [
            (2, Content::Digits, Length::UpTo99(19)),
            (3, Content::Digits, Length::Fixed(6)),
            (4, Content::Digits, Length::Fixed(12)),
            (7, Content::Digits, Length::Fixed(10)),
            (11, Content::Digits, Length::Fixed(6)),
            (22, Content::Digits, Length::Fixed(3)),
            (28, Content::Signed, Length::Fixed(9)),
            (32, Content::Digits, Length::UpTo99(11)),
            (35, Content::Track, Length::UpTo99(37)),
            (37, Content::Letters, Length::Fixed(12)),
            (38, Content::Letters, Length::Fixed(6)),
            (39, Content::Letters, Length::Fixed(2)),
            (41, Content::Printable, Length::Fixed(8)),
            (42, Content::Printable, Length::Fixed(15)),
            (48, Content::Printable, Length::UpTo999(999)),
            (52, Content::Bytes, Length::Fixed(8)),
            (70, Content::Digits, Length::Fixed(3)),
            (90, Content::Digits, Length::Fixed(42)),
            (95, Content::Letters, Length::Fixed(42)),
            (128, Content::Bytes, Length::Fixed(8)),
        ] {
            assert_eq!(format(field), Some(Format { content, length }), "field {field}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(n(6).admits(b"000001") && !n(6).admits(b"00001") && !n(6).admits(b"00000a"));
        assert!(xn(8).admits(b"D00000100") && !xn(8).admits(b"000000100") && !xn(8).admits(b"D0000010C"));
        assert!(ll(Content::Track, 37).admits(b"4242424242424242=3012") && !ll(Content::Track, 37).admits(b"A"));
        assert!(ans(2).admits(b" ~") && !ans(2).admits("ñ".as_bytes()));
    }
}

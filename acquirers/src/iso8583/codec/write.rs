//! Writing fields.

use zeroize::Zeroizing;

use crate::iso8583::dictionary::{Content, Format, Length};
use crate::iso8583::profile::{Bytes, Digits, Profile};

pub(super) struct Writer<'a> {
    profile: &'a Profile,
    out: Zeroizing<Vec<u8>>,
}

/// Room for every message from the start: a buffer that grows leaves copies of card data behind.
const CAPACITY: usize = 4_096;

impl<'a> Writer<'a> {
    pub(super) fn new(profile: &'a Profile) -> Self {
        Self { profile, out: Zeroizing::new(Vec::with_capacity(CAPACITY)) }
    }

    pub(super) fn finish(self) -> Zeroizing<Vec<u8>> {
        self.out
    }

    pub(super) fn field(&mut self, format: Format, value: &[u8]) {
        match format.length {
            Length::Fixed(_) => {}
            Length::UpTo99(_) => self.digits(format!("{:02}", value.len()).as_bytes()),
            Length::UpTo999(_) => self.digits(format!("{:03}", value.len()).as_bytes()),
        }
        match format.content {
            Content::Digits | Content::Track => self.digits(value),
            Content::Signed => {
                let (sign, digits) = value.split_at(value.len().min(1));
                self.out.extend_from_slice(sign);
                self.digits(digits);
            }
            Content::Letters | Content::Printable => self.out.extend_from_slice(value),
            Content::Bytes => self.bytes(value),
        }
    }

    /// Characters from `0` to `?`, whose lower halves are the packed digits.
    pub(super) fn digits(&mut self, digits: &[u8]) {
        match self.profile.digits {
            Digits::Ascii => self.out.extend_from_slice(digits),
            Digits::Packed => {
                let (odd, pairs) = digits.split_at(digits.len() % 2);
                self.out.extend(odd.iter().map(|low| low & 0x0f));
                self.out.extend(pairs.chunks_exact(2).map(|pair| (pair[0] << 4) | (pair[1] & 0x0f)));
            }
        }
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        match self.profile.bytes {
            Bytes::Raw => self.out.extend_from_slice(bytes),
            Bytes::Hex => self.out.extend_from_slice(hex::encode_upper(bytes).as_bytes()),
        }
    }
}

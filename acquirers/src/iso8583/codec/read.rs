//! Reading fields.

use zeroize::Zeroizing;

use super::Fault;
use crate::iso8583::dictionary::{Content, Format, Length};
use crate::iso8583::profile::{Bytes, Digits, Profile};

pub(super) struct Reader<'a> {
    profile: &'a Profile,
    all: &'a [u8],
    at: usize,
}

type Value = Zeroizing<Vec<u8>>;

impl<'a> Reader<'a> {
    pub(super) const fn new(all: &'a [u8], profile: &'a Profile) -> Self {
        Self { profile, all, at: 0 }
    }

    pub(super) const fn offset(&self) -> usize {
        self.at
    }

    pub(super) const fn rest(&self) -> usize {
        self.all.len() - self.at
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Fault> {
        let taken = self.all.get(self.at..).and_then(|rest| rest.get(..length)).ok_or(Fault::Truncated)?;
        self.at += length;
        Ok(taken)
    }

    pub(super) fn field(&mut self, format: Format) -> Result<Value, Fault> {
        let length = match format.length {
            Length::Fixed(length) => usize::from(length),
            Length::UpTo99(_) => self.length(2)?,
            Length::UpTo999(_) => self.length(3)?,
        };
        if length > format.length.max() {
            return Err(Fault::TooLong(length));
        }
        match format.content {
            Content::Digits | Content::Track => self.digits(length),
            Content::Signed => {
                let mut value = Zeroizing::new(self.take(1)?.to_vec());
                value.extend_from_slice(&self.digits(length - 1)?);
                Ok(value)
            }
            Content::Letters | Content::Printable => self.take(length).map(|text| Zeroizing::new(text.to_vec())),
            Content::Bytes => self.bytes(length),
        }
    }

    fn length(&mut self, width: usize) -> Result<usize, Fault> {
        let digits = self.digits(width)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(Fault::Length);
        }
        Ok(digits.iter().fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0')))
    }

    /// So many characters from `0` to `?`; whether the field takes all of them is checked later.
    pub(super) fn digits(&mut self, count: usize) -> Result<Value, Fault> {
        match self.profile.digits {
            Digits::Ascii => self.take(count).map(|text| Zeroizing::new(text.to_vec())),
            Digits::Packed => {
                let packed = self.take(count.div_ceil(2))?;
                let mut halves = packed.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
                if count % 2 == 1 && halves.next() != Some(0) {
                    return Err(Fault::Content);
                }
                let mut digits = Zeroizing::new(Vec::with_capacity(count));
                digits.extend(halves.map(|half| b'0' + half));
                Ok(digits)
            }
        }
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<Value, Fault> {
        match self.profile.bytes {
            Bytes::Raw => self.take(count).map(|bytes| Zeroizing::new(bytes.to_vec())),
            Bytes::Hex => hex::decode(self.take(2 * count)?).map(Zeroizing::new).map_err(|_| Fault::Content),
        }
    }
}

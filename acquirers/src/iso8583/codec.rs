//! Messages as bytes and back, as a [`Profile`] writes them.
//!
//! Reading is strict and total: every input gives a message or an error that names the part and the
//! offset, nothing panics, and only what `encode` would write is read (but for the case of hexadecimal
//! digits).

mod read;
mod write;

use std::fmt;

use zeroize::Zeroizing;

use super::bitmap::Bitmap;
use super::mac::{MAC_LEN, MacKey};
use super::message::{Message, Misfit};
use super::mti::Mti;
use super::profile::{Bytes, Profile};
use super::{dictionary, dictionary::MAC_FIELDS};
use read::Reader;
use write::Writer;

/// A part of a message, for errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The message type.
    Mti,
    /// The first or second bitmap.
    Bitmap(u8),
    /// A field.
    Field(u8),
    /// What is behind the last field.
    End,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mti => f.write_str("the message type"),
            Self::Bitmap(number) => write!(f, "bitmap {number}"),
            Self::Field(number) => write!(f, "field {number}"),
            Self::End => f.write_str("the end"),
        }
    }
}

/// What is wrong with a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The bytes end inside it.
    Truncated,
    /// Its length is above what the field may have.
    TooLong(usize),
    /// Its length is no number.
    Length,
    /// A character that it may not have, or padding that is not zero.
    Content,
    /// No such field exists.
    NoSuchField,
    /// Bytes behind the last field.
    Trailing,
}

/// Why bytes are no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{part} at byte {offset}: {fault}")]
pub struct DecodeError {
    /// Which part.
    pub part: Part,
    /// Where it begins, counted from 0.
    pub offset: usize,
    /// What is wrong.
    pub fault: Fault,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("the message ends inside it"),
            Self::TooLong(length) => write!(f, "a length of {length} is too long"),
            Self::Length => f.write_str("its length is no number"),
            Self::Content => f.write_str("a character that it may not have"),
            Self::NoSuchField => f.write_str("there is no such field"),
            Self::Trailing => f.write_str("there are bytes behind the last field"),
        }
    }
}

/// Why a sealed message was not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// It has no authentication code.
    #[error("field {0}, the authentication code, is missing")]
    NoMac(u8),
    /// Its authentication code is another one.
    #[error("field {0}, the authentication code, does not hold")]
    WrongMac(u8),
}

/// Writes a message. What [`Message::set`] let in can always be written.
#[must_use]
pub fn encode(message: &Message, profile: &Profile) -> Zeroizing<Vec<u8>> {
    let bitmap = Bitmap::of(message.numbers());
    let mut out = Writer::new(profile);
    out.digits(message.mti.as_str().as_bytes());
    out.bytes(&bitmap.bytes());
    for field in bitmap.fields() {
        if let (Some(format), Some(value)) = (dictionary::format(field), message.bytes(field)) {
            out.field(format, value);
        }
    }
    out.finish()
}

/// Reads a message.
///
/// # Errors
///
/// [`DecodeError`] for anything that is not exactly one message.
pub fn decode(bytes: &[u8], profile: &Profile) -> Result<Message, DecodeError> {
    let mut input = Reader::new(bytes, profile);
    let at_start = |fault| DecodeError { part: Part::Mti, offset: 0, fault };
    let digits = input.digits(4).map_err(at_start)?;
    let mut message = Message::new(Mti::parse(&digits).ok_or_else(|| at_start(Fault::Content))?);
    let mut bitmap = Bitmap::from_first(bitmap(&mut input, 1)?);
    if bitmap.has_second() {
        bitmap = bitmap.and_second(self::bitmap(&mut input, 2)?);
        if bitmap.fields().all(|field| field <= 64) {
            // A second bitmap without a field would be lost when the message is written again.
            return Err(DecodeError { part: Part::Bitmap(2), offset: input.offset(), fault: Fault::Content });
        }
    }
    for field in bitmap.fields() {
        let offset = input.offset();
        let failed = |fault| DecodeError { part: Part::Field(field), offset, fault };
        let format = dictionary::format(field).ok_or_else(|| failed(Fault::NoSuchField))?;
        let value = input.field(format).map_err(failed)?;
        message.set(field, &*value).map_err(|_: Misfit| failed(Fault::Content))?;
    }
    match input.rest() {
        0 => Ok(message),
        _ => Err(DecodeError { part: Part::End, offset: input.offset(), fault: Fault::Trailing }),
    }
}

fn bitmap(input: &mut Reader<'_>, number: u8) -> Result<[u8; 8], DecodeError> {
    let offset = input.offset();
    let failed = |fault| DecodeError { part: Part::Bitmap(number), offset, fault };
    let bytes = input.bytes(8).map_err(failed)?;
    bytes.as_slice().try_into().map_err(|_| failed(Fault::Truncated))
}

/// Writes a message with its authentication code in field 64 or 128, over everything before it.
#[must_use]
pub fn seal(message: &Message, profile: &Profile, key: &MacKey) -> Zeroizing<Vec<u8>> {
    let mut sealed = message.clone();
    let field = Bitmap::of(sealed.numbers()).mac_field();
    // Eight bytes always fit a field of eight bytes.
    let _ = sealed.set(field, [0; MAC_LEN]);
    let mut bytes = encode(&sealed, profile);
    let at = bytes.len() - mac_width(profile);
    let mac = key.compute(&bytes[..at]);
    let mut tail = Writer::new(profile);
    tail.bytes(&mac);
    bytes[at..].copy_from_slice(&tail.finish());
    bytes
}

/// Reads a message and checks its authentication code, which is then taken away.
///
/// # Errors
///
/// [`OpenError`] when it is no message, or the code is missing or wrong.
pub fn open(bytes: &[u8], profile: &Profile, key: &MacKey) -> Result<Message, OpenError> {
    let mut message = decode(bytes, profile)?;
    let field = Bitmap::of(message.numbers()).mac_field();
    let Some(mac) = message.bytes(field).map(<[u8]>::to_vec) else { return Err(OpenError::NoMac(field)) };
    if !key.holds(&bytes[..bytes.len() - mac_width(profile)], &mac) {
        return Err(OpenError::WrongMac(field));
    }
    for field in MAC_FIELDS {
        message.remove(field);
    }
    Ok(message)
}

/// How many bytes the authentication code takes on the wire.
const fn mac_width(profile: &Profile) -> usize {
    match profile.bytes {
        Bytes::Raw => MAC_LEN,
        Bytes::Hex => 2 * MAC_LEN,
    }
}

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;

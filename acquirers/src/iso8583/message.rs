//! A message as a set of fields, without a word about how it is written.

use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroizing;

use super::dictionary;
use super::mti::Mti;

/// A message: its type and its fields. Values are wiped from memory when it is dropped, and `Debug`
/// shows no value that could be card data.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Its type.
    pub mti: Mti,
    fields: BTreeMap<u8, Zeroizing<Vec<u8>>>,
}

/// A value that does not fit its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("field {field} does not take this value of {length} characters")]
pub struct Misfit {
    /// Which field.
    pub field: u8,
    /// How long the value is; itself it is not shown.
    pub length: usize,
}

impl Message {
    /// A message without fields.
    #[must_use]
    pub const fn new(mti: Mti) -> Self {
        Self { mti, fields: BTreeMap::new() }
    }

    /// Sets a field.
    ///
    /// # Errors
    ///
    /// [`Misfit`] when the dictionary does not allow the value there.
    pub fn set(&mut self, field: u8, value: impl AsRef<[u8]>) -> Result<&mut Self, Misfit> {
        let value = value.as_ref();
        let fits = dictionary::format(field).is_some_and(|format| format.admits(value));
        if !fits {
            return Err(Misfit { field, length: value.len() });
        }
        self.fields.insert(field, Zeroizing::new(value.to_vec()));
        Ok(self)
    }

    /// Takes a field away.
    pub fn remove(&mut self, field: u8) {
        self.fields.remove(&field);
    }

    /// Takes every field away that could be card data.
    pub fn forget_card(&mut self) {
        self.fields.retain(|field, _| !dictionary::is_sensitive(*field));
    }

    /// A field's bytes.
    #[must_use]
    pub fn bytes(&self, field: u8) -> Option<&[u8]> {
        self.fields.get(&field).map(|value| value.as_slice())
    }

    /// A field's text; `None` when it is absent or holds bytes that are no text.
    #[must_use]
    pub fn text(&self, field: u8) -> Option<&str> {
        self.bytes(field).and_then(|value| std::str::from_utf8(value).ok())
    }

    /// The numbers of its fields, in order.
    pub fn numbers(&self) -> impl Iterator<Item = u8> {
        self.fields.keys().copied()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_map();
        shown.entry(&"type", &self.mti);
        for field in self.numbers() {
            match self.text(field) {
                Some(text) if !dictionary::is_sensitive(field) => shown.entry(&field, &text),
                Some(_) | None => shown.entry(&field, &"…"),
            };
        }
        shown.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_data_is_not_in_debug_output() {
        let mut message = Message::new(Mti::AUTHORIZATION);
        message.set(2, "4242424242424242").unwrap().set(11, "000001").unwrap();
        message.set(35, "4242424242424242=3012").unwrap().set(48, "9203123").unwrap();
        let text = format!("{message:?}");
        assert!(text.contains("000001") && !text.contains("4242") && !text.contains("123\""), "{text}");
    }
}

//! Which fields a message has: one bit each, sixty-four to a bitmap, field 1 the highest bit.

/// The fields of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Bitmap(u128);

impl Bitmap {
    /// The bitmap of these fields. The bit of the second bitmap is set when a field needs it.
    pub(super) fn of(fields: impl Iterator<Item = u8>) -> Self {
        let mut map = fields.fold(Self::default(), Self::with);
        if map.0 << 64 != 0 {
            map = map.with(1);
        }
        map
    }

    const fn with(self, field: u8) -> Self {
        Self(self.0 | (1 << (128 - field as u32)))
    }

    /// Reads the first bitmap.
    pub(super) fn from_first(bytes: [u8; 8]) -> Self {
        Self(u128::from(u64::from_be_bytes(bytes)) << 64)
    }

    /// Adds the second bitmap.
    pub(super) fn and_second(self, bytes: [u8; 8]) -> Self {
        Self(self.0 | u128::from(u64::from_be_bytes(bytes)))
    }

    /// Whether a second bitmap follows the first.
    pub(super) const fn has_second(self) -> bool {
        self.0 >> 127 == 1
    }

    /// The bytes: eight, or sixteen with the second bitmap.
    pub(super) fn bytes(self) -> Vec<u8> {
        let all = self.0.to_be_bytes();
        if self.has_second() { all.to_vec() } else { all[..8].to_vec() }
    }

    /// The fields that are there, in order. The bits of the bitmaps themselves (1) are none.
    pub(super) fn fields(self) -> impl Iterator<Item = u8> {
        (2..=128).filter(move |field| (self.0 >> (128 - u32::from(*field))) & 1 == 1)
    }

    /// The field that holds the code over the whole message: the last bit of the last bitmap.
    pub(super) const fn mac_field(self) -> u8 {
        if self.has_second() { 128 } else { 64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_counted_from_the_left() {
        assert_eq!(Bitmap::of([3, 11, 41].into_iter()).bytes(), [0x20, 0x20, 0, 0, 0, 0x80, 0, 0]);
        let wide = Bitmap::of([7, 11, 70].into_iter());
        assert_eq!(wide.bytes(), [0x82, 0x20, 0, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(wide.fields().collect::<Vec<_>>(), [7, 11, 70]);
        assert_eq!((wide.mac_field(), Bitmap::default().mac_field()), (128, 64));
    }
}

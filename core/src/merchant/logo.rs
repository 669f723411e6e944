//! The picture of a merchant that stands in letters to its buyers.
//!
//! It is kept as it was given and never decoded here: what a mail program will decode is only measured.

use crate::audit::{self, Actor};
use crate::id::MerchantId;
use crate::merchant::Merchants;
use crate::named::named;
use crate::store::{StoreError, logo as rows, merchant as merchants};

/// Small enough that a letter with it stays below 100 KiB.
pub const BYTES_MAX: usize = 64 * 1_024;
/// Pixels of each side.
pub const SIDE_MAX: u32 = 512;

named! {
    /// How a picture is written.
    pub enum LogoFormat {
        /// PNG.
        Png = "image/png",
        /// JPEG.
        Jpeg = "image/jpeg",
    }
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// How it is written.
    pub format: LogoFormat,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// The file.
    pub content: Vec<u8>,
}

/// Why a picture was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LogoError {
    /// It is too big a file.
    #[error("the picture has {0} bytes: at most {BYTES_MAX} are taken")]
    Bytes(usize),
    /// It is neither PNG nor JPEG, or broken.
    #[error("the picture is neither a PNG nor a JPEG file, or it is broken off")]
    Format,
    /// It is too large, or nothing.
    #[error("the picture is {0} × {1} pixels: at most {SIDE_MAX} × {SIDE_MAX} are taken")]
    Side(u32, u32),
    /// No such merchant.
    #[error("there is no merchant {0}")]
    NotFound(MerchantId),
    /// The database did not do it.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl Logo {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`LogoError`] says what is wrong with it.
    pub fn read(content: &[u8]) -> Result<Self, LogoError> {
        if content.len() > BYTES_MAX {
            return Err(LogoError::Bytes(content.len()));
        }
        let png = png_size(content).map(|size| (LogoFormat::Png, size));
        let found = png.or_else(|| Some((LogoFormat::Jpeg, jpeg_size(content)?)));
        let (format, (width, height)) = found.ok_or(LogoError::Format)?;
        if !(1..=SIDE_MAX).contains(&width) || !(1..=SIDE_MAX).contains(&height) {
            return Err(LogoError::Side(width, height));
        }
        Ok(Self { format, width, height, content: content.to_vec() })
    }
}

/// Width and height of a PNG file: they stand in its first chunk. Its last one must be there.
fn png_size(content: &[u8]) -> Option<(u32, u32)> {
    let header = content.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR")?;
    let number = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    content.ends_with(b"IEND\xaeB`\x82").then_some((number(0)?, number(4)?))
}

/// Width and height of a JPEG file: they stand in the segment that begins its frame. Its end must be there.
fn jpeg_size(content: &[u8]) -> Option<(u32, u32)> {
    let mut rest = content.strip_prefix(b"\xff\xd8")?.strip_suffix(b"\xff\xd9")?;
    loop {
        let [0xff, marker, high, low, ..] = *rest else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let segment = rest.get(4..2 + length)?;
        // Every kind of frame but three markers of the same range, which are tables.
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            let [_, high, low, wide, narrow, ..] = *segment else { return None };
            return Some((u16::from_be_bytes([wide, narrow]).into(), u16::from_be_bytes([high, low]).into()));
        }
        // What begins the picture itself, before any frame, or no length.
        if marker == 0xda || length < 2 {
            return None;
        }
        rest = rest.get(2 + length..)?;
    }
}

impl Merchants {
    /// Sets a merchant's picture, or takes it away.
    ///
    /// # Errors
    ///
    /// [`LogoError`].
    pub async fn set_logo(&self, actor: Actor, id: MerchantId, logo: Option<&Logo>) -> Result<(), LogoError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                merchants::by_id(tx.conn(), id).await?.ok_or(LogoError::NotFound(id))?;
                let before = rows::by_merchant(tx.conn(), id).await?;
                rows::set(tx, id, logo, now).await?;
                let shown = |logo: Option<&Logo>| {
                    logo.map(|logo| format!("{} {}×{}", logo.format.as_str(), logo.width, logo.height))
                };
                let row = audit::NewRow {
                    actor: actor.clone(),
                    action: "merchant.logo",
                    subject: id.to_string(),
                    before: shown(before.as_ref()).unwrap_or_default(),
                    after: shown(logo).unwrap_or_default(),
                    reason: String::new(),
                };
                Ok(audit::record(tx, &row, now).await?)
            })
            .await
    }

    /// A merchant's picture, if it has one.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn logo(&self, id: MerchantId) -> Result<Option<Logo>, StoreError> {
        rows::by_merchant(self.store.reader(), id).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        file.extend(width.to_be_bytes());
        file.extend(height.to_be_bytes());
        file.extend(b"\x08\x06\0\0\0....\0\0\0\0IEND\xaeB`\x82");
        file
    }

    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let mut file = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc4\0\x02\xff\xc2\0\x0b\x08".to_vec();
        file.extend(height.to_be_bytes());
        file.extend(width.to_be_bytes());
        file.extend(b"\x01\0\0\0\xff\xda\0\x02pixels\xff\xd9");
        file
    }

    #[test]
    fn pictures_are_measured_or_refused() {
        let logo = Logo::read(&png(300, 80)).unwrap();
        assert_eq!((logo.format, logo.width, logo.height), (LogoFormat::Png, 300, 80));
        let logo = Logo::read(&jpeg(512, 1)).unwrap();
        assert_eq!((logo.format, logo.width, logo.height), (LogoFormat::Jpeg, 512, 1));
        assert!(matches!(Logo::read(&png(513, 80)), Err(LogoError::Side(513, 80))));
        assert!(matches!(Logo::read(&jpeg(1, 0)), Err(LogoError::Side(1, 0))));
        assert!(matches!(Logo::read(&vec![0; BYTES_MAX + 1]), Err(LogoError::Bytes(_))));
        let broken = [&png(9, 9)[..30], &jpeg(9, 9)[..20], b"<svg/>", b"", b"GIF89a", b"\xff\xd8\xff\xd9"];
        for wrong in broken {
            assert!(matches!(Logo::read(wrong), Err(LogoError::Format)), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn no_file_is_too_strange(start in 0_usize..3, bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let starts: [&[u8]; 3] = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"];
            let ends: [&[u8]; 3] = [b"", b"\xff\xd9", b"IEND\xaeB`\x82"];
            let _ = Logo::read(&[starts[start], &bytes, ends[start]].concat());
        }
    }
}

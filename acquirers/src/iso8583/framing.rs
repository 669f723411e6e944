//! The length in front of each message on the wire.

use std::io::{Error, ErrorKind};

use tokio::io::{AsyncRead, AsyncReadExt};

use super::profile::Header;

/// The longest message that is read or written, in bytes. Real ones have a few hundred.
pub(super) const FRAME_MAX: usize = 8_192;

/// The header of a message of this length; `None` above [`FRAME_MAX`].
pub(super) fn header(length: usize, header: Header) -> Option<Vec<u8>> {
    if length > FRAME_MAX {
        return None;
    }
    let length = u16::try_from(length).ok()?;
    Some(match header {
        Header::Binary2 => length.to_be_bytes().to_vec(),
        Header::Packed2 => {
            let pack = |two: u16| u8::try_from(((two / 10) << 4) | (two % 10)).unwrap_or(0);
            vec![pack(length / 100), pack(length % 100)]
        }
        Header::Ascii4 => format!("{length:04}").into_bytes(),
    })
}

/// Reads one message without its header; an empty one is a keep-alive of some hosts.
///
/// # Errors
///
/// When the connection ends or the header makes no sense: nothing after it can be read then.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin), header: Header) -> std::io::Result<Vec<u8>> {
    let bad = || Error::new(ErrorKind::InvalidData, "the length in front of a message makes no sense");
    let length = match header {
        Header::Binary2 => usize::from(stream.read_u16().await?),
        Header::Packed2 => {
            let packed = [stream.read_u8().await?, stream.read_u8().await?];
            hex::encode(packed).parse().map_err(|_| bad())?
        }
        Header::Ascii4 => {
            let mut digits = [0; 4];
            stream.read_exact(&mut digits).await?;
            let all_digits = digits.iter().all(u8::is_ascii_digit);
            std::str::from_utf8(&digits)
                .ok()
                .filter(|_| all_digits)
                .and_then(|text| text.parse().ok())
                .ok_or_else(bad)?
        }
    };
    if length > FRAME_MAX {
        return Err(bad());
    }
    let mut message = vec![0; length];
    stream.read_exact(&mut message).await?;
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn headers_read_back() {
        for (kind, length, bytes) in [
            (Header::Binary2, 258, &[1, 2][..]),
            (Header::Packed2, 258, &[0x02, 0x58]),
            (Header::Ascii4, 258, b"0258"),
            (Header::Binary2, 0, &[0, 0]),
        ] {
            let written = header(length, kind).unwrap();
            assert_eq!(written, bytes);
            let wire = [written, vec![7; length]].concat();
            assert_eq!(read(&mut wire.as_slice(), kind).await.unwrap(), vec![7; length]);
        }
    }

    #[tokio::test]
    async fn lengths_without_sense_are_refused() {
        assert_eq!(header(FRAME_MAX + 1, Header::Binary2), None);
        for (kind, bytes) in [
            (Header::Binary2, &[0xff, 0xff][..]),
            (Header::Packed2, &[0x0a, 0x00]),
            (Header::Ascii4, b"+258"),
            (Header::Ascii4, b"12"),
        ] {
            assert!(read(&mut &bytes[..], kind).await.is_err(), "{bytes:?}");
        }
    }
}

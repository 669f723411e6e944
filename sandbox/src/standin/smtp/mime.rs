//! A small reader of mail: headers, multipart, transfer encodings, encoded words.
//!
//! It reads what well-made programs send and never fails: what it does not understand it leaves as
//! it is.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::encoded_word;

const DEPTH_MAX: usize = 8;
const PARTS_MAX: usize = 100;

/// A part of a mail that is neither its text nor its HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// File name; empty when it has none.
    pub name: String,
    /// Media type without parameters, lower case.
    pub media_type: String,
    /// The decoded content.
    pub bytes: Vec<u8>,
}

/// A mail, read.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) text: Option<String>,
    pub(crate) html: Option<String>,
    pub(crate) attachments: Vec<Attachment>,
    parts: usize,
}

/// Reads a whole message.
pub(crate) fn read(raw: &[u8]) -> Read {
    let mut mail = Read::default();
    let (headers, body) = split(raw);
    mail.part(&headers, body, 0);
    mail.headers = headers.into_iter().map(|(name, value)| (name, encoded_word::decode(&value))).collect();
    mail
}

impl Read {
    fn part(&mut self, headers: &[(String, String)], body: &[u8], depth: usize) {
        self.parts += 1;
        if self.parts > PARTS_MAX {
            return;
        }
        let find = |wanted: &str| {
            headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.as_str())
        };
        let content_type = find("content-type").unwrap_or("text/plain; charset=us-ascii");
        let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if let Some(boundary) =
            parameter(content_type, "boundary").filter(|_| media_type.starts_with("multipart/") && depth < DEPTH_MAX)
        {
            for piece in pieces(body, &boundary) {
                let (headers, body) = split(piece);
                self.part(&headers, body, depth + 1);
            }
            return;
        }
        let bytes = transfer_decode(body, find("content-transfer-encoding").unwrap_or_default());
        let disposition = find("content-disposition").unwrap_or_default();
        let is_attached = disposition.trim().to_ascii_lowercase().starts_with("attachment");
        let charset = parameter(content_type, "charset").unwrap_or_default();
        match media_type.as_str() {
            "text/plain" if !is_attached && self.text.is_none() => self.text = Some(text_of(&bytes, &charset)),
            "text/html" if !is_attached && self.html.is_none() => self.html = Some(text_of(&bytes, &charset)),
            _ => {
                let name = parameter(disposition, "filename").or_else(|| parameter(content_type, "name"));
                let name = encoded_word::decode(&name.unwrap_or_default());
                self.attachments.push(Attachment { name, media_type, bytes });
            }
        }
    }
}

/// Bytes of a charset as text; unknown charsets are read as UTF-8.
pub(crate) fn text_of(bytes: &[u8], charset: &str) -> String {
    match charset.to_ascii_lowercase().as_str() {
        "iso-8859-1" | "latin1" | "windows-1252" => bytes.iter().map(|byte| char::from(*byte)).collect(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Unfolded headers, and what follows the empty line.
fn split(raw: &[u8]) -> (Vec<(String, String)>, &[u8]) {
    let (mut headers, mut rest) = (Vec::<(String, String)>::new(), raw);
    loop {
        let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
        let (line, after) = rest.split_at(end);
        rest = after;
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            return (headers, rest);
        }
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = headers.last_mut() {
                value.push_str(line);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
}

/// The pieces between boundary lines.
fn pieces<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let (delimiter, closing) = (format!("--{boundary}"), format!("--{boundary}--"));
    let (mut found, mut start, mut at) = (Vec::new(), None, 0);
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let bare = line.trim_ascii_end();
        let is_last = bare == closing.as_bytes();
        if is_last || bare == delimiter.as_bytes() {
            if let Some(start) = start {
                found.push(without_line_end(&body[start..at]));
            }
            if is_last || found.len() >= PARTS_MAX {
                return found;
            }
            start = Some(at + line.len());
        }
        at += line.len();
    }
    if let Some(start) = start {
        found.push(&body[start..]);
    }
    found
}

/// The line end before a boundary belongs to the boundary.
fn without_line_end(piece: &[u8]) -> &[u8] {
    let piece = piece.strip_suffix(b"\n").unwrap_or(piece);
    piece.strip_suffix(b"\r").unwrap_or(piece)
}

/// `boundary` of `multipart/mixed; boundary="x"`.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let mut rest = header.split_once(';')?.1;
    loop {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_at(after.find(';').unwrap_or(after.len())),
        };
        let name = name.trim().trim_start_matches(';').trim();
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value.trim().to_owned());
        }
        // RFC 2231: filename*=utf-8''%D1%84.pdf
        if name.strip_suffix('*').is_some_and(|name| name.eq_ignore_ascii_case(wanted)) {
            return Some(percent_decode(value.trim().rsplit('\'').next().unwrap_or_default()));
        }
        rest = next.trim_start().trim_start_matches(';');
    }
}

fn percent_decode(value: &str) -> String {
    let as_form = value.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(as_form.as_bytes()).next().map(|(key, _)| key.into_owned()).unwrap_or_default()
}

fn transfer_decode(body: &[u8], encoding: &str) -> Vec<u8> {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "base64" => decode_base64(body),
        "quoted-printable" => decode_quoted_printable(body),
        _ => body.to_vec(),
    }
}

/// Base64 with line ends and missing padding forgiven.
pub(crate) fn decode_base64(body: &[u8]) -> Vec<u8> {
    let forgiving = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&alphabet::STANDARD, forgiving);
    let dense: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    engine.decode(dense).unwrap_or_default()
}

/// Quoted-printable; a broken escape stays as it is.
pub(crate) fn decode_quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((first, after)) = rest.split_first() {
        if *first != b'=' {
            decoded.push(*first);
            rest = after;
        } else if let Some(after) = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n")) {
            rest = after;
        } else if let Some(byte) = after.get(..2).and_then(hex) {
            decoded.push(byte);
            rest = &after[2..];
        } else {
            decoded.push(b'=');
            rest = after;
        }
    }
    decoded
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digits =
        std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NESTED: &str = "From: a@x\r\nSubject: =?utf-8?B?0J/RgNC40LLQtdGC?= =?utf-8?Q?_you?=\r\n\
        Content-Type: multipart/mixed; boundary=out\r\n\r\nignored\r\n--out\r\n\
        Content-Type: multipart/alternative;\r\n boundary=\"in ner\"\r\n\r\n--in ner\r\n\
        Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        12.00=E2=82=AC soft=\r\n break =zz\r\n--in ner\r\nContent-Type: text/html; charset=utf-8\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nPGI+0L\r\nA8L2I+\r\n--in ner--\r\n--out\r\n\
        Content-Type: application/pdf\r\nContent-Disposition: attachment; filename*=utf-8''%D1%84+a.pdf\r\n\r\n%PDF\r\n--out--\r\n";

    #[test]
    fn a_nested_message_is_read() {
        let mail = read(NESTED.as_bytes());
        assert_eq!(mail.headers[1].1, "Привет you");
        assert_eq!(mail.text.as_deref(), Some("12.00€ soft break =zz"));
        assert_eq!(mail.html.as_deref(), Some("<b>а</b>"));
        assert_eq!((mail.attachments[0].name.as_str(), &mail.attachments[0].bytes[..]), ("ф+a.pdf", &b"%PDF"[..]));
    }

    #[test]
    fn a_plain_message_is_its_text() {
        let mail = read(b"Subject: hi\r\n\r\nHello\r\n");
        assert_eq!(mail.text.as_deref(), Some("Hello\r\n"));
        assert!(mail.html.is_none() && mail.attachments.is_empty());
    }

    #[test]
    fn garbage_is_read_without_panic() {
        let bomb = format!("Content-Type: multipart/mixed; boundary=a\r\n\r\n{}", "--a\r\n".repeat(10_000));
        for raw in [
            &b""[..],
            b":",
            b"\xff\xfe",
            b"Content-Type: multipart/x; boundary=\r\n\r\n--\r\n--\r\n",
            bomb.as_bytes(),
            b"Content-Type: ;;;=\"\r\nContent-Disposition: attachment; filename*=%%%\r\n\r\n=",
            "Content-Type: é; é=\"é\r\n\r\n=é".as_bytes(),
        ] {
            let mail = read(raw);
            assert!(mail.parts <= PARTS_MAX + 1);
        }
    }
}

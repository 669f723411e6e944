//! RFC 2047: `=?utf-8?B?…?=` in headers.

use super::mime::{decode_base64, decode_quoted_printable, text_of};

/// A header value with its encoded words decoded. White space between two of them vanishes, and a
/// character may be cut in two by them, so adjacent ones are decoded as one.
pub(crate) fn decode(value: &str) -> String {
    let mut decoded = String::with_capacity(value.len());
    let mut run = Run::default();
    let mut rest = value;
    while let Some(start) = rest.find("=?") {
        let Some((charset, bytes, length)) = read_word(&rest[start..]) else {
            run.flush(&mut decoded);
            decoded.push_str(&rest[..start + 2]);
            rest = &rest[start + 2..];
            continue;
        };
        let between = &rest[..start];
        if !(run.is_open && between.trim().is_empty() && run.charset.eq_ignore_ascii_case(charset)) {
            let glued = run.is_open && between.trim().is_empty();
            run.flush(&mut decoded);
            if !glued {
                decoded.push_str(between);
            }
        }
        run.is_open = true;
        charset.clone_into(&mut run.charset);
        run.bytes.extend_from_slice(&bytes);
        rest = &rest[start + length..];
    }
    run.flush(&mut decoded);
    decoded.push_str(rest);
    decoded
}

#[derive(Default)]
struct Run {
    is_open: bool,
    charset: String,
    bytes: Vec<u8>,
}

impl Run {
    fn flush(&mut self, decoded: &mut String) {
        decoded.push_str(&text_of(&self.bytes, &self.charset));
        self.bytes.clear();
        self.is_open = false;
    }
}

/// Charset, content and length of the encoded word at the start.
fn read_word(source: &str) -> Option<(&str, Vec<u8>, usize)> {
    let inside = source.strip_prefix("=?")?;
    let (charset, after) = inside.split_once('?')?;
    let (encoding, after) = after.split_once('?')?;
    let (content, _) = after.split_once("?=")?;
    if charset.is_empty() || content.contains(' ') {
        return None;
    }
    let bytes = match encoding {
        "B" | "b" => decode_base64(content.as_bytes()),
        "Q" | "q" => decode_quoted_printable(content.replace('_', " ").as_bytes()),
        _ => return None,
    };
    let length = 2 + charset.len() + 1 + encoding.len() + 1 + content.len() + 2;
    Some((charset, bytes, length))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn words_are_decoded_and_joined() {
        assert_eq!(decode("=?utf-8?B?0J/RgA==?="), "Пр");
        assert_eq!(decode("=?iso-8859-1?Q?Espa=F1a_1?= ok"), "España 1 ok");
        // One character cut in two by the words.
        assert_eq!(decode("=?utf-8?B?0A==?= =?utf-8?B?nw==?="), "П");
        assert_eq!(decode("a =?utf-8?Q?b?= c"), "a b c");
    }

    #[test]
    fn what_is_not_a_word_stays() {
        for value in ["plain", "=?", "=?utf-8?X?a?=", "a =?utf-8?B?", "1 =? 2"] {
            assert_eq!(decode(value), value);
        }
    }
}

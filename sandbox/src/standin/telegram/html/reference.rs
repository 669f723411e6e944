//! Character references: `&lt;`, `&#8364;`.

/// A text with its references decoded; an unknown one stays.
pub(super) fn decode_references(source: &str) -> String {
    let (mut text, mut rest) = (String::with_capacity(source.len()), source);
    while let Some(c) = rest.chars().next() {
        let (c, length) = match c {
            '&' => read_reference(rest).unwrap_or(('&', 1)),
            other => (other, other.len_utf8()),
        };
        text.push(c);
        rest = &rest[length..];
    }
    text
}

/// The character of a reference at the start of `source`, and the bytes it takes.
pub(super) fn read_reference(source: &str) -> Option<(char, usize)> {
    let body_end = source.bytes().take(12).position(|byte| byte == b';')?;
    let body = source.get(1..body_end)?;
    let c = match body {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        _ => {
            let number = body.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| *c != '\0')?
        }
    };
    Some((c, body_end + 1))
}

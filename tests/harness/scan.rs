//! Looking for card data in everything that a run wrote.

use std::path::Path;

/// Card data that a run used.
#[derive(Debug, Default)]
pub struct Used {
    /// Card numbers, digits only.
    pub pans: Vec<String>,
    /// Security codes that were used often, with how often: four digits each.
    pub codes: Vec<(String, usize)>,
}

/// Something that the run wrote, with a name for the report.
#[derive(Debug)]
pub struct Artifact {
    /// Where it is from.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// How near the word for a security code must stand before the code.
const NEAR: usize = 40;
/// Words that a security code goes by.
const WORDS: [&[u8]; 5] = [b"cvc", b"cvv", b"csc", b"security_code", b"securitycode"];

impl Used {
    /// Every finding, each with the artifact's name. Empty when nothing was written.
    #[must_use]
    pub fn findings(&self, artifacts: &[Artifact]) -> Vec<String> {
        let mut found = Vec::new();
        for artifact in artifacts {
            for pan in &self.pans {
                let kinds = [("a card number", spellings(pan))];
                for (what, spellings) in kinds {
                    if spellings.iter().any(|text| count(&artifact.bytes, text) > 0) {
                        found.push(format!("{}: {what} ending in {}", artifact.name, &pan[pan.len() - 4..]));
                    }
                }
            }
            for (code, times) in &self.codes {
                if named(&artifact.bytes, code.as_bytes()) {
                    found.push(format!("{}: a security code beside its name", artifact.name));
                }
                if piles_up(&artifact.bytes, code, *times) {
                    found.push(format!("{}: a security code as often as it was used", artifact.name));
                }
            }
        }
        found
    }
}

/// The ways a number may be written: plain, in groups, as hexadecimal and Base64 of its digits.
fn spellings(pan: &str) -> Vec<Vec<u8>> {
    let groups = |separator: &str| {
        let parts: Vec<&str> = (0..pan.len()).step_by(4).map(|at| &pan[at..(at + 4).min(pan.len())]).collect();
        parts.join(separator).into_bytes()
    };
    let hex: String = pan.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut wide = Vec::new();
    pan.encode_utf16().for_each(|unit| wide.extend(unit.to_le_bytes()));
    let mut all = vec![pan.as_bytes().to_vec(), groups(" "), groups("-"), hex.into_bytes(), wide];
    all.extend(in_base64(pan.as_bytes()));
    all
}

/// What Base64 makes of the digits at each of its three alignments, without the edges that depend on
/// the neighbours.
fn in_base64(text: &[u8]) -> Vec<Vec<u8>> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    (0..3)
        .map(|skip| {
            let whole = &text[skip..text.len() - (text.len() - skip) % 3];
            let mut encoded = Vec::new();
            for three in whole.chunks_exact(3) {
                let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
                encoded.extend([18, 12, 6, 0].map(|shift| ALPHABET[(bits >> shift & 63) as usize]));
            }
            encoded
        })
        .collect()
}

fn positions<'a>(bytes: &'a [u8], text: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let first = text.first().copied().unwrap_or(0);
    bytes
        .iter()
        .enumerate()
        .filter(move |(at, byte)| **byte == first && bytes[*at..].starts_with(text))
        .map(|(at, _)| at)
}

fn count(bytes: &[u8], text: &[u8]) -> usize {
    positions(bytes, text).count()
}

/// Whether the code stands shortly behind a word for it, apart from other digits.
fn named(bytes: &[u8], code: &[u8]) -> bool {
    positions(bytes, code).any(|at| {
        let digit = |at: Option<&u8>| at.is_some_and(u8::is_ascii_digit);
        let alone = !digit(at.checked_sub(1).and_then(|at| bytes.get(at))) && !digit(bytes.get(at + code.len()));
        let before = bytes[at.saturating_sub(NEAR)..at].to_ascii_lowercase();
        alone && WORDS.iter().any(|word| count(&before, word) > 0)
    })
}

/// Four digits turn up by chance in times and ids. A code that was written down with every payment
/// would turn up that much more often than codes that nobody used.
fn piles_up(bytes: &[u8], code: &str, times: usize) -> bool {
    // One pass for all of them: how often each four digits stand there.
    let mut seen = vec![0_usize; 10_000];
    let value = |four: &[u8]| four.iter().fold(0, |value, byte| value * 10 + usize::from(byte - b'0'));
    for four in bytes.windows(4).filter(|four| four.iter().all(u8::is_ascii_digit)) {
        seen[value(four)] += 1;
    }
    let code = value(code.as_bytes());
    let others = (0..40).map(|n| (n * 211 + 1_009) % 10_000).filter(|other| *other != code);
    let by_chance = others.map(|other| seen[other]).max().unwrap_or(0);
    seen[code] >= by_chance + times / 2
}

/// Every file in a folder and below it.
///
/// # Panics
///
/// When one cannot be read.
#[must_use]
pub fn files(folder: &Path) -> Vec<Artifact> {
    let mut artifacts = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            artifacts.extend(files(&path));
        } else {
            let bytes = std::fs::read(&path).expect("a file");
            artifacts.push(Artifact { name: path.display().to_string(), bytes });
        }
    }
    artifacts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used() -> Used {
        Used { pans: vec!["378282246310005".to_owned()], codes: vec![("7391".to_owned(), 30)] }
    }

    fn seen(text: &str) -> usize {
        let padding = "{\"at\":1795000012345678,\"id\":\"01h455vb4pex5vsknk084sn02q\"}".repeat(50);
        let bytes = format!("{padding}{text}{padding}").into_bytes();
        used().findings(&[Artifact { name: "planted".to_owned(), bytes }]).len()
    }

    #[test]
    fn what_is_planted_is_found() {
        assert_eq!(seen(""), 0);
        for number in
            ["x378282246310005y", "3782 8224 6310 005", "3782-8224-6310-005", "333738323832323436333130303035"]
        {
            assert_eq!(seen(number), 1, "{number}");
        }
        // Base64 of `{"n":"378282246310005"}` and of the same behind one and two more letters.
        for number in [
            "eyJuIjoiMzc4MjgyMjQ2MzEwMDA1In0=",
            "eHsibiI6IjM3ODI4MjI0NjMxMDAwNSJ9",
            "eHh7Im4iOiIzNzgyODIyNDYzMTAwMDUifQ==",
        ] {
            assert_eq!(seen(number), 1, "{number}");
        }
        assert_eq!(seen("{\"cvc\":\"7391\"}"), 1);
        assert_eq!(seen("Cvc { digits: \"7391\" }"), 1);
        assert_eq!(seen(&"|7391|".repeat(30)), 1);
        assert_eq!(seen("a cvc was given at 17391000"), 0);
        assert_eq!(seen("378282246310006"), 0);
    }
}

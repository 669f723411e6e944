//! Codes of authenticators (RFC 6238: SHA-1, six digits, 30 seconds) and recovery codes. Pure.

use totp_rs::{Builder, Totp};

use crate::clock::Timestamp;
use crate::id::AccountId;
use crate::secret::{Secret, sha256_hex};

/// Bytes of a secret: what RFC 4226 recommends.
pub(super) const SECRET_LEN: usize = 20;
/// How many recovery codes there are.
const CODES: usize = 10;
/// Lower-case letters and digits that nobody mistakes for one another; 32 of them.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of a recovery code: 80 bits.
const CODE_LEN: usize = 16;

fn generator(secret: &[u8], email: &str, issuer: &str) -> Option<Totp> {
    // The label of the address is `issuer:name`, so neither may hold a colon.
    let name = email.replace(':', " ");
    let builder = Builder::new().with_secret(secret.to_vec()).with_account_name(name).with_issuer(Some(issuer));
    builder.build().ok()
}

/// The address that authenticators read from a QR code, and the secret as people type it.
pub(super) fn address(secret: &[u8], email: &str, issuer: &str) -> Option<(Secret, Secret)> {
    let totp = generator(secret, email, issuer)?;
    Some((Secret::new(totp.to_url().ok()?), Secret::new(totp.secret().to_base32())))
}

/// The time step whose code this is, at most one step off: clocks differ, and people type slowly.
pub(super) fn step_of(secret: &[u8], code: &str, now: Timestamp) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.as_secs()).ok()?;
    let step = generator(secret, "", "Aviso")?.check(&digits, seconds)?;
    i64::try_from(step).ok()
}

/// New recovery codes, as they are shown once.
pub(super) fn recovery_codes() -> Vec<Secret> {
    let code = || {
        let bytes: [u8; CODE_LEN] = rand::random();
        let text: Vec<char> = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
        let parts: Vec<String> = text.chunks(4).map(|part| part.iter().collect()).collect();
        Secret::new(parts.join("-"))
    };
    std::iter::repeat_with(code).take(CODES).collect()
}

/// What is stored of a recovery code; `None` when the text has not the shape of one.
pub(super) fn recovery_hash(account: AccountId, code: &str) -> Option<String> {
    let plain: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let plain = plain.to_ascii_lowercase();
    let shape = plain.len() == CODE_LEN && plain.bytes().all(|byte| ALPHABET.contains(&byte));
    shape.then(|| sha256_hex(format!("{account}\n{plain}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC_SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    /// Appendix B of RFC 6238, the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(step_of(RFC_SECRET, code, at(seconds)), Some(seconds / 30), "{seconds}");
            assert_eq!(
                step_of(RFC_SECRET, &format!(" {} {}", &code[..3], &code[3..]), at(seconds)),
                Some(seconds / 30)
            );
        }
    }

    #[test]
    fn a_code_is_taken_one_step_early_or_late_and_no_more() {
        for (seconds, taken) in [(29, true), (0, true), (59, true), (60, true), (89, true), (90, false), (600, false)] {
            assert_eq!(step_of(RFC_SECRET, "287082", at(seconds)).is_some(), taken, "{seconds}");
        }
        for wrong in ["", "28708", "2870822", "abcdef", "２８７０８２"] {
            assert_eq!(step_of(RFC_SECRET, wrong, at(59)), None, "{wrong}");
        }
    }

    #[test]
    fn the_address_names_who_and_where_and_carries_the_secret() {
        let (address, secret) = address(RFC_SECRET, "ana@example.com", "Aviso").unwrap();
        assert_eq!(secret.expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let address = address.expose();
        assert!(address.starts_with("otpauth://totp/Aviso:ana%40example.com?"), "{address}");
        assert!(address.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ") && address.contains("issuer=Aviso"));
    }

    #[test]
    fn recovery_codes_differ_and_are_read_as_people_write_them() {
        let account = AccountId::new(at(1));
        let codes = recovery_codes();
        assert_eq!(codes.len(), CODES);
        let hashes: std::collections::BTreeSet<_> =
            codes.iter().map(|code| recovery_hash(account, code.expose()).unwrap()).collect();
        assert_eq!(hashes.len(), CODES);
        let code = codes[0].expose();
        let typed = code.to_uppercase().replace('-', " ");
        assert_eq!(recovery_hash(account, &typed), recovery_hash(account, code));
        assert_ne!(recovery_hash(AccountId::new(at(2)), code), recovery_hash(account, code));
        assert_eq!(recovery_hash(account, "287082"), None);
    }
}

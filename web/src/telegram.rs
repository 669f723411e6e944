//! What Telegram signed with the bot's token: the fields of its log-in widget, and the `initData` of a Mini App.
//! Pure: it knows neither requests nor accounts.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use url::form_urlencoded;

/// How long a signature is believed: a log-in follows at once.
pub(crate) const BELIEVED_SECS: i64 = 5 * 60;
/// How far Telegram's clock may be ahead of ours.
const AHEAD_SECS_MAX: i64 = 60;
/// Longer than anything that Telegram signs.
const LEN_MAX: usize = 8 * 1_024;

/// Who came, as Telegram signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    pub(crate) id: i64,
    pub(crate) username: Option<String>,
    pub(crate) first_name: String,
    pub(crate) language_tag: Option<String>,
    /// The signature: each counts once.
    pub(crate) hash: String,
    pub(crate) auth_date: i64,
}

/// Why it is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotSigned {
    #[error("a field is missing, doubled or has the wrong form")]
    Malformed,
    #[error("the signature does not hold")]
    Forged,
    #[error("it was signed too long ago")]
    Old,
}

type Pairs = Vec<(String, String)>;

/// The fields that the log-in widget and log-in buttons append to an address.
pub(crate) fn widget(token: &str, query: &str, now_secs: i64) -> Result<Signed, NotSigned> {
    let key = Sha256::digest(token.as_bytes());
    let pairs = pairs(query)?;
    let (hash, auth_date) = verified(&key, &pairs, now_secs)?;
    let field = |name: &str| find(&pairs, name).map(str::to_owned);
    Ok(Signed {
        id: field("id").and_then(|id| id.parse().ok()).ok_or(NotSigned::Malformed)?,
        username: field("username"),
        first_name: field("first_name").unwrap_or_default(),
        language_tag: None,
        hash,
        auth_date,
    })
}

/// The `initData` of a Mini App.
pub(crate) fn init_data(token: &str, raw: &str, now_secs: i64) -> Result<Signed, NotSigned> {
    /// The `user` in it.
    #[derive(serde::Deserialize)]
    struct User {
        id: i64,
        username: Option<String>,
        first_name: String,
        language_code: Option<String>,
        #[serde(default)]
        is_bot: bool,
    }
    let key = mac(b"WebAppData", token.as_bytes()).finalize().into_bytes();
    let pairs = pairs(raw)?;
    let (hash, auth_date) = verified(&key, &pairs, now_secs)?;
    let user: User =
        serde_json::from_str(find(&pairs, "user").unwrap_or_default()).map_err(|_| NotSigned::Malformed)?;
    if user.is_bot {
        return Err(NotSigned::Malformed);
    }
    Ok(Signed {
        id: user.id,
        username: user.username,
        first_name: user.first_name,
        language_tag: user.language_code,
        hash,
        auth_date,
    })
}

/// The fields, sorted. A field that stands twice could be read once by us and once by the signer.
fn pairs(text: &str) -> Result<Pairs, NotSigned> {
    if text.len() > LEN_MAX {
        return Err(NotSigned::Malformed);
    }
    let mut pairs: Pairs = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    pairs.sort();
    if pairs.windows(2).any(|two| two[0].0 == two[1].0) { Err(NotSigned::Malformed) } else { Ok(pairs) }
}

fn find<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    pairs.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
}

fn mac(key: &[u8], message: &[u8]) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac
}

/// Checks signature and date; gives both. A Mini App's second signature, `signature`, is one of the fields
/// that the first is made over.
fn verified(key: &[u8], pairs: &Pairs, now_secs: i64) -> Result<(String, i64), NotSigned> {
    let hash = find(pairs, "hash").ok_or(NotSigned::Malformed)?;
    let given = hex::decode(hash).map_err(|_| NotSigned::Malformed)?;
    let lines: Vec<String> =
        pairs.iter().filter(|(name, _)| name != "hash").map(|(name, value)| format!("{name}={value}")).collect();
    mac(key, lines.join("\n").as_bytes()).verify_slice(&given).map_err(|_| NotSigned::Forged)?;
    let auth_date: i64 = find(pairs, "auth_date").and_then(|date| date.parse().ok()).ok_or(NotSigned::Malformed)?;
    let age = now_secs.saturating_sub(auth_date);
    if !(-AHEAD_SECS_MAX..=BELIEVED_SECS).contains(&age) {
        return Err(NotSigned::Old);
    }
    Ok((hash.to_ascii_lowercase(), auth_date))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "12345:TESTTOKEN";
    const SIGNED_AT: i64 = 1_700_000_000;
    const WIDGET: &str = "id=42&first_name=Ana&username=ana_test&photo_url=https%3A%2F%2Ft.me%2Fi%2Fuserpic%2F320%2Fx.jpg\
        &auth_date=1700000000&hash=addcc5563e54b08edc9ec7217c825185fe65b2b68e65237437314aadbf4c0312";
    /// Made with another implementation: Python's `hmac`.
    const APP: &str = "query_id=AAH&user=%7B%22id%22%3A42%2C%22first_name%22%3A%22Ana%22%2C%22username%22%3A%22ana_test%22%2C\
        %22language_code%22%3A%22es%22%7D&auth_date=1700000000&signature=abc_DEF\
        &hash=c13bbf3dbf52c82002a7da96ed9bd393505aab2326c24b2b1e69faa9253c75b1";

    #[test]
    fn the_widget_is_believed_as_others_sign_it() {
        let signed = widget(TOKEN, WIDGET, SIGNED_AT + 10).unwrap();
        assert_eq!((signed.id, signed.username.as_deref(), signed.first_name.as_str()), (42, Some("ana_test"), "Ana"));
        // In any order.
        let mut parts: Vec<&str> = WIDGET.split('&').collect();
        parts.reverse();
        assert!(widget(TOKEN, &parts.join("&"), SIGNED_AT).is_ok());
    }

    #[test]
    fn a_mini_app_is_believed_as_others_sign_it() {
        let signed = init_data(TOKEN, APP, SIGNED_AT).unwrap();
        assert_eq!((signed.id, signed.language_tag.as_deref()), (42, Some("es")));
        // Neither counts for the other: their keys differ.
        assert_eq!(widget(TOKEN, APP, SIGNED_AT), Err(NotSigned::Forged));
        assert_eq!(init_data(TOKEN, WIDGET, SIGNED_AT), Err(NotSigned::Forged));
    }

    #[test]
    fn every_field_is_signed_and_stands_once() {
        for (from, to, why) in [
            ("id=42", "id=43", NotSigned::Forged),
            ("ana_test", "ana_Test", NotSigned::Forged),
            ("hash=a", "hash=b", NotSigned::Forged),
            ("&auth_date=1700000000", "", NotSigned::Forged),
            ("id=42", "id=42&id=43", NotSigned::Malformed),
            ("&hash=", "&hash=00&hash=", NotSigned::Malformed),
            ("hash=ad", "hash=zz", NotSigned::Malformed),
            ("&hash=", "&hush=", NotSigned::Malformed),
        ] {
            assert_eq!(widget(TOKEN, &WIDGET.replace(from, to), SIGNED_AT), Err(why), "{to}");
        }
        assert_eq!(widget("12345:OTHER", WIDGET, SIGNED_AT), Err(NotSigned::Forged));
        assert_eq!(init_data(TOKEN, &format!("{APP}&auth_date=1700000001"), SIGNED_AT), Err(NotSigned::Malformed));
        assert_eq!(init_data(TOKEN, &APP.replace("abc_DEF", "abc_DEG"), SIGNED_AT), Err(NotSigned::Forged));
        assert_eq!(widget(TOKEN, &"a".repeat(LEN_MAX + 1), SIGNED_AT), Err(NotSigned::Malformed));
    }

    #[test]
    fn a_signature_is_believed_for_five_minutes() {
        for (now, believed) in [(0, true), (BELIEVED_SECS, true), (BELIEVED_SECS + 1, false), (-60, true), (-61, false)]
        {
            assert_eq!(widget(TOKEN, WIDGET, SIGNED_AT + now).is_ok(), believed, "{now}");
        }
    }
}

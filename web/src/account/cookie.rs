//! The cookies: who is logged in, which browser it is, what it is waiting for, its language.

use std::time::Duration;

use aviso_core::account::SESSION_ABSOLUTE;
use aviso_core::secret::Secret;
use axum::http::{HeaderMap, HeaderValue, header};

use crate::config::WebConfig;

/// The session.
pub(super) const SESSION: &str = "aviso";
/// The browser: form tokens and tickets are bound to it.
pub(super) const BROWSER: &str = "aviso-browser";
/// The Telegram link that the browser waits for.
pub(super) const TICKET: &str = "aviso-ticket";
/// The log-in that waits for the code of an authenticator.
pub(super) const CODE: &str = "aviso-code";
/// The log-in that waits for the chat.
pub(super) const PUSH: &str = "aviso-push";
/// The language that was chosen.
pub(super) const LANGUAGE: &str = "aviso-language";

const YEAR: Duration = Duration::from_secs(365 * 24 * 3_600);

/// A cookie of the request. Over TLS only under the `__Host-` name: a plain one may have been planted
/// by a page of a neighbouring host, and the browser's secret proves who registered.
pub(super) fn get(config: &WebConfig, headers: &HeaderMap, name: &str) -> Option<Secret> {
    find(headers, |given| if config.is_https() { given.strip_prefix("__Host-") == Some(name) } else { given == name })
}

/// A cookie that proves nothing, under its plain or its `__Host-` name.
pub(super) fn get_from_any(headers: &HeaderMap, name: &str) -> Option<Secret> {
    find(headers, |given| given.strip_prefix("__Host-").unwrap_or(given) == name)
}

fn find(headers: &HeaderMap, fits: impl Fn(&str) -> bool) -> Option<Secret> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(given, _)| fits(given)).map(|(_, value)| Secret::new(value))
}

/// Sets a cookie. Over TLS it has the `__Host-` name, which no other host or plain page can set.
pub(super) fn set(config: &WebConfig, name: &str, value: &str) -> HeaderValue {
    let age = match name {
        SESSION => SESSION_ABSOLUTE,
        LANGUAGE | BROWSER => YEAR,
        _ => Duration::from_secs(3_600),
    };
    written(config, name, value, age)
}

/// Takes a cookie away.
pub(super) fn remove(config: &WebConfig, name: &str) -> HeaderValue {
    written(config, name, "", Duration::ZERO)
}

fn written(config: &WebConfig, name: &str, value: &str, age: Duration) -> HeaderValue {
    let (prefix, secure) = if config.is_https() { ("__Host-", "; Secure") } else { ("", "") };
    let age = age.as_secs();
    let text = format!("{prefix}{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).expect("cookie values are tokens of ours in plain ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_tls_cookies_belong_to_the_host_alone() {
        let plain = WebConfig::new("http://127.0.0.1".parse().unwrap(), "");
        let tls = WebConfig::new("https://pay.example".parse().unwrap(), "");
        assert_eq!(set(&plain, SESSION, "x"), "aviso=x; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax");
        assert_eq!(set(&tls, SESSION, "x"), "__Host-aviso=x; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure");
        let mut headers = HeaderMap::new();
        headers.insert("cookie", "a=b; __Host-aviso=tok; aviso-browser=c".parse().unwrap());
        assert_eq!(get(&tls, &headers, SESSION).unwrap().expose(), "tok");
        assert!(get(&tls, &headers, BROWSER).is_none(), "planted by a neighbour");
        assert_eq!(get(&plain, &headers, BROWSER).unwrap().expose(), "c");
        assert!(get(&plain, &headers, SESSION).is_none());
        assert_eq!(get_from_any(&headers, BROWSER).unwrap().expose(), "c");
        assert!(get(&tls, &headers, TICKET).is_none());
    }
}

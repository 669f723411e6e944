//! The texts of the pages, and which language a person reads.

use std::borrow::Cow;
use std::collections::HashMap;

use aviso_core::clock::Timestamp;
use aviso_core::language::Language;
use aviso_core::preference::TimeZone;
use axum::http::{HeaderMap, Uri, header};
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader};
use url::form_urlencoded;

use super::cookie;

fluent_templates::static_loader! {
    static LOCALES = {
        locales: "./locale",
        fallback_language: "en",
        // The pages escape what is put in; isolating marks would end up in what people copy.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// The texts of one language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words(pub(crate) Language);

impl Words {
    /// A text without places to fill.
    pub(crate) fn say(self, id: &str) -> String {
        self.tell(id, &[])
    }

    /// A moment on a person's own clock, to the minute.
    pub(crate) fn moment(self, zone: TimeZone, at: Timestamp) -> String {
        zone.at(at).format("%Y-%m-%d %H:%M %Z").to_string()
    }

    /// A day on a person's own calendar.
    pub(crate) fn day(self, zone: TimeZone, at: Timestamp) -> String {
        zone.at(at).format("%Y-%m-%d").to_string()
    }

    /// A text with its places filled. An id that is in no language gives itself; a test forbids it.
    pub(crate) fn tell(self, id: &str, args: &[(&'static str, &str)]) -> String {
        let tag: LanguageIdentifier = self.0.code().parse().expect("the codes of `Language` are language tags");
        let args: HashMap<Cow<'static, str>, FluentValue<'_>> =
            args.iter().map(|(key, value)| (Cow::Borrowed(*key), FluentValue::from(*value))).collect();
        LOCALES.try_lookup_with_args(&tag, id, &args).unwrap_or_else(|| {
            tracing::error!(id, "a text is missing in every language");
            id.to_owned()
        })
    }
}

/// The language that the address asks for: `?lang=es`.
pub(crate) fn asked(uri: &Uri) -> Option<Language> {
    let query = uri.query().unwrap_or_default().as_bytes();
    form_urlencoded::parse(query).find(|(name, _)| name == "lang").and_then(|(_, code)| Language::from_code(&code))
}

/// The language of somebody who is not logged in: address, cookie, browser; English else.
pub(crate) fn preferred(uri: &Uri, headers: &HeaderMap) -> Language {
    asked(uri)
        .or_else(|| cookie::get_from_any(headers, cookie::LANGUAGE).and_then(|code| Language::from_code(code.expose())))
        .or_else(|| accepted(headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?))
        .unwrap_or_default()
}

/// The most wanted language that we speak.
fn accepted(text: &str) -> Option<Language> {
    let weighed = text.split(',').filter_map(|entry| {
        let (tag, rest) = entry.split_once(';').unwrap_or((entry, ""));
        let language = Language::from_code(tag.trim().split('-').next()?)?;
        Some((language, permille(rest)))
    });
    // Of equals the first one is wanted most, and `max_by_key` gives the last.
    let all: Vec<_> = weighed.collect();
    all.into_iter()
        .rev()
        .max_by_key(|(_, weight)| *weight)
        .filter(|(_, weight)| *weight > 0)
        .map(|(language, _)| language)
}

/// `q=0.8` as 800. Whole numbers: there is nothing to round.
fn permille(text: &str) -> u32 {
    let Some(weight) = text.trim().strip_prefix("q=") else { return 1_000 };
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let decimals: String = decimals.chars().chain("000".chars()).take(3).collect();
    match (whole, decimals.parse()) {
        ("0", Ok(decimals)) => decimals,
        ("1", _) => 1_000,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    #[test]
    fn the_most_wanted_language_that_we_speak() {
        assert_eq!(accepted("de-DE,es-MX;q=0.8,ru;q=0.9"), Some(Language::Ru));
        assert_eq!(accepted("es, en"), Some(Language::Es));
        assert_eq!(accepted("fr"), None);
        assert_eq!(accepted("ru;q=0"), None);
        assert_eq!(accepted(";;,=,q"), None);
    }

    const ENGLISH: &str = concat!(
        include_str!("../../locale/en/pages.ftl"),
        "\n",
        include_str!("../../locale/en/account.ftl"),
        "\n",
        include_str!("../../locale/en/pay.ftl"),
        "\n",
        include_str!("../../locale/en/shops.ftl"),
        "\n",
        include_str!("../../locale/en/inbox.ftl"),
        "\n",
        include_str!("../../locale/en/merchant.ftl")
    );
    const SPANISH: &str = concat!(
        include_str!("../../locale/es/pages.ftl"),
        "\n",
        include_str!("../../locale/es/account.ftl"),
        "\n",
        include_str!("../../locale/es/pay.ftl"),
        "\n",
        include_str!("../../locale/es/shops.ftl"),
        "\n",
        include_str!("../../locale/es/inbox.ftl"),
        "\n",
        include_str!("../../locale/es/merchant.ftl")
    );
    const RUSSIAN: &str = concat!(
        include_str!("../../locale/ru/pages.ftl"),
        "\n",
        include_str!("../../locale/ru/account.ftl"),
        "\n",
        include_str!("../../locale/ru/pay.ftl"),
        "\n",
        include_str!("../../locale/ru/shops.ftl"),
        "\n",
        include_str!("../../locale/ru/inbox.ftl"),
        "\n",
        include_str!("../../locale/ru/merchant.ftl")
    );

    fn ids(text: &str) -> BTreeSet<&str> {
        let lines = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
        let all: Vec<&str> = lines.filter_map(|line| line.split(" =").next()).collect();
        let ids: BTreeSet<&str> = all.iter().copied().collect();
        // Two files may not have the same one: the words of neither would be found.
        assert!(all.len() == ids.len(), "an id stands twice");
        ids
    }

    #[test]
    fn every_language_has_every_text() {
        let english = ids(ENGLISH);
        assert_eq!(english, ids(SPANISH));
        assert_eq!(english, ids(RUSSIAN));
        for language in Language::ALL {
            for id in &english {
                let text = Words(language).tell(
                    id,
                    &[
                        ("email", "a"),
                        ("name", "b"),
                        ("shop", "c"),
                        ("code", "1"),
                        ("left", "9"),
                        ("until", "d"),
                        ("since", "e"),
                        ("amount", "f"),
                        ("last4", "4242"),
                        ("device", "g"),
                        ("month", "2026-11"),
                        ("right", "g"),
                        ("rest", "h"),
                        ("number", "2"),
                    ],
                );
                assert!(!text.is_empty() && text != *id && !text.contains("{$"), "{id}: {text}");
            }
        }
    }

    #[test]
    fn every_decline_has_words() {
        let english = ids(ENGLISH);
        for code in aviso_core::payment::decline::DeclineCode::ALL {
            let id = format!("decline-{}", code.buyer_safe().as_str().replace('_', "-"));
            assert!(english.contains(id.as_str()), "{id}");
        }
    }

    #[test]
    fn every_text_that_pages_name_exists() {
        let english = ids(ENGLISH);
        let mut paths = vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/templates"))];
        while let Some(path) = paths.pop() {
            if path.is_dir() {
                paths.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            for part in text.split("say(\"").skip(1) {
                let id = part.split('"').next().unwrap();
                assert!(english.contains(id), "{id}");
            }
        }
    }
}

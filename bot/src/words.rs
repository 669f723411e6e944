//! The words: looks texts up in `locale/`, fills them in escaped, and writes moments.

use std::borrow::Cow;
use std::collections::HashMap;

use aviso_core::clock::Timestamp;
use aviso_core::language::Language;
use aviso_core::money::{Currency, format_minor};
use chrono::Datelike;
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader};

fluent_templates::static_loader! {
    static LOCALES = {
        locales: "./locale",
        fallback_language: "en",
        // See `clean::name`, which isolates the names that need it.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// What stands in the places of a text. Values are escaped for Telegram's HTML.
#[derive(Debug, Default)]
pub(crate) struct Args(HashMap<Cow<'static, str>, FluentValue<'static>>);

impl Args {
    /// No places.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The same with one more value, escaped.
    pub(crate) fn with(self, key: &'static str, value: impl AsRef<str>) -> Self {
        let escaped = teloxide::utils::html::escape(value.as_ref());
        self.with_html(key, escaped)
    }

    /// The same with one more value that is HTML of our own making.
    pub(crate) fn with_html(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.0.insert(Cow::Borrowed(key), FluentValue::from(value.into()));
        self
    }
}

/// The texts of one language.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    language: Language,
    tag: LanguageIdentifier,
}

impl Words {
    /// The texts of this language.
    pub(crate) fn of(language: Language) -> Self {
        let tag = language.code().parse().expect("the codes of `Language` are valid language tags");
        Self { language, tag }
    }

    /// The language.
    pub(crate) const fn language(&self) -> Language {
        self.language
    }

    /// A text without places to fill.
    pub(crate) fn say(&self, id: &str) -> String {
        self.tell(id, &Args::default())
    }

    /// A text with its places filled. An id that is in no language gives the id itself, so that a
    /// slip in a text never stops a message; tests make that a failure.
    pub(crate) fn tell(&self, id: &str, args: &Args) -> String {
        LOCALES.try_lookup_with_args(&self.tag, id, &args.0).unwrap_or_else(|| {
            debug_assert!(false, "no text `{id}` for {args:?}");
            tracing::error!(id, "a text is missing in every language");
            id.to_owned()
        })
    }

    /// A moment with its zone: `5 March 2026, 14:05 UTC`.
    pub(crate) fn moment(&self, at: Timestamp) -> String {
        let at = at.to_datetime();
        let args = Args::default()
            .with("day", at.day().to_string())
            .with("month", self.say(&format!("month-{}", at.month())))
            .with("year", at.year().to_string())
            .with("time", at.format("%H:%M").to_string());
        self.tell("moment", &args)
    }

    /// A moment as the published documents write it; as it is when it cannot be read.
    pub(crate) fn written_moment(&self, rfc3339: &str) -> String {
        chrono::DateTime::parse_from_rfc3339(rfc3339)
            .map(|at| self.moment(Timestamp::from_micros(at.timestamp_micros())))
            .unwrap_or_else(|_| rfc3339.to_owned())
    }

    /// An amount as people of the language write it.
    pub(crate) fn amount(&self, minor: i64, currency: &str) -> String {
        match currency.parse::<Currency>() {
            Ok(currency) => format_minor(minor, currency, self.language),
            Err(_) => format!("{minor} {currency}"),
        }
    }
}

#[cfg(test)]
mod locale_tests;

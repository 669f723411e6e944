//! The words: looks texts up in `locale/` and writes moments the way people of a language do.

use std::borrow::Cow;
use std::collections::HashMap;

use aviso_core::clock::Timestamp;
use aviso_core::language::Language;
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

/// What stands in the places of a text.
#[derive(Debug, Default)]
pub(crate) struct Args(HashMap<Cow<'static, str>, FluentValue<'static>>);

impl Args {
    /// The same with one more value. It is set as it is and never read as Fluent.
    pub(crate) fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.0.insert(Cow::Borrowed(key), FluentValue::from(value.into()));
        self
    }
}

/// The texts of one language.
#[derive(Debug)]
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
    /// slip in a text never stops a letter; tests make that a failure.
    pub(crate) fn tell(&self, id: &str, args: &Args) -> String {
        LOCALES.try_lookup_with_args(&self.tag, id, &args.0).unwrap_or_else(|| {
            debug_assert!(false, "no text `{id}` for {args:?}");
            tracing::error!(id, "a text is missing in every language");
            id.to_owned()
        })
    }

    /// A moment, with its zone: `5 March 2026, 14:05 UTC`.
    pub(crate) fn moment(&self, at: Timestamp) -> String {
        let at = at.to_datetime();
        let args = Args::default()
            .with("day", at.day().to_string())
            .with("month", self.say(&format!("month-{}", at.month())))
            .with("year", at.year().to_string())
            .with("time", at.format("%H:%M").to_string());
        self.tell("moment", &args)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_name_their_zone_in_each_language() {
        let at = Timestamp::from_micros(1_772_719_500_000_000);
        assert_eq!(Words::of(Language::En).moment(at), "5 March 2026, 14:05 UTC");
        assert_eq!(Words::of(Language::Es).moment(at), "5 de marzo de 2026, 14:05 UTC");
        assert_eq!(Words::of(Language::Ru).moment(at), "5 марта 2026 г., 14:05 UTC");
    }

    #[test]
    fn every_month_has_a_name() {
        for language in Language::ALL {
            for month in 0..12 {
                let at = Timestamp::from_micros(1_767_225_600_000_000 + month * 31 * 86_400_000_000);
                assert!(Words::of(language).moment(at).ends_with("00:00 UTC"));
            }
        }
    }

    #[test]
    fn a_value_is_never_read_as_fluent() {
        let args = Args::default().with("host", "{ $x } { footer-sent }");
        assert_eq!(Words::of(Language::En).tell("footer-sent", &args), "Sent automatically by { $x } { footer-sent }.");
    }
}

#[cfg(test)]
mod locale_tests;

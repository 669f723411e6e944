//! The languages Aviso speaks.

/// English, Spanish or Russian.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
    /// Russian.
    Ru,
}

impl Language {
    /// Every language, in the order menus show them.
    pub const ALL: [Self; 3] = [Self::Es, Self::Ru, Self::En];

    /// The ISO 639-1 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
            Self::Ru => "ru",
        }
    }

    /// The language's own name for itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Es => "Español",
            Self::Ru => "Русский",
        }
    }

    /// The nearest language for a BCP 47 tag such as `es-MX`; English when we do not speak it.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        tag.split(['-', '_']).next().and_then(Self::from_code).unwrap_or_default()
    }

    /// The language with this exact code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_find_the_nearest_language() {
        assert_eq!(Language::from_tag("es-MX"), Language::Es);
        assert_eq!(Language::from_tag("RU"), Language::Ru);
        assert_eq!(Language::from_tag("de"), Language::En);
        assert_eq!(Language::from_tag(""), Language::En);
    }
}

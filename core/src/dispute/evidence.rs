//! Evidence: texts that a merchant sends to the issuer.

use crate::clock::Timestamp;

/// What a text is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EvidenceKind {
    /// What was sold.
    Product,
    /// What buyer and merchant wrote to each other.
    Communication,
    /// Carrier, number, dates, the address it went to.
    Shipping,
    /// What the buyer agreed to about returns.
    RefundPolicy,
    /// When and how the buyer used what was sold.
    Usage,
    /// Anything else.
    Note,
    /// That the buyer confirmed the payment; written by us when the dispute begins.
    Verification,
}

impl EvidenceKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Product,
        Self::Communication,
        Self::Shipping,
        Self::RefundPolicy,
        Self::Usage,
        Self::Note,
        Self::Verification,
    ];

    /// The name in API and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Communication => "communication",
            Self::Shipping => "shipping",
            Self::RefundPolicy => "refund_policy",
            Self::Usage => "usage",
            Self::Note => "note",
            Self::Verification => "verification",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A text of 1 to 5000 characters; line breaks and tabs are its only control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceText(String);

/// A text will not do as evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("evidence is a text of 1 to 5000 characters, without control characters but line breaks and tabs")]
pub struct EvidenceError;

impl EvidenceText {
    /// Checks a text.
    ///
    /// # Errors
    ///
    /// [`EvidenceError`].
    pub fn new(text: impl Into<String>) -> Result<Self, EvidenceError> {
        let text = text.into();
        let strange = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        if text.trim().is_empty() || text.chars().count() > 5_000 || text.chars().any(strange) {
            return Err(EvidenceError);
        }
        Ok(Self(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Evidence to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvidence {
    /// The texts.
    pub texts: Vec<(EvidenceKind, EvidenceText)>,
    /// Whether that is all: it goes to the issuer, and nothing can be added.
    pub submit: bool,
}

/// Evidence as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What it is about.
    pub kind: EvidenceKind,
    /// The text.
    pub text: String,
    /// Who sent it.
    pub author: String,
    /// When.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_a_text_of_sane_length() {
        assert!(EvidenceText::new("DHL 123,\n delivered on Monday").is_ok());
        for text in ["", " \n", "a\0b", &"x".repeat(5_001)] {
            assert_eq!(EvidenceText::new(text), Err(EvidenceError), "{text:?}");
        }
        assert!(EvidenceKind::ALL.into_iter().all(|kind| EvidenceKind::from_name(kind.as_str()) == Some(kind)));
    }
}

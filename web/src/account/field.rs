//! One field of a form, with its label, hint and error tied together for everyone.

use askama::Template;

/// A field.
#[derive(Debug, Template)]
#[template(path = "field.html")]
pub(super) struct Field {
    /// Name and id.
    pub(super) id: &'static str,
    /// `text`, `email` or `password`.
    pub(super) kind: &'static str,
    /// What it is.
    pub(super) label: String,
    /// How to fill it in.
    pub(super) hint: Option<String>,
    /// What is wrong with it.
    pub(super) error: Option<String>,
    /// What was typed. Never a password.
    pub(super) value: String,
    /// What the browser may fill in.
    pub(super) autocomplete: &'static str,
    /// Whether it must be filled in.
    pub(super) required: bool,
}

impl Field {
    pub(super) fn new(id: &'static str, kind: &'static str, label: String, autocomplete: &'static str) -> Self {
        Self { id, kind, label, hint: None, error: None, value: String::new(), autocomplete, required: true }
    }

    pub(super) fn hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }

    pub(super) fn error(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }

    pub(super) fn value(mut self, value: &str) -> Self {
        value.clone_into(&mut self.value);
        self
    }

    pub(super) fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// What `aria-describedby` names.
    fn described_by(&self) -> Option<String> {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.id));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.id));
        let ids: Vec<String> = [hint, error].into_iter().flatten().collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

//! One field of a form, with its label, hint and error tied together for everyone.

use askama::Template;

/// A field.
#[derive(Debug, Template)]
#[template(path = "field.html")]
pub(crate) struct Field {
    /// Name and id.
    pub(crate) id: &'static str,
    /// `text`, `email` or `password`.
    pub(crate) kind: &'static str,
    /// What it is.
    pub(crate) label: String,
    /// How to fill it in.
    pub(crate) hint: Option<String>,
    /// What is wrong with it.
    pub(crate) error: Option<String>,
    /// What was typed. Never a password.
    pub(crate) value: String,
    /// What the browser may fill in.
    pub(crate) autocomplete: &'static str,
    /// Whether it must be filled in.
    pub(crate) required: bool,
}

impl Field {
    pub(crate) fn new(id: &'static str, kind: &'static str, label: String, autocomplete: &'static str) -> Self {
        Self { id, kind, label, hint: None, error: None, value: String::new(), autocomplete, required: true }
    }

    pub(crate) fn hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }

    pub(crate) fn error(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }

    pub(crate) fn value(mut self, value: &str) -> Self {
        value.clone_into(&mut self.value);
        self
    }

    pub(crate) fn optional(mut self) -> Self {
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

//! What is typed and chosen on the cabinet's pages: fields with their errors, and forms.

use std::collections::BTreeMap;
use std::str::FromStr;

use askama::Template;
use serde::Deserialize;

use super::member::Member;
use crate::problem::{Code, Problem};

/// Fields of a form as they were sent. Secrets have forms of their own.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// What was typed, without blanks around it; empty when there was no such field.
    pub(super) fn get(&self, id: &str) -> &str {
        self.0.get(id).map(|text| text.trim()).unwrap_or_default()
    }

    /// What was typed, if anything was.
    pub(super) fn given(&self, id: &str) -> Option<&str> {
        Some(self.get(id)).filter(|text| !text.is_empty())
    }

    /// Behind which one the page of a list begins.
    pub(super) fn before<T: FromStr>(&self) -> Result<Option<T>, Problem> {
        let read = self.given("before").map(str::parse).transpose();
        read.map_err(|_| Problem::new(Code::QueryInvalid, "no page begins there").at("before"))
    }

    /// Whether the field was sent at all.
    pub(super) fn has(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// Whether a box was ticked.
    pub(super) fn is_ticked(&self, id: &str) -> bool {
        !self.get(id).is_empty()
    }

    /// The same with another value.
    pub(super) fn with(mut self, id: &str, value: impl Into<String>) -> Self {
        self.0.insert(id.to_owned(), value.into());
        self
    }
}

/// What is wrong with what was typed, by field.
#[derive(Debug, Default)]
pub(super) struct Faults(BTreeMap<&'static str, String>);

impl Faults {
    /// Whether nothing is wrong.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One thing that is wrong.
    pub(super) fn add(&mut self, id: &'static str, text: String) {
        self.0.insert(id, text);
    }

    /// One thing that is wrong, and nothing else.
    pub(super) fn one(id: &'static str, text: String) -> Self {
        Self(BTreeMap::from([(id, text)]))
    }

    /// The value, or what is wrong with the field that it was read from.
    pub(super) fn take<T, E>(
        &mut self,
        id: &'static str,
        value: Result<T, E>,
        text: impl FnOnce() -> String,
    ) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(_) => {
                self.add(id, text());
                None
            }
        }
    }
}

/// One thing to choose.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_chosen: bool,
}

impl Choice {
    pub(super) fn new(value: impl Into<String>, label: String, chosen: &str) -> Self {
        let value = value.into();
        Self { is_chosen: value == chosen, value, label }
    }
}

/// How a field looks.
#[derive(Debug)]
enum Kind {
    Line(&'static str),
    Select(Vec<Choice>),
    /// One box for each, named by its value.
    Boxes(Vec<Choice>),
}

/// A field with its label, hint and error.
#[derive(Debug, Template)]
#[template(path = "merchant/input.html")]
pub(super) struct Input {
    id: &'static str,
    label: String,
    kind: Kind,
    value: String,
    hint: Option<String>,
    error: Option<String>,
    autocomplete: &'static str,
    required: bool,
}

impl Input {
    fn new(id: &'static str, label: String, kind: Kind) -> Self {
        let (hint, error) = (None, None);
        Self { id, label, kind, value: String::new(), hint, error, autocomplete: "off", required: true }
    }

    /// A line of this type.
    pub(super) fn line(id: &'static str, kind: &'static str, label: String) -> Self {
        Self::new(id, label, Kind::Line(kind))
    }

    /// One of several.
    pub(super) fn select(id: &'static str, label: String, choices: Vec<Choice>) -> Self {
        Self::new(id, label, Kind::Select(choices))
    }

    /// Any of several.
    pub(super) fn boxes(id: &'static str, label: String, choices: Vec<Choice>) -> Self {
        Self::new(id, label, Kind::Boxes(choices))
    }

    pub(super) fn hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }

    pub(super) const fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    pub(super) const fn autocomplete(mut self, what: &'static str) -> Self {
        self.autocomplete = what;
        self
    }

    /// With what was typed before, and what is wrong with it.
    pub(super) fn filled(mut self, fields: &Fields, faults: &Faults) -> Self {
        fields.get(self.id).clone_into(&mut self.value);
        self.faulted(faults)
    }

    /// With what is wrong with it.
    pub(super) fn faulted(mut self, faults: &Faults) -> Self {
        self.error = faults.0.get(self.id).cloned();
        self
    }

    fn described_by(&self) -> Option<String> {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.id));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.id));
        let ids: Vec<String> = [hint, error].into_iter().flatten().collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// A form, or a button alone.
#[derive(Debug, Template)]
#[template(path = "merchant/form.html")]
pub(super) struct Form {
    action: String,
    /// The token against forged forms; none for a search, which changes nothing.
    token: Option<String>,
    hidden: Vec<(&'static str, String)>,
    inputs: Vec<Input>,
    button: String,
    /// What the button is about, for those who do not see what stands around it.
    about: Option<String>,
    look: &'static str,
}

impl Form {
    /// A form that does something.
    pub(super) fn post<R>(member: &Member<R>, rest: &str, button: &str) -> Self {
        Self {
            action: member.path(rest),
            token: Some(member.visitor.form_token.clone()),
            hidden: Vec::new(),
            inputs: Vec::new(),
            button: member.words().say(button),
            about: None,
            look: "button",
        }
    }

    /// A form that asks for another page.
    pub(super) fn get<R>(member: &Member<R>, rest: &str, button: &str) -> Self {
        Self { token: None, ..Self::post(member, rest, button) }
    }

    pub(super) fn input(mut self, input: Input) -> Self {
        self.inputs.push(input);
        self
    }

    pub(super) fn hidden(mut self, name: &'static str, value: impl ToString) -> Self {
        self.hidden.push((name, value.to_string()));
        self
    }

    /// A button that cannot be undone.
    pub(super) const fn danger(mut self) -> Self {
        self.look = "button danger";
        self
    }

    /// A button in a row of a list, about this row.
    pub(super) fn small(mut self, about: &str) -> Self {
        self.look = "link";
        self.about = Some(about.to_owned());
        self
    }

    fn is_search(&self) -> bool {
        self.token.is_none() && self.inputs.len() > 3
    }
}

//! A draft: which texts, with what in their places, which rows, which button. And the source that
//! drafts are written from.

use aviso_core::clock::Timestamp;
use aviso_core::delivery::Job;
use aviso_core::document::{EndpointDocument, PaymentDocument, RefundDocument};
use aviso_core::id::BillId;
use aviso_core::money::{Currency, format_minor};
use aviso_core::preference::{Category, Preferences};
use aviso_core::secret::Secret;

use super::{ComposeError, Composer};
use crate::clean;
use crate::words::{Args, Words};

/// The mood of a letter: the colour of the line above its title, never the only sign of anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// Something to know.
    Plain,
    /// It went well.
    Done,
    /// Something is pending.
    Waiting,
    /// It did not happen, or needs attention.
    Stopped,
}

impl Tone {
    /// The colour, readable on white and on near-black.
    pub(super) const fn colour(self) -> &'static str {
        match self {
            Self::Plain => "#3b6fd4",
            Self::Done => "#2e8b57",
            Self::Waiting => "#c98a1b",
            Self::Stopped => "#c4453c",
        }
    }
}

/// A line of the summary table.
#[derive(Debug)]
pub(super) struct Row {
    /// In the reader's language.
    pub(super) label: String,
    /// Cleaned, not escaped.
    pub(super) value: String,
}

/// The one button of a letter.
#[derive(Debug)]
pub(super) struct Button {
    /// In the reader's language.
    pub(super) label: String,
    /// An address of ours.
    pub(super) url: String,
}

/// What a letter says, before it is laid out.
#[derive(Debug)]
pub(super) struct Draft {
    /// The Fluent message whose attributes are subject, title, lead and next step.
    pub(super) id: &'static str,
    /// What stands in its places.
    pub(super) args: Args,
    /// The mood.
    pub(super) tone: Tone,
    /// The summary table, top down.
    pub(super) rows: Vec<Row>,
    /// The button, if there is something to open.
    pub(super) button: Option<Button>,
}

impl Draft {
    /// A draft with these texts and nothing else.
    pub(super) fn new(id: &'static str, tone: Tone) -> Self {
        Self { id, args: Args::default(), tone, rows: Vec::new(), button: None }
    }

    /// With a value for a place in the texts.
    pub(super) fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.args = self.args.with(key, value);
        self
    }

    /// With a row at the end of the table, when there is something to show in it.
    pub(super) fn row(mut self, row: impl Into<Option<Row>>) -> Self {
        self.rows.extend(row.into());
        self
    }

    /// With a button.
    pub(super) fn button(mut self, button: impl Into<Option<Button>>) -> Self {
        self.button = button.into();
        self
    }
}

/// What drafts are written from: the job, the words of its language, the addresses of the site.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) composer: &'a Composer,
    pub(super) job: &'a Job,
    pub(super) words: Words,
}

impl Source<'_> {
    /// The payment of the event.
    pub(super) fn payment(&self) -> Result<&PaymentDocument, ComposeError> {
        self.job.event.document.payment.as_ref().ok_or_else(|| self.missing("payment"))
    }

    /// The refund of the event.
    pub(super) fn refund(&self) -> Result<&RefundDocument, ComposeError> {
        self.job.event.document.refund.as_ref().ok_or_else(|| self.missing("refund"))
    }

    /// The webhook endpoint of the event.
    pub(super) fn endpoint(&self) -> Result<&EndpointDocument, ComposeError> {
        self.job.event.document.endpoint.as_ref().ok_or_else(|| self.missing("endpoint"))
    }

    fn missing(&self, part: &'static str) -> ComposeError {
        ComposeError::Missing { kind: self.job.event.kind, part }
    }

    /// The shop's name, cleaned; a stand-in when it has none.
    pub(super) fn shop(&self) -> String {
        self.fact("shop").unwrap_or_else(|| self.words.say("shop-unknown"))
    }

    /// A fact of the event, cleaned.
    pub(super) fn fact(&self, key: &str) -> Option<String> {
        self.job.event.audience.facts.get(key).and_then(|text| clean::name(text))
    }

    /// An amount as people of the language write it.
    pub(super) fn money(&self, minor: i64, currency: &str) -> Result<String, ComposeError> {
        let currency: Currency = currency.parse().map_err(|_| ComposeError::Currency)?;
        Ok(format_minor(minor, currency, self.words.language()))
    }

    /// A row of the summary.
    pub(super) fn row(&self, label: &str, value: impl Into<String>) -> Row {
        Row { label: self.words.say(label), value: value.into() }
    }

    /// The row that says when the event happened.
    pub(super) fn date_row(&self) -> Row {
        self.row("label-date", self.words.moment(self.happened_at()))
    }

    /// When the event happened.
    pub(super) const fn happened_at(&self) -> Timestamp {
        self.job.event.created_at
    }

    /// A button to a page of ours.
    pub(super) fn button(&self, label: &str, path: &str) -> Button {
        Button { label: self.words.say(label), url: format!("{}{path}", self.composer.site) }
    }

    /// A button to the reader's account, when the event concerns one: a buyer without an account
    /// would only find a log-in page behind it.
    pub(super) fn account_button(&self) -> Option<Button> {
        self.job.event.audience.account_id.map(|_| self.button("button-account", "/account"))
    }

    /// The way out of letters that the reader subscribed to.
    pub(super) fn unsubscribe(&self) -> Option<Button> {
        let event = &self.job.event;
        let category = Category::of(event.kind);
        let account = event.audience.account_id.filter(|_| category.is_subscribed())?;
        let token = Preferences::unsubscribe_token(&self.composer.keyring, account, category);
        Some(self.button("unsubscribe", &format!("/unsubscribe/{}", token.expose())))
    }

    /// A button to the page of a bill.
    pub(super) fn bill_button(&self, label: &str, bill: BillId) -> Button {
        let secret = self.composer.keyring.bill_secret(bill);
        self.button(label, &format!("/pay/b/{}", secret.expose()))
    }

    /// The code that confirms the payment of the event.
    pub(super) fn verification_code(&self) -> Result<Secret, ComposeError> {
        let id = self.job.event.audience.facts.get("verification").and_then(|id| id.parse().ok());
        Ok(self.composer.keyring.verification_code(id.ok_or_else(|| self.missing("verification"))?))
    }

    /// A button that carries the event's one-time token below `path`.
    pub(super) fn link_button(&self, label: &str, path: &str) -> Result<Button, ComposeError> {
        let link = self.job.event.audience.link_id.ok_or_else(|| self.missing("link"))?;
        let token = self.composer.keyring.link_token(link);
        Ok(self.button(label, &format!("{path}/{}", token.expose())))
    }
}

/// A time of a document, `None` when it is none.
pub(super) fn written(rfc3339: &str) -> Option<Timestamp> {
    let at = chrono::DateTime::parse_from_rfc3339(rfc3339).ok()?;
    Some(Timestamp::from_micros(at.timestamp_micros()))
}

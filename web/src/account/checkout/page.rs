//! How the page is laid out.

use askama::Template;
use aviso_core::language::Language;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use super::super::assets;
use super::super::page::answer;
use super::super::words::Words;
use super::card_form::Refused;
use super::order::Order;
use super::standing::{brand, wallet_name};
use crate::problem::{self, Code, Problem};

/// The mood of what is said: never the only sign of anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// It went well.
    Done,
    /// Something is pending.
    Waiting,
    /// It did not happen.
    Stopped,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Waiting => "waiting",
            Self::Stopped => "stopped",
        }
    }
}

/// A field of the card.
#[derive(Debug)]
struct Input {
    id: String,
    name: &'static str,
    label: String,
    hint: String,
    error: Option<String>,
    autocomplete: &'static str,
    length_max: u8,
}

/// A card that the buyer left with the shop.
#[derive(Debug)]
struct SavedChoice {
    id: String,
    label: String,
    cvc: Input,
}

/// A wallet that the shop offers.
#[derive(Debug)]
struct WalletChoice {
    name: String,
    label: String,
}

/// What may be paid with.
#[derive(Debug)]
struct Choices {
    saved: Vec<SavedChoice>,
    /// The fields of a new card; none when the shop takes no cards.
    card: Vec<Input>,
    wallets: Vec<WalletChoice>,
    /// Whether a new card may be kept, and whether that is ticked.
    save: Option<bool>,
    attempts: i32,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "pay.html")]
pub(super) struct PayPage {
    words: Words,
    title: String,
    style: String,
    pay_style: String,
    form_token: String,
    action: String,
    shop: String,
    sum: String,
    description: Option<String>,
    test: bool,
    /// What is wrong, or why the last try was refused.
    alert: Option<String>,
    /// What there is to say instead of a form.
    said: Option<(Tone, String)>,
    link: Option<(String, String)>,
    rows: Vec<(String, String)>,
    choices: Option<Choices>,
    /// The field for a code from a letter, and where its form is sent.
    code: Option<(Input, String)>,
    back: Option<String>,
    /// The `Refresh` header: the page has no script to look again with.
    refresh: Option<String>,
}

impl PayPage {
    /// A page that says nothing yet.
    pub(super) fn new(order: &Order) -> Self {
        let (words, sum) = (order.words, order.sum());
        Self {
            title: words.tell("pay-title", &[("amount", &sum)]),
            words,
            style: assets::style_path(),
            pay_style: assets::pay_style_path(),
            form_token: order.form_token.clone(),
            action: format!("{}{}", order.path, order.query()),
            shop: order.shop().to_owned(),
            sum,
            description: order.description.clone(),
            test: order.is_test(),
            alert: None,
            said: None,
            link: None,
            rows: Vec::new(),
            choices: None,
            code: None,
            back: order.back.clone(),
            refresh: None,
        }
    }

    /// With another title, and a text in this mood.
    pub(super) fn says(mut self, tone: Tone, title: &str) -> Self {
        self.title = self.words.say(title);
        self.said = Some((tone, String::new()));
        self
    }

    /// With what is said.
    pub(super) fn text(mut self, text: String) -> Self {
        self.said = self.said.map(|(tone, _)| (tone, text));
        self
    }

    /// With a form.
    pub(super) fn asks_to_pay(mut self) -> Self {
        self.choices =
            Some(Choices { saved: Vec::new(), card: Vec::new(), wallets: Vec::new(), save: None, attempts: 0 });
        self
    }

    /// With a field for the code from a letter.
    pub(super) fn asks_code(mut self, order: &Order) -> Self {
        let input = Input {
            id: "code".to_owned(),
            name: "code",
            label: self.words.say("pay-code-label"),
            hint: self.words.say("pay-code-hint"),
            error: None,
            autocomplete: "one-time-code",
            length_max: 6,
        };
        self.code = Some((input, format!("{}/code{}", order.path, order.query())));
        self
    }

    /// With what is wrong with the code that was given.
    pub(super) fn wrong_code(mut self, error: String) -> Self {
        self.alert = Some(error.clone());
        self.code = self.code.map(|(input, action)| (Input { error: Some(error), ..input }, action));
        self
    }

    /// With what is read out at once.
    pub(super) fn alert(mut self, text: String) -> Self {
        self.alert = Some(text);
        self
    }

    /// With a way to another page.
    pub(super) fn link(mut self, url: &str, label: String) -> Self {
        self.link = Some((url.to_owned(), label));
        self
    }

    /// With a line of the receipt.
    pub(super) fn row(mut self, label: String, value: String) -> Self {
        self.rows.push((label, value));
        self
    }

    /// Looks again after so many seconds.
    pub(super) fn again(mut self, seconds: u32) -> Self {
        self.refresh = Some(seconds.to_string());
        self
    }

    /// Goes on to another page at once. A redirect would not do: browsers keep a form's answer from leading to
    /// another site, which our policy forbids forms.
    pub(super) fn go(mut self, url: &str) -> Self {
        self.refresh = Some(format!("0; url={url}"));
        self
    }

    const fn languages(&self) -> [Language; 3] {
        Language::ALL
    }

    fn say(&self, id: &str) -> String {
        self.words.say(id)
    }

    fn pay_label(&self) -> String {
        self.words.tell("pay-button", &[("amount", &self.sum)])
    }

    /// The answer; with what was wrong with the form that was sent, when it can be sent again.
    pub(super) fn answer(mut self, order: &Order, refused: Option<&Refused>) -> Result<Response, Problem> {
        let mut status: StatusCode = problem::DONE;
        if self.code.as_ref().is_some_and(|(input, _)| input.error.is_some()) {
            status = Code::FieldInvalid.status();
        }
        if self.choices.is_some() {
            let nothing = Refused::default();
            let choices = choices(order, refused.unwrap_or(&nothing));
            if choices.card.is_empty() && choices.wallets.is_empty() {
                self.alert = Some(self.words.say("pay-no-way"));
            }
            self.choices = Some(choices);
            if let Some(summary) = refused.and_then(|refused| refused.summary) {
                self.alert = Some(self.words.say(summary));
                status = Code::FieldInvalid.status();
            }
        }
        let mut response = answer(status, &self)?;
        if let Some(refresh) = self.refresh.as_deref().and_then(|text| HeaderValue::from_str(text).ok()) {
            response.headers_mut().insert(header::REFRESH, refresh);
        }
        Ok(response)
    }
}

fn choices(order: &Order, refused: &Refused) -> Choices {
    let words = order.words;
    let error = |id: Option<&'static str>| id.map(|id| words.say(id));
    let cvc = |id: String, error: Option<String>| Input {
        id,
        name: "cvc",
        label: words.say("pay-cvc"),
        hint: words.say("pay-cvc-hint"),
        error,
        autocomplete: "cc-csc",
        length_max: 4,
    };
    let of_new = refused.saved.is_none();
    let input = |name, label: &str, hint: &str, wrong, autocomplete, length_max| Input {
        id: str::to_owned(name),
        name,
        label: words.say(label),
        hint: words.say(hint),
        error: error(wrong),
        autocomplete,
        length_max,
    };
    let saved = order.cards.iter().filter(|_| order.offer.cards).map(|card| {
        let (id, face) = (card.id.to_string(), &card.face);
        let wrong = refused.cvc.filter(|_| refused.saved.as_deref() == Some(id.as_str()));
        let until = format!("{:02}/{}", face.exp_month, face.exp_year);
        SavedChoice {
            label: format!("{} •• {}, {until}", brand(face.brand.as_str()), face.last4).trim().to_owned(),
            cvc: cvc(format!("cvc-{id}"), error(wrong)),
            id,
        }
    });
    let new = || {
        vec![
            input("number", "pay-number", "pay-number-hint", refused.number, "cc-number", 23),
            input("expiry", "pay-expiry", "pay-expiry-hint", refused.expiry, "cc-exp", 9),
            cvc("cvc".to_owned(), error(refused.cvc.filter(|_| of_new))),
        ]
    };
    let wallets = order.offer.wallets.iter();
    let wallets = wallets.map(|wallet| WalletChoice {
        label: words.tell("pay-wallet-choice", &[("name", &wallet_name(order, wallet.as_str()))]),
        name: wallet.to_string(),
    });
    Choices {
        saved: saved.collect(),
        card: if order.offer.cards { new() } else { Vec::new() },
        wallets: wallets.collect(),
        save: order.account.map(|_| refused.save),
        attempts: order.attempts,
    }
}

impl Input {
    /// What `aria-describedby` names.
    fn described_by(&self) -> String {
        match self.error {
            Some(_) => format!("{0}-error {0}-hint", self.id),
            None => format!("{}-hint", self.id),
        }
    }
}

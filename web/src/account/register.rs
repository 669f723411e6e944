//! Registration with a form.

use askama::Template;
use aviso_core::account::NewAccount;
use aviso_core::account::email::EmailAddress;
use aviso_core::account::password::{NewPassword, PasswordError};
use aviso_core::account::username::Username;
use aviso_core::language::Language;
use aviso_core::secret::Secret;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::bind::Ticket;
use super::field::Field;
use super::form::PageForm;
use super::page::{self, Frame};
use super::visitor::Visitor;
use super::words::Words;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// What is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RegisterForm {
    email: String,
    username: String,
    password: Secret,
    language: String,
}

/// What is wrong, by field.
#[derive(Debug, Default)]
struct Faults {
    email: Option<String>,
    username: Option<String>,
    password: Option<String>,
    language: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "register.html")]
struct RegisterPage {
    frame: Frame,
    failed: bool,
    email: Field,
    username: Field,
    password: Field,
    language: String,
    language_error: Option<String>,
}

impl RegisterPage {
    fn new(visitor: &Visitor, form: &RegisterForm, faults: Faults) -> Self {
        let words = visitor.words();
        let failed = [&faults.email, &faults.username, &faults.password, &faults.language].iter().any(|f| f.is_some());
        let email = Field::new("email", "email", words.say("field-email"), "email");
        let username = Field::new("username", "text", words.say("field-username"), "off");
        Self {
            frame: Frame::new(visitor, "register-title"),
            failed,
            email: email.value(&form.email).error(faults.email),
            username: username.hint(words.say("hint-username")).value(&form.username).error(faults.username).optional(),
            password: new_password(words, faults.password),
            language: if form.language.is_empty() { visitor.language.code().to_owned() } else { form.language.clone() },
            language_error: faults.language,
        }
    }
}

/// The field of a password that is chosen.
pub(super) fn new_password(words: Words, error: Option<String>) -> Field {
    let field = Field::new("password", "password", words.say("field-password"), "new-password");
    field.hint(words.say("hint-password")).error(error)
}

/// What is wrong with a chosen password.
pub(super) fn password_fault(words: Words, error: PasswordError) -> String {
    words.say(match error {
        PasswordError::TooShort => "error-password-short",
        PasswordError::TooLong => "error-password-long",
        PasswordError::TooSimple => "error-password-simple",
        PasswordError::TooCommon => "error-password-common",
    })
}

/// `GET /register`.
pub(super) async fn show(visitor: Visitor) -> Result<Response, Problem> {
    page::answer(problem::DONE, &RegisterPage::new(&visitor, &RegisterForm::default(), Faults::default()))
}

/// `POST /register`.
pub(super) async fn submit(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<RegisterForm>,
) -> Result<Response, Problem> {
    match checked(&form, visitor.words()) {
        Ok(new) => {
            let ticket = web.accounts.register(new, &visitor.browser).await?;
            let cookie = Ticket::of(&ticket, web.clock.now()).cookie(&web, &visitor.browser);
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/register/telegram")).into_response())
        }
        Err(faults) => page::answer(Code::FieldInvalid.status(), &RegisterPage::new(&visitor, &form, *faults)),
    }
}

fn checked(form: &RegisterForm, words: Words) -> Result<NewAccount, Box<Faults>> {
    let email = EmailAddress::new(&form.email).map_err(|_| words.say("error-email"));
    let username = match form.username.trim() {
        "" => Ok(None),
        text => Username::new(text).map(Some).map_err(|_| words.say("error-username")),
    };
    let password = NewPassword::new(form.password.clone()).map_err(|error| password_fault(words, error));
    let language = Language::from_code(&form.language).ok_or_else(|| words.say("error-language"));
    match (email, username, password, language) {
        (Ok(email), Ok(username), Ok(password), Ok(language)) => Ok(NewAccount { email, username, password, language }),
        (email, username, password, language) => Err(Box::new(Faults {
            email: email.err(),
            username: username.err(),
            password: password.err(),
            language: language.err(),
        })),
    }
}

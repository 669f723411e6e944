//! Pages for people: register, confirm, log in, look, come back from a payment. They work without JavaScript.

mod assets;
mod bind;
mod confirm;
mod cookie;
pub(crate) mod fault_page;
mod field;
mod form;
mod home;
mod login;
mod notifications;
mod overview;
mod page;
mod register;
mod reset;
mod returned;
mod unsubscribe;
mod visitor;
mod words;

use axum::Router;
use axum::routing::{get, post};

use crate::state::WebState;

pub(crate) use visitor::meet;

/// Every page and form.
pub(crate) fn router() -> Router<WebState> {
    Router::new()
        .route("/", get(home::show))
        .route("/register", get(register::show).post(register::submit))
        .route("/register/telegram", get(bind::show).post(bind::finish))
        .route("/confirm/{token}", get(confirm::show).post(confirm::submit))
        .route("/login", get(login::show).post(login::submit))
        .route("/logout", post(login::log_out))
        .route("/forgot", get(reset::show_forgot).post(reset::submit_forgot))
        .route("/reset/{token}", get(reset::show).post(reset::submit))
        .route("/pay/return/{token}", get(returned::take_back).post(returned::take_back))
        .route("/account", get(overview::show))
        .route("/account/language", post(overview::set_language))
        .route("/account/telegram", post(bind::start))
        .route("/account/notifications", get(notifications::show).post(notifications::submit))
        .route("/account/notifications/mail", post(notifications::try_mail))
}

/// The way out of letters. Apart from the other forms: mail programs of many people use it from one
/// address, and none of them may be told to come back later.
pub(crate) fn leaving() -> Router<WebState> {
    Router::new().route("/unsubscribe/{token}", get(unsubscribe::show).post(unsubscribe::leave))
}

/// The style sheet and the icon.
pub(crate) fn assets() -> Router<WebState> {
    Router::new().route("/assets/style.css", get(assets::style)).route("/assets/icon.svg", get(assets::icon))
}

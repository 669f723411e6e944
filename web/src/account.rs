//! Pages for people: register, confirm, log in, look, pay, come back from a payment. They work without
//! JavaScript.

mod assets;
mod bind;
mod cards;
mod checkout;
mod close;
mod code;
mod confirm;
mod cookie;
mod data;
mod device;
mod entered;
pub(crate) mod fault_page;
mod field;
mod form;
mod home;
mod login;
mod notifications;
mod overview;
mod page;
mod password;
mod payment;
mod payments;
mod push;
mod register;
mod reset;
mod returned;
mod security;
mod sessions;
mod settings;
mod shops;
mod signed;
mod totp;
mod unlink;
mod unsubscribe;
mod visitor;
pub(crate) mod words;

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
        .route("/login/code", get(code::show).post(code::submit))
        .route("/login/push", get(push::show).post(push::ask))
        .route("/login/push/finish", post(push::finish))
        .route("/login/telegram", get(signed::show).post(signed::submit))
        .route("/login/telegram/app", get(signed::show_app).post(signed::submit_app))
        .route("/account/security", get(security::show))
        .route("/account/password", post(password::submit))
        .route("/account/sessions/end", post(sessions::end))
        .route("/account/sessions/end-others", post(sessions::end_others))
        .route("/account/telegram/unlink", post(unlink::submit))
        .route("/account/totp", get(totp::show))
        .route("/account/totp/start", post(totp::start))
        .route("/account/totp/confirm", post(totp::confirm))
        .route("/account/totp/end", post(totp::end))
        .route("/account/payments", get(payments::show))
        .route("/account/payments/{id}", get(payment::show))
        .route("/account/payments/{id}/not-me", post(payment::not_me))
        .route("/account/cards", get(cards::show))
        .route("/account/cards/remove", post(cards::remove))
        .route("/account/cards/freeze", post(cards::freeze))
        .route("/account/settings", get(settings::show).post(settings::submit))
        .route("/account/data", get(data::show))
        .route("/account/data/export", post(data::export))
        .route("/account/close", post(close::by_password))
        .route("/account/close/ask", post(close::ask))
        .route("/account/close/{token}", get(close::show).post(close::submit))
        .route("/account/notifications", get(notifications::show).post(notifications::submit))
        .route("/account/notifications/mail", post(notifications::try_mail))
        .merge(shops::router())
        .merge(checkout::router())
}

/// The way out of letters. Apart from the other forms: mail programs of many people use it from one
/// address, and none of them may be told to come back later.
pub(crate) fn leaving() -> Router<WebState> {
    Router::new().route("/unsubscribe/{token}", get(unsubscribe::show).post(unsubscribe::leave))
}

/// The style sheets and the icon.
pub(crate) fn assets() -> Router<WebState> {
    Router::new()
        .route("/assets/style.css", get(assets::style))
        .route("/assets/icon.svg", get(assets::icon))
        .route("/assets/app.js", get(assets::app))
        .route("/assets/pay.css", get(assets::pay_style))
}

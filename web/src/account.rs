//! Pages for people: register, confirm, log in, look, pay, come back from a payment. They work without
//! JavaScript.

mod assets;
mod bind;
mod checkout;
mod confirm;
mod cookie;
pub(crate) mod fault_page;
mod field;
mod form;
mod home;
mod login;
mod overview;
mod page;
mod register;
mod reset;
mod returned;
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
        .merge(checkout::router())
}

/// The style sheets and the icon.
pub(crate) fn assets() -> Router<WebState> {
    Router::new()
        .route("/assets/style.css", get(assets::style))
        .route("/assets/pay.css", get(assets::pay_style))
        .route("/assets/icon.svg", get(assets::icon))
}

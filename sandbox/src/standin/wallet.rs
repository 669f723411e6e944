//! The page of an e-money wallet, as a buyer meets it in a browser: pay, or do not. Afterwards the wallet
//! calls the merchant's side back. It works without scripts.
//!
//! What is asked and decided lies behind [`Purses`]; the page only shows it and sends the callbacks.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use axum::{Form, Router};

use super::buyer_page::{LanguageQuery, Words, failed, go, missing, page, style};
pub use super::buyer_page::{PageFault, Tongue};

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurseView {
    /// How much, as it is written in the page's language.
    pub amount: String,
    /// Whether the buyer may still decide.
    pub is_open: bool,
    /// Whether it is too late.
    pub is_late: bool,
    /// Where the buyer goes afterwards.
    pub return_url: String,
}

/// A callback, signed and ready.
#[derive(Debug, Clone)]
pub struct SignedRequest {
    /// Names and values of its headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// The wallet behind the page.
pub trait Purses: Send + Sync + fmt::Debug {
    /// What the page with this token shows; `None` when there is none.
    ///
    /// # Errors
    ///
    /// [`PageFault`] when it cannot be told now.
    fn look(&self, token: &str, tongue: Tongue) -> Result<Option<PurseView>, PageFault>;

    /// The buyer pays, or does not. Gives what the page shows then, and the callback when that is new.
    ///
    /// # Errors
    ///
    /// [`PageFault`] when it was not decided.
    fn decide(
        &self,
        token: &str,
        pays: bool,
        tongue: Tongue,
    ) -> Result<Option<(PurseView, Option<SignedRequest>)>, PageFault>;
}

/// How a callback is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sending {
    Once,
    Twice,
    Never,
}

#[derive(Debug, Clone)]
struct Desk {
    purses: Arc<dyn Purses>,
    callback_url: Arc<str>,
    client: reqwest::Client,
}

#[derive(Debug, Template)]
#[template(path = "wallet.html")]
struct WalletPage {
    view: PurseView,
    tongue: Tongue,
    words: &'static Words,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct DeedForm {
    deed: String,
}

/// The pages, to be nested under an address: `/{token}` and the style sheet. Callbacks go to
/// `callback_url`.
pub fn router(purses: Arc<dyn Purses>, callback_url: &str) -> Router {
    let desk = Desk { purses, callback_url: Arc::from(callback_url), client: reqwest::Client::new() };
    Router::new().route("/style.css", get(style)).route("/{token}", get(show).post(submit)).with_state(desk)
}

async fn show(
    State(desk): State<Desk>,
    Path(token): Path<String>,
    Query(query): Query<LanguageQuery>,
    headers: HeaderMap,
) -> Response {
    let tongue = Tongue::of(query.lang.as_deref(), &headers);
    match desk.purses.look(&token, tongue) {
        Ok(Some(view)) => page(StatusCode::OK, &WalletPage { view, tongue, words: Words::of(tongue) }),
        Ok(None) => missing(),
        Err(fault) => failed(&fault),
    }
}

async fn submit(
    State(desk): State<Desk>,
    Path(token): Path<String>,
    Query(query): Query<LanguageQuery>,
    headers: HeaderMap,
    Form(form): Form<DeedForm>,
) -> Response {
    let tongue = Tongue::of(query.lang.as_deref(), &headers);
    let (pays, sending) = match form.deed.as_str() {
        "approve" => (true, Sending::Once),
        "approve_twice" => (true, Sending::Twice),
        "approve_silently" => (true, Sending::Never),
        "decline" => (false, Sending::Once),
        _ => return go(&format!("{token}?lang={}", tongue.code())),
    };
    match desk.purses.decide(&token, pays, tongue) {
        Ok(Some((view, callback))) => {
            if let Some(callback) = callback.filter(|_| sending != Sending::Never) {
                tokio::spawn(call_back(desk, callback, sending));
            }
            go(&view.return_url)
        }
        Ok(None) => missing(),
        Err(fault) => failed(&fault),
    }
}

/// How long until a callback that was not taken is sent again, each time.
const PAUSES_SECS: [u64; 6] = [0, 1, 2, 4, 8, 16];

/// Sends a callback until it is taken, as wallets do, or the list of pauses ends.
async fn call_back(desk: Desk, callback: SignedRequest, sending: Sending) {
    let mut taken = 0;
    for pause in PAUSES_SECS {
        tokio::time::sleep(Duration::from_secs(pause)).await;
        let request =
            desk.client.post(&*desk.callback_url).timeout(Duration::from_secs(20)).body(callback.body.clone());
        let request = callback.headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        match request.send().await {
            Ok(answer) if answer.status().is_success() => taken += 1,
            Ok(answer) => tracing::warn!(status = answer.status().as_u16(), "a callback of the wallet was not taken"),
            Err(error) => tracing::warn!(%error, "a callback of the wallet did not arrive"),
        }
        if taken > u8::from(sending == Sending::Twice) {
            return;
        }
    }
}

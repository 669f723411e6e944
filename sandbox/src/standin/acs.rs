//! The page of a card's issuer (a 3-D Secure access control server), as a buyer meets it in a browser:
//! a code to enter, three tries, a way out. It works without scripts.
//!
//! What is asked and decided lies behind [`Challenges`]; the page knows neither cards nor banks.

use std::fmt;
use std::sync::Arc;

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
pub struct ChallengeView {
    /// The shop's name.
    pub shop: String,
    /// How much, as it is written in the page's language.
    pub amount: String,
    /// The card's last four digits.
    pub last4: String,
    /// How many wrong codes may still be entered.
    pub tries_left: u8,
    /// Whether a wrong code was entered.
    pub was_wrong: bool,
    /// Whether a code may still be entered.
    pub is_open: bool,
    /// Whether it is too late.
    pub is_late: bool,
    /// Where the buyer goes afterwards.
    pub return_url: String,
}

/// What a buyer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed<'a> {
    /// Enters a code.
    Enter(&'a str),
    /// Gives up.
    Cancel,
}

/// The issuer behind the page.
pub trait Challenges: Send + Sync + fmt::Debug {
    /// What the page with this token shows; `None` when there is none.
    ///
    /// # Errors
    ///
    /// [`PageFault`] when it cannot be told now.
    fn look(&self, token: &str, tongue: Tongue) -> Result<Option<ChallengeView>, PageFault>;

    /// A buyer does something. Gives what the page shows then.
    ///
    /// # Errors
    ///
    /// [`PageFault`] when it was not done.
    fn act(&self, token: &str, deed: Deed<'_>, tongue: Tongue) -> Result<Option<ChallengeView>, PageFault>;
}

#[derive(Debug, Template)]
#[template(path = "acs.html")]
struct AcsPage {
    view: ChallengeView,
    tongue: Tongue,
    words: &'static Words,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct DeedForm {
    code: String,
    deed: String,
}

/// The pages, to be nested under an address: `/{token}` and the style sheet.
pub fn router(challenges: Arc<dyn Challenges>) -> Router {
    Router::new().route("/style.css", get(style)).route("/{token}", get(show).post(submit)).with_state(challenges)
}

async fn show(
    State(challenges): State<Arc<dyn Challenges>>,
    Path(token): Path<String>,
    Query(query): Query<LanguageQuery>,
    headers: HeaderMap,
) -> Response {
    let tongue = Tongue::of(query.lang.as_deref(), &headers);
    match challenges.look(&token, tongue) {
        Ok(Some(view)) => page(StatusCode::OK, &AcsPage { view, tongue, words: Words::of(tongue) }),
        Ok(None) => missing(),
        Err(fault) => failed(&fault),
    }
}

async fn submit(
    State(challenges): State<Arc<dyn Challenges>>,
    Path(token): Path<String>,
    Query(query): Query<LanguageQuery>,
    headers: HeaderMap,
    Form(form): Form<DeedForm>,
) -> Response {
    let tongue = Tongue::of(query.lang.as_deref(), &headers);
    let deed = if form.deed == "cancel" { Deed::Cancel } else { Deed::Enter(&form.code) };
    match challenges.act(&token, deed, tongue) {
        // Another try: the page again, so that reloading it sends nothing.
        Ok(Some(view)) if view.is_open => go(&format!("{token}?lang={}", tongue.code())),
        Ok(Some(view)) => go(&view.return_url),
        Ok(None) => missing(),
        Err(fault) => failed(&fault),
    }
}

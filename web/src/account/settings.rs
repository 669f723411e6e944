//! The language that a person is written to in, and the clock that times are shown by.

use askama::Template;
use aviso_core::language::Language;
use aviso_core::preference::TimeZone;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form::PageForm;
use super::page::{self, Frame};
use super::visitor::Visitor;
use crate::extract::ApiQuery;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

#[derive(Debug, Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    frame: Frame,
    done: bool,
    language: Language,
    zone: &'static str,
    zones: Vec<&'static str>,
}

/// Whether it was saved just now.
#[derive(Debug, Default, Deserialize)]
pub(super) struct SavedQuery {
    done: Option<String>,
}

/// What is chosen.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SettingsForm {
    language: String,
    time_zone: String,
}

/// `GET /account/settings`.
pub(super) async fn show(visitor: Visitor, ApiQuery(query): ApiQuery<SavedQuery>) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let page = SettingsPage {
        frame: Frame::new(&visitor, "settings-title").within("settings"),
        done: query.done.as_deref() == Some("saved"),
        language: account.language,
        zone: account.time_zone.name(),
        zones: TimeZone::names().collect(),
    };
    page::answer(problem::DONE, &page)
}

/// `POST /account/settings`.
pub(super) async fn submit(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<SettingsForm>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let wrong = |detail, field| Problem::new(Code::FieldInvalid, detail).at(field);
    let language = Language::from_code(&form.language).ok_or_else(|| wrong("one of en, es, ru", "language"))?;
    let zone: TimeZone = form.time_zone.parse().map_err(|_| wrong("a name such as Europe/Madrid", "time_zone"))?;
    web.accounts.set_language(account.id, language).await?;
    web.accounts.set_time_zone(account.id, zone).await?;
    Ok(Redirect::to("/account/settings?done=saved").into_response())
}

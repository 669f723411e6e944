//! The landing page.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::page::{self, Frame};
use super::visitor::Visitor;
use crate::problem::{self, Problem};
use crate::state::WebState;

#[derive(Debug, Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    bot: String,
}

/// `GET /`.
pub(super) async fn show(State(web): State<WebState>, visitor: Visitor) -> Result<Response, Problem> {
    let frame = Frame::new(&visitor, "home-title");
    page::answer(problem::DONE, &HomePage { frame, bot: web.config.bot_link.base() })
}

//! Where the cabinet begins: the merchants that a person acts for, and the first page of one of them.

use askama::Template;
use aviso_core::merchant::member::Rights;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::member::{Anybody, Member};
use super::page;
use crate::account::page::{self as pages, Frame};
use crate::account::visitor::Visitor;
use crate::account::words::Words;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

#[derive(Debug, Template)]
#[template(path = "merchant/home.html")]
struct HomePage {
    frame: Frame,
    shops: Vec<Shop>,
}

#[derive(Debug)]
struct Shop {
    path: String,
    name: String,
    rights: String,
}

/// Rights in words, with commas between.
pub(super) fn rights_text(words: Words, rights: Rights) -> String {
    let names: Vec<String> = rights.iter().map(|right| words.say(&format!("cab-right-{}", right.as_str()))).collect();
    names.join(", ")
}

/// `GET /merchant`.
pub(super) async fn show(State(web): State<WebState>, visitor: Visitor) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let words = visitor.words();
    let shops = web.members.of_account(account.id).await?;
    let shop = |(merchant, rights): (aviso_core::merchant::Merchant, Rights)| Shop {
        path: format!("/merchant/{}/live", merchant.id),
        name: merchant.name,
        rights: rights_text(words, rights),
    };
    let page = HomePage { frame: Frame::new(&visitor, "cab-own"), shops: shops.into_iter().map(shop).collect() };
    pages::answer(problem::DONE, &page)
}

/// The merchant's own address leads to the first page that the member may see.
pub(super) async fn first(member: Member<Anybody>) -> Result<Response, Problem> {
    let first = page::first(&member);
    let first = first.ok_or_else(|| Problem::new(Code::RightMissing, "none of the pages is open to you"))?;
    Ok(member.to(first))
}

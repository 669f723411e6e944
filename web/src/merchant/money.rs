//! What a merchant has, and what was paid out to it.

use aviso_core::money::format_minor;
use axum::extract::State;
use axum::response::Response;

use super::member::{Member, Money};
use super::page::{Block, CabinetPage, Tile};
use crate::problem::Problem;
use crate::state::WebState;

/// Payouts that are shown; the API has all.
const PAYOUTS: u64 = 50;

/// `GET …/money`.
pub(super) async fn show(State(web): State<WebState>, member: Member<Money>) -> Result<Response, Problem> {
    let words = member.words();
    let money =
        |minor: i64, code: &str| code.parse().map_or_else(|_| String::new(), |c| format_minor(minor, c, words.0));
    let balances = web.ledger.balance(&member.scope).await?;
    let balance = |one: &aviso_core::document::BalanceDocument| Tile {
        head: one.currency.clone(),
        aside: Some(money(one.available, &one.currency)),
        lines: [
            ("cab-held", one.held),
            ("cab-pending", one.pending),
            ("cab-available", one.available),
            ("cab-disputed-amount", one.disputed),
        ]
        .map(|(label, minor)| format!("{}: {}", words.say(label), money(minor, &one.currency)))
        .to_vec(),
        ..Tile::default()
    };
    let payouts = web.ledger.payouts(&member.scope, None, PAYOUTS).await?;
    let payout = |one: &aviso_core::document::PayoutDocument| Tile {
        head: one.id.clone(),
        aside: Some(money(one.amount, &one.currency)),
        lines: one.created_at.parse().ok().map(|at| member.moment(at)).into_iter().collect(),
        ..Tile::default()
    };
    CabinetPage::new(&member, "cab-money", "/money")
        .with(Block::Head(words.say("cab-balances")))
        .list(balances.iter().map(balance).collect(), "cab-nothing")
        .with(Block::Head(words.say("cab-payouts")))
        .list(payouts.items.iter().map(payout).collect(), "cab-nothing")
        .shown()
}

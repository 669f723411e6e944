//! One payment as its merchant sees it: how it stands, what was tried and sent, and what may be done with it.

use aviso_core::delivery::ChannelKind;
use aviso_core::dispute::DisputeFilter;
use aviso_core::id::PaymentId;
use aviso_core::money::format_minor;
use aviso_core::payment::PaymentDetails;
use aviso_core::payment::status::Status;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::member::{At, Member, View};
use super::move_money::{Move, may};
use super::page::{Badge, Block, CabinetPage, Link, Tile};
use super::payments::status_badge;
use crate::account::payment::{method, refund_text};
use crate::extract::ApiQuery;
use crate::problem::Problem;
use crate::state::WebState;

/// Disputes of one payment; there are few.
const DISPUTES: u64 = 20;

/// What was done just now.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DoneQuery {
    done: String,
}

fn done_text(done: &str) -> Option<&'static str> {
    Some(match done {
        "refund" => "cab-done-refund",
        "capture" => "cab-done-capture",
        "void" => "cab-done-void",
        "waits" => "cab-done-waits",
        _ => return None,
    })
}

fn alert_text(done: &str) -> Option<&'static str> {
    Some(match done {
        "refused" => "cab-refused-by-bank",
        "changed" => "cab-state-changed",
        _ => return None,
    })
}

/// `GET …/payments/{id}`.
pub(super) async fn show(
    State(web): State<WebState>,
    member: Member<View>,
    At(id): At<PaymentId>,
    ApiQuery(query): ApiQuery<DoneQuery>,
) -> Result<Response, Problem> {
    // Whose it is, first: the details are anybody's.
    web.payments.get(&member.scope, id).await?;
    let details = web.payments.details(id).await?;
    let words = member.words();
    let payment = &details.payment;
    let ways = [Move::Refund, Move::Capture, Move::Void]
        .into_iter()
        .filter(|way| member.rights.has(way.right()) && may(payment, *way));
    let ways: Vec<Link> = ways
        .map(|way| Link::new(member.path(&format!("/payments/{id}/{}", way.as_str())), words.say(way.label())))
        .collect();
    let mut badges = vec![status_badge(words, payment.status())];
    if payment.disputed() > 0 {
        badges.push(Badge::bad(words.say("cab-disputed")));
    }
    CabinetPage::new(&member, "payment-title", "/payments")
        .with(done_text(&query.done).map(|id| Block::Done(words.say(id))))
        .with(alert_text(&query.done).map(|id| Block::Alert(words.say(id))))
        .with(Block::Total(payment.amount.format(words.0), badges))
        .with(Some(Block::Links(ways)).filter(|block| !matches!(block, Block::Links(ways) if ways.is_empty())))
        .with(Block::Facts(facts(&member, &details)))
        .with(Block::Head(words.say("cab-attempts")))
        .list(attempts(&web, &member, &details).await?, "cab-nothing")
        .with(Block::Head(words.say("payment-refunds")))
        .list(refunds(&member, &details), "cab-nothing")
        .with(Block::Head(words.say("cab-disputes")))
        .list(disputes(&web, &member, id).await?, "cab-nothing")
        .with(Block::Head(words.say("cab-timeline")))
        .list(timeline(&member, &details), "cab-nothing")
        .with(Block::Head(words.say("cab-operations")))
        .list(operations(&member, &details), "cab-nothing")
        .with(Block::Head(words.say("cab-deliveries")))
        .list(deliveries(&web, &member, id).await?, "cab-nothing")
        .with(Block::Links(vec![Link::new(member.path("/payments"), words.say("cab-back"))]))
        .shown()
}

fn facts(member: &Member<View>, details: &PaymentDetails) -> Vec<(String, String)> {
    let words = member.words();
    let payment = &details.payment;
    let money = |minor: i64| format_minor(minor, payment.currency(), words.0);
    let some = |label: &str, minor: i64| (minor > 0).then(|| (words.say(label), money(minor)));
    let given = |label: &str, text: &Option<String>| text.clone().map(|text| (words.say(label), text));
    let until = payment.capture_before.filter(|_| payment.status() == Status::Authorized);
    let all = [
        Some((words.say("payment-order"), payment.order_ref.clone())),
        Some((words.say("payment-reference"), payment.reference.to_string())),
        Some((words.say("cab-id"), payment.id.to_string())),
        Some((words.say("payment-at"), member.moment(payment.created_at))),
        given("payment-for", &payment.description),
        given("cab-email", &payment.email),
        details.attempts.last().map(|last| (words.say("payment-method"), method(&last.method))),
        some("cab-reserved", payment.authorized()),
        some("payment-taken", payment.captured()),
        some("payment-refunded", payment.refunded()),
        some("cab-refund-pending", payment.refund_pending()),
        some("cab-disputed-amount", payment.disputed()),
        until.map(|until| (words.say("cab-capture-before"), member.moment(until))),
        payment.outcome_due_at.map(|due| (words.say("cab-outcome-due"), member.moment(due))),
    ];
    all.into_iter().flatten().collect()
}

async fn attempts(web: &WebState, member: &Member<View>, details: &PaymentDetails) -> Result<Vec<Tile>, Problem> {
    let words = member.words();
    let decisions = web.risk.decisions(details.payment.id).await?;
    let mut tiles: Vec<Tile> = Vec::with_capacity(details.attempts.len());
    for attempt in &details.attempts {
        let issuer = [attempt.issuer.name.clone(), attempt.issuer.country.map(|country| country.to_string())];
        let issuer: Vec<String> = issuer.into_iter().flatten().collect();
        let verdict = words.say(&format!("cab-verdict-{}", attempt.verdict.as_str()));
        let mut lines = vec![member.moment(attempt.created_at)];
        if !issuer.is_empty() {
            lines.push(issuer.join(", "));
        }
        lines.push(format!("{}: {verdict}", words.say("cab-verdict")));
        if let Some(record) = &attempt.authentication {
            lines.push(format!("3-D Secure: {}", record.status.as_str()));
        }
        let badge = match attempt.decline {
            Some(code) => Badge::bad(code.as_str().replace('_', " ")),
            None => Badge::plain(format!("{}", attempt.number)),
        };
        tiles.push(Tile { head: method(&attempt.method), badges: vec![badge], lines, ..Tile::default() });
    }
    // What antifraud saw of each attempt, in its own words.
    let reasons: Vec<String> = decisions.iter().flat_map(|decision| decision.reasons.clone()).collect();
    if let (Some(last), false) = (tiles.last_mut(), reasons.is_empty()) {
        last.lines.push(format!("{}: {}", words.say("cab-reasons"), reasons.join(", ")));
    }
    Ok(tiles)
}

fn refunds(member: &Member<View>, details: &PaymentDetails) -> Vec<Tile> {
    let words = member.words();
    let tile = |refund: &aviso_core::refund::Refund| Tile {
        head: refund.amount.format(words.0),
        badges: vec![Badge::plain(words.say(refund_text(refund.status)))],
        lines: [Some(member.moment(refund.created_at)), refund.reason.clone(), refund.refund_ref.clone()]
            .into_iter()
            .flatten()
            .collect(),
        ..Tile::default()
    };
    details.refunds.iter().map(tile).collect()
}

async fn disputes(web: &WebState, member: &Member<View>, id: PaymentId) -> Result<Vec<Tile>, Problem> {
    let filter = DisputeFilter { payment: Some(id), status: None };
    let found = web.disputes.list(&member.scope, &filter, None, DISPUTES).await?;
    let words = member.words();
    let tile = |dispute: &aviso_core::document::DisputeDocument| {
        let amount = dispute.currency.parse().map(|currency| format_minor(dispute.amount_held, currency, words.0));
        let until = dispute
            .respond_by
            .as_ref()
            .and_then(|at| at.parse().ok())
            .map(|at| format!("{} {}", words.say("cab-respond-by"), member.moment(at)));
        Tile {
            head: dispute.id.clone(),
            aside: amount.ok(),
            badges: vec![Badge::bad(format!("{} {}", dispute.stage, dispute.status).replace('_', " "))],
            lines: [Some(dispute.reason_code.clone()), until].into_iter().flatten().collect(),
            ..Tile::default()
        }
    };
    Ok(found.items.iter().map(tile).collect())
}

fn timeline(member: &Member<View>, details: &PaymentDetails) -> Vec<Tile> {
    // What is the install's own affair stays with it.
    let public = details.timeline.iter().filter(|entry| entry.kind.is_public());
    public
        .map(|entry| Tile {
            head: entry.kind.as_str().to_owned(),
            lines: vec![member.moment(entry.at)],
            ..Tile::default()
        })
        .collect()
}

fn operations(member: &Member<View>, details: &PaymentDetails) -> Vec<Tile> {
    let words = member.words();
    let tile = |operation: &aviso_core::payment::operation::Operation| {
        let status = operation.status.as_str().to_owned();
        let decline = operation.decline.map(|code| code.as_str().replace('_', " "));
        let approval = operation.approval_code.clone().map(|code| format!("{}: {code}", words.say("cab-approval")));
        Tile {
            head: format!("{} · {}", operation.kind.as_str(), operation.acquirer),
            aside: Some(operation.amount.format(words.0)),
            badges: vec![if operation.decline.is_some() { Badge::bad(status) } else { Badge::plain(status) }],
            lines: [Some(member.moment(operation.created_at)), approval, decline].into_iter().flatten().collect(),
            ..Tile::default()
        }
    };
    details.operations.iter().map(tile).collect()
}

async fn deliveries(web: &WebState, member: &Member<View>, id: PaymentId) -> Result<Vec<Tile>, Problem> {
    let (found, _) = web.deliveries.of_payment(id).await?;
    // What people were told by mail and chat is theirs.
    let webhooks = found.iter().filter(|delivery| delivery.channel == ChannelKind::Webhook);
    let tile = |delivery: &aviso_core::delivery::DeliveryRecord| Tile {
        head: delivery.event_kind.map_or_else(|| delivery.event_id.to_string(), |kind| kind.as_str().to_owned()),
        badges: vec![super::endpoint::state_badge(member.words(), &delivery.state)],
        lines: vec![format!("{} · {}", member.moment(delivery.created_at), delivery.address)],
        ..Tile::default()
    };
    Ok(webhooks.map(tile).collect())
}

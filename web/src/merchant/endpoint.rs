//! One webhook endpoint: what it is sent, its secret, its log, and sending again.

use aviso_core::clock::Timestamp;
use aviso_core::delivery::{AttemptRecord, DeliveryRecord};
use aviso_core::event::EventType;
use aviso_core::id::{DeliveryId, EndpointId};
use aviso_core::merchant::endpoint::{Endpoint, EndpointError, EndpointStatus};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::endpoints::{events_text, form, read, status_badge};
use super::input::{Choice, Faults, Fields, Form, Input};
use super::member::{At, Member, MemberForm, Webhooks};
use super::page::{Badge, Block, CabinetPage, Link, Tile};
use crate::account::form::NoFields;
use crate::account::words::Words;
use crate::extract::ApiQuery;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// Deliveries on a page.
const PER_PAGE: u64 = 20;
/// Recoveries that are shown.
const RECOVERIES: u64 = 5;

/// The badge of a delivery's state.
pub(super) fn state_badge(words: Words, state: &str) -> Badge {
    match state {
        "done" => Badge::good(words.say("cab-sent-done")),
        "dead" => Badge::bad(words.say("cab-sent-dead")),
        "cancelled" => Badge::plain(words.say("cab-sent-cancelled")),
        _ => Badge::plain(words.say("cab-sent-pending")),
    }
}

/// `GET …/webhooks/{id}`.
pub(super) async fn show(
    State(web): State<WebState>,
    member: Member<Webhooks>,
    At(id): At<EndpointId>,
    ApiQuery(query): ApiQuery<Fields>,
) -> Result<Response, Problem> {
    let endpoint = web.endpoints.get(&member.scope, id).await?;
    let fields = fields_of(&endpoint);
    answer(&web, &member, &endpoint, &query, (&fields, &Faults::default()), problem::DONE).await
}

fn fields_of(endpoint: &Endpoint) -> Fields {
    let fields = Fields::default().with("url", endpoint.url.as_str()).with("payload", endpoint.payload.as_str());
    let status = if endpoint.status == EndpointStatus::Active { "active" } else { "disabled" };
    endpoint.events.iter().fold(fields.with("status", status), |fields, kind| fields.with(kind.as_str(), "on"))
}

fn done_text(done: &str) -> Option<&'static str> {
    Some(match done {
        "changed" => "cab-done-changed",
        "test" => "cab-done-test",
        "recover" => "cab-done-recover",
        "redeliver" => "cab-done-redeliver",
        _ => return None,
    })
}

async fn answer(
    web: &WebState,
    member: &Member<Webhooks>,
    endpoint: &Endpoint,
    query: &Fields,
    (fields, faults): (&Fields, &Faults),
    status: StatusCode,
) -> Result<Response, Problem> {
    let words = member.words();
    let id = endpoint.id;
    let here = format!("/webhooks/{id}");
    let before: Option<DeliveryId> = query.before()?;
    let (page, attempts) = web.deliveries.of_endpoint(id, before, PER_PAGE).await?;
    let older = page.items.last().filter(|_| page.has_more).map(|last| {
        Block::Links(vec![Link::new(member.path(&format!("{here}?before={}", last.id)), words.say("account-older"))])
    });
    let tiles = page.items.iter().map(|delivery| tile(member, id, delivery, &attempts)).collect();
    let change = form(member, &here, "cab-save", fields, faults).input(Input::select(
        "status",
        words.say("cab-hook-status"),
        ["active", "disabled"]
            .map(|name| Choice::new(name, words.say(&format!("cab-hook-{name}")), fields.get("status")))
            .into(),
    ));
    let since = Input::line("since", "datetime-local", words.say("cab-hook-since"))
        .hint(words.say("cab-hook-since-hint"))
        .filled(fields, faults);
    let recoveries = web.endpoints.recoveries(&member.scope, id, RECOVERIES).await?;
    let recovery = |one: &aviso_core::merchant::endpoint::Recovery| Tile {
        head: format!("{} {}", words.say("cab-hook-since"), member.moment(one.since)),
        badges: vec![Badge::plain(one.planned.to_string())],
        lines: one.finished_at.map(|at| member.moment(at)).into_iter().collect(),
        ..Tile::default()
    };
    let facts = [
        Some((words.say("cab-id"), id.to_string())),
        Some((words.say("cab-hook-url"), endpoint.url.clone())),
        Some((words.say("cab-hook-events"), events_text(words, &endpoint.events))),
        endpoint.failing_since.map(|since| (words.say("cab-hook-failing"), member.moment(since))),
        endpoint.disabled_reason.clone().map(|reason| (words.say("cab-hook-disabled"), reason)),
    ];
    let page = CabinetPage::new(member, "cab-hook", "/webhooks")
        .with(done_text(query.get("done")).map(|id| Block::Done(words.say(id))))
        .with(Block::Total(String::new(), vec![status_badge(words, endpoint)]))
        .with(Block::Facts(facts.into_iter().flatten().collect()))
        .with(Block::Form(Form::post(member, &format!("{here}/test"), "cab-hook-test")));
    let page = if faults.is_empty() {
        page.with(Block::Folded(words.say("cab-hook-change"), change))
    } else {
        page.with(Block::Alert(words.say("error-summary"))).with(Block::Form(change))
    };
    page.with(Block::Head(words.say("cab-hook-log")))
        .list(tiles, "cab-nothing")
        .with(older)
        .with(Block::Head(words.say("cab-hook-recover")))
        .with(Block::Form(Form::post(member, &format!("{here}/recover"), "cab-hook-recover").input(since)))
        .list(recoveries.iter().map(recovery).collect(), "cab-nothing")
        .with(Block::Head(words.say("cab-hook-secret")))
        .with(Block::Text(words.say("cab-hook-secret-lead")))
        .with(Block::Form(Form::post(member, &format!("{here}/secret"), "cab-hook-rotate")))
        .with(Block::Head(words.say("cab-hook-remove")))
        .with(Block::Form(Form::post(member, &format!("{here}/remove"), "cab-hook-remove").danger()))
        .answer(status)
}

fn tile(
    member: &Member<Webhooks>,
    endpoint: EndpointId,
    delivery: &DeliveryRecord,
    attempts: &[AttemptRecord],
) -> Tile {
    let words = member.words();
    let head = delivery.event_kind.map_or_else(|| delivery.event_id.to_string(), |kind| kind.as_str().to_owned());
    let own = attempts.iter().filter(|attempt| attempt.delivery_id == delivery.id);
    let tried = own.map(|attempt| {
        let code = attempt.code.map(|code| format!(" {code}")).unwrap_or_default();
        let millis = attempt.duration_micros / 1_000;
        format!("{}. {} {}{code}, {millis} ms", attempt.number, member.moment(attempt.at), attempt.class)
    });
    let again = Form::post(member, &format!("/webhooks/{endpoint}/redeliver"), "cab-hook-again")
        .hidden("delivery", delivery.id)
        .small(&format!("{head}, {}", member.moment(delivery.created_at)));
    let is_over = delivery.finished_at.is_some();
    let first = format!("{} · {}", member.moment(delivery.created_at), delivery.event_id);
    Tile {
        badges: vec![state_badge(words, &delivery.state)],
        lines: std::iter::once(first).chain(tried).collect(),
        forms: if is_over { vec![again] } else { Vec::new() },
        head,
        ..Tile::default()
    }
}

/// The page that shows a secret, once.
pub(super) fn secret_page(member: &Member<Webhooks>, id: EndpointId, secret: &str) -> Result<Response, Problem> {
    let words = member.words();
    CabinetPage::new(member, "cab-hook-secret", "/webhooks")
        .with(Block::Done(words.say("cab-shown-once")))
        .with(Block::Code(words.say("cab-hook-secret"), secret.to_owned()))
        .with(Block::Links(vec![Link::new(member.path(&format!("/webhooks/{id}")), words.say("cab-hook-back"))]))
        .shown()
}

/// `POST …/webhooks/{id}`.
pub(super) async fn change(
    State(web): State<WebState>,
    At(id): At<EndpointId>,
    MemberForm(member, fields): MemberForm<Webhooks, Fields>,
) -> Result<Response, Problem> {
    let endpoint = web.endpoints.get(&member.scope, id).await?;
    let mut faults = Faults::default();
    let Some(mut change) = read(&web, member.words(), &fields, &mut faults) else {
        let status = Code::FieldInvalid.status();
        return answer(&web, &member, &endpoint, &Fields::default(), (&fields, &faults), status).await;
    };
    let is_active = fields.get("status") == "active";
    // Switching on what is on would forget its failures.
    change.active = Some(is_active).filter(|active| *active != (endpoint.status == EndpointStatus::Active));
    web.endpoints.update(&member.scope, id, change).await?;
    member.note(&web, "endpoint.change", id, fields.get("url")).await?;
    Ok(member.to(&format!("/webhooks/{id}?done=changed")))
}

/// `POST …/webhooks/{id}/secret`: the answer shows the new one, once.
pub(super) async fn rotate(
    State(web): State<WebState>,
    At(id): At<EndpointId>,
    MemberForm(member, NoFields {}): MemberForm<Webhooks, NoFields>,
) -> Result<Response, Problem> {
    let secret = web.endpoints.rotate_secret(&member.scope, id).await?;
    member.note(&web, "endpoint.rotate_secret", id, "").await?;
    secret_page(&member, id, secret.expose())
}

/// `POST …/webhooks/{id}/test`.
pub(super) async fn test(
    State(web): State<WebState>,
    At(id): At<EndpointId>,
    MemberForm(member, NoFields {}): MemberForm<Webhooks, NoFields>,
) -> Result<Response, Problem> {
    web.endpoints.send_test(&member.scope, id).await?;
    member.note(&web, "endpoint.test", id, EventType::EndpointTest.as_str()).await?;
    Ok(member.to(&format!("/webhooks/{id}?done=test")))
}

/// `POST …/webhooks/{id}/recover`.
pub(super) async fn recover(
    State(web): State<WebState>,
    At(id): At<EndpointId>,
    MemberForm(member, fields): MemberForm<Webhooks, Fields>,
) -> Result<Response, Problem> {
    let endpoint = web.endpoints.get(&member.scope, id).await?;
    // Browsers write a moment without its zone; it is meant as UTC, and the hint says so.
    let since: Result<Timestamp, _> = format!("{}:00Z", fields.get("since")).parse();
    let begun = match since {
        Ok(since) => match web.endpoints.recover(&member.scope, id, since).await {
            Ok(_) => true,
            Err(EndpointError::Since | EndpointError::Recovering) => false,
            Err(error) => return Err(error.into()),
        },
        Err(_) => false,
    };
    if begun {
        member.note(&web, "endpoint.recover", id, fields.get("since")).await?;
        return Ok(member.to(&format!("/webhooks/{id}?done=recover")));
    }
    let faults = Faults::one("since", member.words().say("cab-error-since"));
    let fields = fields_of(&endpoint).with("since", fields.get("since"));
    let status = Code::FieldInvalid.status();
    answer(&web, &member, &endpoint, &Fields::default(), (&fields, &faults), status).await
}

/// `POST …/webhooks/{id}/remove`.
pub(super) async fn remove(
    State(web): State<WebState>,
    At(id): At<EndpointId>,
    MemberForm(member, NoFields {}): MemberForm<Webhooks, NoFields>,
) -> Result<Response, Problem> {
    web.endpoints.delete(&member.scope, id).await?;
    member.note(&web, "endpoint.remove", id, "").await?;
    Ok(member.to("/webhooks?done=removed"))
}

/// `POST …/webhooks/{id}/redeliver`.
pub(super) async fn redeliver(
    State(web): State<WebState>,
    At(id): At<EndpointId>,
    MemberForm(member, fields): MemberForm<Webhooks, Fields>,
) -> Result<Response, Problem> {
    let endpoint = web.endpoints.get(&member.scope, id).await?;
    let delivery: DeliveryId = fields
        .get("delivery")
        .parse()
        .map_err(|_| Problem::new(Code::FieldInvalid, "this is no delivery").at("delivery"))?;
    web.deliveries.redeliver(delivery, &endpoint.id.to_string()).await?;
    member.note(&web, "endpoint.redeliver", id, delivery.to_string()).await?;
    Ok(member.to(&format!("/webhooks/{id}?done=redeliver")))
}

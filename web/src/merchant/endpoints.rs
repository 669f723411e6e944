//! Webhook endpoints: a list, and a form to add one.

use aviso_core::event::EventType;
use aviso_core::merchant::endpoint::{Endpoint, EndpointChange, EndpointError, EndpointStatus, Payload};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::input::{Choice, Faults, Fields, Form, Input};
use super::member::{Member, MemberForm, Webhooks};
use super::page::{Badge, Block, CabinetPage, Tile};
use crate::account::words::Words;
use crate::extract::ApiQuery;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// The badge of an endpoint's status.
pub(super) fn status_badge(words: Words, endpoint: &Endpoint) -> Badge {
    match (endpoint.status, endpoint.failing_since) {
        (EndpointStatus::Active, None) => Badge::good(words.say("cab-hook-active")),
        (EndpointStatus::Active, Some(_)) => Badge::bad(words.say("cab-hook-failing")),
        (EndpointStatus::Disabled | EndpointStatus::Deleted, _) => Badge::bad(words.say("cab-hook-disabled")),
    }
}

/// `GET …/webhooks`.
pub(super) async fn show(
    State(web): State<WebState>,
    member: Member<Webhooks>,
    ApiQuery(query): ApiQuery<Fields>,
) -> Result<Response, Problem> {
    let done = query.get("done") == "removed";
    answer(&web, &member, done, (&Fields::default(), &Faults::default()), problem::DONE).await
}

async fn answer(
    web: &WebState,
    member: &Member<Webhooks>,
    is_removed: bool,
    (fields, faults): (&Fields, &Faults),
    status: StatusCode,
) -> Result<Response, Problem> {
    let words = member.words();
    let endpoints = web.endpoints.list(&member.scope).await?;
    let tile = |endpoint: &Endpoint| Tile {
        head: endpoint.url.clone(),
        href: Some(member.path(&format!("/webhooks/{}", endpoint.id))),
        badges: vec![status_badge(words, endpoint)],
        lines: vec![format!("{} · {}", endpoint.id, events_text(words, &endpoint.events))],
        ..Tile::default()
    };
    let form = form(member, "/webhooks", "cab-hook-add", fields, faults);
    let page = CabinetPage::new(member, "cab-webhooks", "/webhooks")
        .with(is_removed.then(|| Block::Done(words.say("cab-done-hook-removed"))))
        .list(endpoints.iter().map(tile).collect(), "cab-nothing");
    let page = if faults.is_empty() {
        page.with(Block::Folded(words.say("cab-hook-new"), form))
    } else {
        page.with(Block::Alert(words.say("error-summary"))).with(Block::Form(form))
    };
    page.answer(status)
}

/// Which events, in short.
pub(super) fn events_text(words: Words, events: &[EventType]) -> String {
    if events.is_empty() {
        return words.say("cab-hook-all");
    }
    events.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
}

/// The form of an endpoint: new, or to be changed.
pub(super) fn form(member: &Member<Webhooks>, rest: &str, button: &str, fields: &Fields, faults: &Faults) -> Form {
    let words = member.words();
    let kinds = EventType::ALL.iter().filter(|kind| kind.is_public());
    let boxes = kinds.map(|kind| Choice {
        value: kind.as_str().to_owned(),
        label: kind.as_str().to_owned(),
        is_chosen: fields.is_ticked(kind.as_str()),
    });
    let payloads = [Payload::Full, Payload::Thin].map(|payload| {
        let label = words.say(&format!("cab-hook-{}", payload.as_str()));
        Choice::new(payload.as_str(), label, fields.get("payload"))
    });
    Form::post(member, rest, button)
        .input(Input::line("url", "url", words.say("cab-hook-url")).filled(fields, faults))
        .input(Input::select("payload", words.say("cab-hook-payload"), payloads.into()).faulted(faults))
        .input(
            Input::boxes("events", words.say("cab-hook-events"), boxes.collect())
                .hint(words.say("cab-hook-events-hint")),
        )
}

/// What the form says, or what is wrong with it.
pub(super) fn read(web: &WebState, words: Words, fields: &Fields, faults: &mut Faults) -> Option<EndpointChange> {
    let url = fields.get("url");
    let checked = (web.endpoint_check)(url).map(|()| url.to_owned());
    let url = faults.take("url", checked, || words.say("cab-error-url"));
    let payload = Payload::from_name(fields.get("payload")).ok_or(());
    let payload = faults.take("payload", payload, || words.say("cab-error-choice"));
    let kinds = EventType::ALL.iter().copied().filter(|kind| kind.is_public() && fields.is_ticked(kind.as_str()));
    Some(EndpointChange {
        url: Some(url?),
        events: Some(kinds.collect()),
        payload: Some(payload?),
        ..EndpointChange::default()
    })
}

/// `POST …/webhooks`: the answer shows the secret, once.
pub(super) async fn create(
    State(web): State<WebState>,
    MemberForm(member, fields): MemberForm<Webhooks, Fields>,
) -> Result<Response, Problem> {
    let words = member.words();
    let mut faults = Faults::default();
    let Some(change) = read(&web, words, &fields, &mut faults) else {
        return answer(&web, &member, false, (&fields, &faults), Code::FieldInvalid.status()).await;
    };
    let url = change.url.clone().unwrap_or_default();
    let (endpoint, secret) = match web.endpoints.create(&member.scope, &url, change).await {
        Ok(made) => made,
        Err(EndpointError::TooMany) => {
            let faults = Faults::one("url", words.say("cab-error-hooks"));
            return answer(&web, &member, false, (&fields, &faults), Code::FieldInvalid.status()).await;
        }
        Err(error) => return Err(error.into()),
    };
    member.note(&web, "endpoint.create", endpoint.id, url).await?;
    super::endpoint::secret_page(&member, endpoint.id, secret.expose())
}

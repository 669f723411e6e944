//! Who acts for a merchant: invited, given rights, taken away, leaving.

use aviso_core::account::email::EmailAddress;
use aviso_core::id::AccountId;
use aviso_core::merchant::member::{Member as Membership, MemberError, Right, Rights};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::home::rights_text;
use super::input::{Choice, Faults, Fields, Form, Input};
use super::member::{Anybody, At, Member, MemberForm, Members};
use super::page::{Badge, Block, CabinetPage, Tile};
use crate::account::form::NoFields;
use crate::extract::ApiQuery;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// `GET …/members`.
pub(super) async fn show(
    State(web): State<WebState>,
    member: Member<Members>,
    ApiQuery(query): ApiQuery<Fields>,
) -> Result<Response, Problem> {
    let fields = Fields::default().with("view", "on");
    answer(&web, &member, query.get("done"), (&fields, &Faults::default()), problem::DONE).await
}

fn done_text(done: &str) -> Option<&'static str> {
    Some(match done {
        "invited" => "cab-done-invited",
        "changed" => "cab-done-changed",
        "removed" => "cab-done-member",
        _ => return None,
    })
}

async fn answer(
    web: &WebState,
    member: &Member<Members>,
    done: &str,
    (fields, faults): (&Fields, &Faults),
    status: StatusCode,
) -> Result<Response, Problem> {
    let words = member.words();
    let all = web.members.list(member.scope.merchant.id).await?;
    let email = Input::line("email", "email", words.say("cab-email")).filled(fields, faults);
    let invite = Form::post(member, "/members", "cab-member-invite")
        .input(email)
        .input(rights_input(member, |right| fields.is_ticked(right.as_str())).faulted(faults));
    let mut page = CabinetPage::new(member, "cab-members", "/members")
        .with(done_text(done).map(|id| Block::Done(words.say(id))))
        .with(Some(Block::Alert(words.say("error-summary"))).filter(|_| !faults.is_empty()));
    for one in &all {
        page = page.with(Block::Tiles(vec![tile(member, one)])).with(Block::Folded(
            format!("{}: {}", words.say("cab-member-change"), one.email),
            Form::post(member, &format!("/members/{}", one.account_id), "cab-save")
                .input(rights_input(member, |right| one.rights.has(right))),
        ));
    }
    page.with(Block::Head(words.say("cab-member-invite")))
        .with(Block::Text(words.say("cab-member-invite-lead")))
        .with(Block::Form(invite))
        .with(Block::Form(Form::post(member, "/leave", "cab-leave").danger()))
        .answer(status)
}

fn rights_input(member: &Member<Members>, is_chosen: impl Fn(Right) -> bool) -> Input {
    let words = member.words();
    let boxes = Right::ALL.iter().map(|right| Choice {
        value: right.as_str().to_owned(),
        label: words.say(&format!("cab-right-{}", right.as_str())),
        is_chosen: is_chosen(*right),
    });
    Input::boxes("rights", words.say("cab-rights"), boxes.collect())
}

fn tile(member: &Member<Members>, one: &Membership) -> Tile {
    let words = member.words();
    let since = format!("{} {}", words.say("cab-made"), member.moment(one.created_at));
    let is_own = one.account_id == member.account.id;
    let remove = Form::post(member, &format!("/members/{}/remove", one.account_id), "cab-remove").small(&one.email);
    Tile {
        head: one.email.clone(),
        badges: is_own.then(|| Badge::good(words.say("cab-you"))).into_iter().collect(),
        lines: vec![rights_text(words, one.rights), since],
        forms: if is_own { Vec::new() } else { vec![remove] },
        ..Tile::default()
    }
}

fn ticked(fields: &Fields) -> Option<Rights> {
    Rights::new(Right::ALL.iter().copied().filter(|right| fields.is_ticked(right.as_str()))).ok()
}

/// What a refusal is about, as the form says it.
fn fault(member: &Member<Members>, error: MemberError) -> Result<Faults, Problem> {
    let words = member.words();
    let text = match error {
        MemberError::Beyond(right) => {
            let name = words.say(&format!("cab-right-{}", right.as_str()));
            words.tell("cab-error-beyond", &[("right", &name)])
        }
        MemberError::LastKeeper => words.say("cab-error-keeper"),
        error => return Err(error.into()),
    };
    Ok(Faults::one("rights", text))
}

/// `POST …/members`.
pub(super) async fn invite(
    State(web): State<WebState>,
    MemberForm(member, fields): MemberForm<Members, Fields>,
) -> Result<Response, Problem> {
    web.limiters().account.check(&member.account.id)?;
    let words = member.words();
    let mut faults = Faults::default();
    let email = faults.take("email", EmailAddress::new(fields.get("email")), || words.say("cab-error-email"));
    let rights = faults.take("rights", ticked(&fields).ok_or(()), || words.say("cab-error-rights"));
    if let (Some(email), Some(rights)) = (email, rights) {
        match web.members.invite(&member.actor(), member.scope.merchant.id, &email, rights).await {
            Ok(_) => return Ok(member.to("/members?done=invited")),
            Err(error) => faults = fault(&member, error)?,
        }
    }
    answer(&web, &member, "", (&fields, &faults), Code::FieldInvalid.status()).await
}

/// `POST …/members/{id}`.
pub(super) async fn change(
    State(web): State<WebState>,
    At(id): At<AccountId>,
    MemberForm(member, fields): MemberForm<Members, Fields>,
) -> Result<Response, Problem> {
    let faults = match ticked(&fields) {
        None => Faults::one("rights", member.words().say("cab-error-rights")),
        Some(rights) => match web.members.change(&member.actor(), member.scope.merchant.id, id, rights).await {
            Ok(()) => return Ok(member.to("/members?done=changed")),
            Err(error) => fault(&member, error)?,
        },
    };
    answer(&web, &member, "", (&fields, &faults), Code::FieldInvalid.status()).await
}

/// `POST …/members/{id}/remove`.
pub(super) async fn remove(
    State(web): State<WebState>,
    At(id): At<AccountId>,
    MemberForm(member, NoFields {}): MemberForm<Members, NoFields>,
) -> Result<Response, Problem> {
    match web.members.remove(&member.actor(), member.scope.merchant.id, id).await {
        Ok(()) => Ok(member.to("/members?done=removed")),
        Err(error) => {
            let faults = fault(&member, error)?;
            answer(&web, &member, "", (&Fields::default(), &faults), Code::FieldInvalid.status()).await
        }
    }
}

/// `POST …/leave`: everybody may, but the last who keeps the members.
pub(super) async fn leave(
    State(web): State<WebState>,
    MemberForm(member, NoFields {}): MemberForm<Anybody, NoFields>,
) -> Result<Response, Problem> {
    web.members.remove(&member.actor(), member.scope.merchant.id, member.account.id).await?;
    Ok(Redirect::to("/merchant").into_response())
}

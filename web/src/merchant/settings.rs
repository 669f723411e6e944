//! What a merchant accepts. Where its payments go from there is the operator's, and stays as it is.

use aviso_core::country::Country;
use aviso_core::money::Currency;
use aviso_core::routing::{NonResidents, Profile, Reaction};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::input::{Choice, Faults, Fields, Form, Input};
use super::member::{Member, MemberForm, Settings};
use super::page::{Block, CabinetPage};
use crate::extract::ApiQuery;
use crate::problem::{self, Code, Problem};
use crate::state::WebState;

/// `GET …/settings`.
pub(super) async fn show(
    State(web): State<WebState>,
    member: Member<Settings>,
    ApiQuery(query): ApiQuery<Fields>,
) -> Result<Response, Problem> {
    let profile = profile(&web, &member).await?;
    let fields = fields_of(&profile);
    answer(&member, &profile, query.get("done"), (&fields, &Faults::default()), problem::DONE)
}

async fn profile(web: &WebState, member: &Member<Settings>) -> Result<Profile, Problem> {
    Ok(web.profiles.show(member.scope.merchant.id, member.scope.mode).await?.unwrap_or_default())
}

fn fields_of(profile: &Profile) -> Fields {
    let codes: Vec<&str> = profile.currencies.iter().map(|currency| currency.code()).collect();
    let abroad = &profile.non_residents;
    let fields = Fields::default()
        .with("version", profile.version.to_string())
        .with("currencies", codes.join(" "))
        .with("home_country", abroad.home_country.map(|country| country.to_string()).unwrap_or_default())
        .with("foreign_cards", abroad.foreign_cards.as_str())
        .with("unknown_cards", abroad.unknown_cards.as_str());
    if profile.cards { fields.with("cards", "on") } else { fields }
}

fn answer(
    member: &Member<Settings>,
    profile: &Profile,
    done: &str,
    (fields, faults): (&Fields, &Faults),
    status: StatusCode,
) -> Result<Response, Problem> {
    let words = member.words();
    let done = match done {
        "changed" => Some(Block::Done(words.say("cab-done-changed"))),
        "stale" => Some(Block::Alert(words.say("cab-state-changed"))),
        _ => None,
    };
    let reaction = |id: &'static str, label: &str| {
        let all = Reaction::ALL
            .map(|one| Choice::new(one.as_str(), words.say(&format!("cab-reaction-{}", one.as_str())), fields.get(id)));
        Input::select(id, words.say(label), all.into()).faulted(faults)
    };
    let cards =
        Choice { value: "cards".to_owned(), label: words.say("cab-cards-on"), is_chosen: fields.is_ticked("cards") };
    let form = Form::post(member, "/settings", "cab-save")
        .hidden("version", fields.get("version"))
        .input(
            Input::line("currencies", "text", words.say("cab-currencies"))
                .optional()
                .hint(words.say("cab-currencies-hint"))
                .filled(fields, faults),
        )
        .input(Input::boxes("methods", words.say("cab-method"), vec![cards]))
        .input(
            Input::line("home_country", "text", words.say("cab-home-country"))
                .optional()
                .hint(words.say("cab-home-country-hint"))
                .filled(fields, faults),
        )
        .input(reaction("foreign_cards", "cab-foreign-cards"))
        .input(reaction("unknown_cards", "cab-unknown-cards"));
    CabinetPage::new(member, "cab-settings", "/settings")
        .with(done)
        .with(Some(Block::Alert(words.say("error-summary"))).filter(|_| !faults.is_empty()))
        .with(Block::Form(form))
        .with(Block::Head(words.say("cab-settings-whole")))
        .with(Block::Facts(profile.lines()))
        .answer(status)
}

fn read(member: &Member<Settings>, profile: &Profile, fields: &Fields, faults: &mut Faults) -> Option<Profile> {
    let words = member.words();
    let codes = fields.get("currencies").to_uppercase();
    let codes = codes.split([' ', ',', ';']).filter(|code| !code.is_empty());
    let currencies: Result<Vec<Currency>, _> = codes.map(str::parse).collect();
    let currencies = faults.take("currencies", currencies, || words.say("cab-error-currencies"));
    let home = Some(fields.get("home_country")).filter(|code| !code.is_empty());
    let home = home.map(|code| code.to_uppercase().parse::<Country>()).transpose();
    let home = faults.take("home_country", home, || words.say("cab-error-country"));
    let mut reaction = |id: &'static str| {
        let reaction = Reaction::from_name(fields.get(id)).ok_or(());
        faults.take(id, reaction, || words.say("cab-error-choice"))
    };
    let (foreign_cards, unknown_cards) = (reaction("foreign_cards"), reaction("unknown_cards"));
    let home_country = home?;
    if home_country.is_none() && foreign_cards.is_some_and(|foreign| foreign != Reaction::Accept) {
        faults.add("home_country", words.say("cab-error-home"));
        return None;
    }
    Some(Profile {
        currencies: currencies?,
        cards: fields.is_ticked("cards"),
        non_residents: NonResidents {
            home_country,
            foreign_cards: foreign_cards?,
            unknown_cards: unknown_cards?,
            ..profile.non_residents.clone()
        },
        ..profile.clone()
    })
}

/// `POST …/settings`.
pub(super) async fn change(
    State(web): State<WebState>,
    MemberForm(member, fields): MemberForm<Settings, Fields>,
) -> Result<Response, Problem> {
    let known = profile(&web, &member).await?;
    if fields.get("version") != known.version.to_string() {
        return Ok(member.to("/settings?done=stale"));
    }
    let mut faults = Faults::default();
    let Some(new) = read(&member, &known, &fields, &mut faults) else {
        return answer(&member, &known, "", (&fields, &faults), Code::FieldInvalid.status());
    };
    web.profiles.configure(member.actor(), member.scope.merchant.id, member.scope.mode, new).await?;
    Ok(member.to("/settings?done=changed"))
}

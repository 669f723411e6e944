//! What a person is told, how and when: one form over the same table as `/settings` in the bot.

use std::collections::BTreeMap;

use askama::Template;
use aviso_core::account::Account;
use aviso_core::delivery::ChannelKind;
use aviso_core::id::MerchantId;
use aviso_core::merchant::Merchant;
use aviso_core::merchant::digest::{DigestPace, Topic};
use aviso_core::preference::{
    Category, ChannelState, Habits, MATRIX_CHANNELS, Matrix, MinuteOfDay, PreferenceError, QuietHours, Settings,
    TimeZone,
};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::field::Field;
use super::form::{NoFields, PageForm};
use super::page::{self, Frame};
use super::visitor::Visitor;
use super::words::Words;
use crate::extract::ApiQuery;
use crate::problem::{self, Problem};
use crate::state::WebState;

/// What the times are before somebody chooses.
const USUAL_FROM: &str = "22:00";
const USUAL_UNTIL: &str = "08:00";

#[derive(Debug, Template)]
#[template(path = "notifications.html")]
struct NotificationsPage {
    frame: Frame,
    saved: bool,
    error: Option<String>,
    channels: Vec<Channel>,
    rows: Vec<Row>,
    shops: Vec<Shop>,
    quiet: bool,
    quiet_from: Field,
    quiet_until: Field,
    time_zone: Field,
}

#[derive(Debug)]
struct Channel {
    name: String,
    state: String,
    answer: Option<String>,
    /// Whether a letter may be tried again.
    can_try: bool,
}

#[derive(Debug)]
struct Row {
    name: &'static str,
    label: String,
    hint: String,
    mandatory: bool,
    cells: Vec<Cell>,
}

#[derive(Debug)]
struct Cell {
    channel: &'static str,
    on: bool,
}

/// A shop that the person acts for.
#[derive(Debug)]
struct Shop {
    name: String,
    topics: Vec<TopicRow>,
}

/// How often they are told of one topic of it.
#[derive(Debug)]
struct TopicRow {
    /// The field's name.
    id: String,
    label: String,
    /// Value and words of each pace, and whether it is chosen.
    paces: Vec<(&'static str, String, bool)>,
}

/// What the form held, as typed.
#[derive(Debug, Default)]
struct Typed {
    quiet: bool,
    quiet_from: String,
    quiet_until: String,
    time_zone: String,
}

/// What is wrong with it, by field.
#[derive(Debug, Default)]
struct Faults {
    quiet_from: Option<String>,
    quiet_until: Option<String>,
    time_zone: Option<String>,
    whole: Option<String>,
}

impl Faults {
    const fn is_empty(&self) -> bool {
        self.quiet_from.is_none() && self.quiet_until.is_none() && self.time_zone.is_none() && self.whole.is_none()
    }
}

/// `?saved=1` after a form was taken.
#[derive(Debug, Deserialize)]
pub(super) struct SavedQuery {
    saved: Option<String>,
}

/// `GET /account/notifications`.
pub(super) async fn show(
    State(web): State<WebState>,
    visitor: Visitor,
    ApiQuery(query): ApiQuery<SavedQuery>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let settings = settings_of(&web, account).await?;
    let typed = typed_of(&settings.habits);
    let mut page = page_of(&visitor, &settings, &settings.habits.matrix, typed, Faults::default());
    page.shops = shops(&web, account, visitor.words()).await?;
    page.saved = query.saved.is_some();
    page::answer(problem::DONE, &page)
}

/// `POST /account/notifications`.
pub(super) async fn submit(
    State(web): State<WebState>,
    PageForm(visitor, form): PageForm<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    let words = visitor.words();
    let (matrix, typed) = (matrix_in(&form), typed_in(&form));
    let faults = match read(&typed, matrix, words) {
        Ok(habits) => match web.accounts.preferences().replace(account.id, &habits).await {
            Ok(()) => {
                set_paces(&web, account, &form).await?;
                return Ok(Redirect::to("/account/notifications?saved=1").into_response());
            }
            Err(PreferenceError::LastChannel(last)) => {
                let name = words.say(&format!("told-{}", last.0.as_str()));
                Faults { whole: Some(words.tell("error-last-channel", &[("name", &name)])), ..Faults::default() }
            }
            Err(error) => return Err(error.into()),
        },
        Err(faults) => faults,
    };
    let settings = settings_of(&web, account).await?;
    let mut page = page_of(&visitor, &settings, &matrix, typed, faults);
    page.shops = shops(&web, account, words).await?;
    page::answer(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// The field of a topic of a shop.
fn pace_field(merchant: MerchantId, topic: Topic) -> String {
    format!("pace_{merchant}_{}", topic.as_str())
}

/// The shops that a person acts for, and how often they are told of each.
async fn shops(web: &WebState, account: &Account, words: Words) -> Result<Vec<Shop>, Problem> {
    let shop = |(merchant, topics): (Merchant, Vec<(Topic, DigestPace)>)| {
        let row = |(topic, chosen): (Topic, DigestPace)| TopicRow {
            id: pace_field(merchant.id, topic),
            label: words.say(&format!("topic-{}", topic.as_str())),
            paces: DigestPace::ALL
                .iter()
                .map(|pace| (pace.as_str(), words.say(&format!("pace-{}", pace.as_str())), *pace == chosen))
                .collect(),
        };
        Shop { topics: topics.into_iter().map(row).collect(), name: merchant.name }
    };
    Ok(web.members.paces(account.id).await?.into_iter().map(shop).collect())
}

/// Writes the paces that a form holds. One that is none is left as it was.
async fn set_paces(web: &WebState, account: &Account, form: &BTreeMap<String, String>) -> Result<(), Problem> {
    for (merchant, topics) in web.members.paces(account.id).await? {
        for (topic, before) in topics {
            let given = form.get(&pace_field(merchant.id, topic)).and_then(|text| DigestPace::from_name(text));
            if let Some(pace) = given.filter(|pace| *pace != before) {
                web.members.set_pace(account.id, merchant.id, topic, pace).await?;
            }
        }
    }
    Ok(())
}

/// `POST /account/notifications/mail`: a letter to an address that refused ours.
pub(super) async fn try_mail(
    State(web): State<WebState>,
    PageForm(visitor, NoFields {}): PageForm<NoFields>,
) -> Result<Response, Problem> {
    let Some((_, account)) = &visitor.login else { return Ok(Redirect::to("/login").into_response()) };
    web.accounts.ask_confirmation(account.id).await?;
    let frame = Frame::new(&visitor, "told-title");
    let (text, back) = (frame.say("told-mail-tried"), frame.say("go-account"));
    page::answer(problem::DONE, &page::NoticePage { frame, text, next: Some(("/account", back)) })
}

async fn settings_of(web: &WebState, account: &Account) -> Result<Settings, Problem> {
    Ok(web.accounts.preferences().of(account.id).await?)
}

fn typed_of(habits: &Habits) -> Typed {
    let time = |time: Option<MinuteOfDay>, usual: &str| time.map_or_else(|| usual.to_owned(), |time| time.to_string());
    Typed {
        quiet: habits.quiet.is_some(),
        quiet_from: time(habits.quiet.map(QuietHours::from), USUAL_FROM),
        quiet_until: time(habits.quiet.map(QuietHours::until), USUAL_UNTIL),
        time_zone: habits.time_zone.name().to_owned(),
    }
}

fn typed_in(form: &BTreeMap<String, String>) -> Typed {
    let text = |name: &str| form.get(name).map(|text| text.chars().take(64).collect()).unwrap_or_default();
    Typed {
        quiet: form.contains_key("quiet"),
        quiet_from: text("quiet_from"),
        quiet_until: text("quiet_until"),
        time_zone: text("time_zone"),
    }
}

/// A box that is not ticked is not sent.
fn matrix_in(form: &BTreeMap<String, String>) -> Matrix {
    Matrix::default().choices().fold(Matrix::default(), |matrix, (category, channel, _)| {
        let on = form.contains_key(&format!("{}_{}", category.as_str(), channel.as_str()));
        matrix.as_chosen(category, channel, on)
    })
}

fn read(typed: &Typed, matrix: Matrix, words: Words) -> Result<Habits, Faults> {
    let mut faults = Faults::default();
    let time_zone = typed.time_zone.parse::<TimeZone>();
    if time_zone.is_err() {
        faults.time_zone = Some(words.say("error-time-zone"));
    }
    let mut quiet = None;
    if typed.quiet {
        let (from, until) = (typed.quiet_from.parse::<MinuteOfDay>(), typed.quiet_until.parse::<MinuteOfDay>());
        faults.quiet_from = from.is_err().then(|| words.say("error-time-of-day"));
        faults.quiet_until = until.is_err().then(|| words.say("error-time-of-day"));
        if let (Ok(from), Ok(until)) = (from, until) {
            quiet = QuietHours::new(from, until);
            if quiet.is_none() {
                faults.quiet_until = Some(words.say("error-quiet-same"));
            }
        }
    }
    match time_zone {
        Ok(time_zone) if faults.is_empty() => Ok(Habits { matrix, time_zone, quiet }),
        Ok(_) | Err(_) => Err(faults),
    }
}

fn page_of(visitor: &Visitor, settings: &Settings, matrix: &Matrix, typed: Typed, faults: Faults) -> NotificationsPage {
    let words = visitor.words();
    let field = |id: &'static str, kind, value: &str, error| {
        let label = words.say(&format!("told-{}", id.replace('_', "-")));
        Field::new(id, kind, label, "off").value(value).error(error).optional()
    };
    NotificationsPage {
        frame: Frame::new(visitor, "told-title").within("notifications"),
        saved: false,
        error: faults.whole,
        channels: channels(settings, words),
        rows: Category::ALL.iter().map(|category| row(*category, matrix, words)).collect(),
        shops: Vec::new(),
        quiet: typed.quiet,
        quiet_from: field("quiet_from", "time", &typed.quiet_from, faults.quiet_from),
        quiet_until: field("quiet_until", "time", &typed.quiet_until, faults.quiet_until),
        time_zone: field("time_zone", "text", &typed.time_zone, faults.time_zone).hint(words.say("hint-time-zone")),
    }
}

fn row(category: Category, matrix: &Matrix, words: Words) -> Row {
    let name = category.as_str();
    let cells = MATRIX_CHANNELS.map(|channel| Cell { channel: channel.as_str(), on: matrix.wants(category, channel) });
    Row {
        name,
        label: words.say(&format!("told-{name}")),
        hint: words.say(&format!("told-{name}-hint")),
        mandatory: category.is_mandatory(),
        cells: cells.into(),
    }
}

fn channels(settings: &Settings, words: Words) -> Vec<Channel> {
    let shown = |kind: ChannelKind, state: &ChannelState| {
        let name = words.say(&format!("told-{}", kind.as_str()));
        let at = |id: &str, since: &str| words.tell(id, &[("since", since)]);
        let (state, answer) = match state {
            ChannelState::Absent => (words.say(&format!("told-{}-absent", kind.as_str())), None),
            ChannelState::Alive => (words.say("told-alive"), None),
            ChannelState::Dead { since, answer } => {
                let since = since.to_datetime().format("%Y-%m-%d %H:%M UTC").to_string();
                (at(&format!("told-{}-dead", kind.as_str()), &since), answer.clone())
            }
        };
        (name, state, answer)
    };
    [(ChannelKind::Telegram, &settings.telegram), (ChannelKind::Email, &settings.email)]
        .map(|(kind, is)| {
            let (name, state, answer) = shown(kind, is);
            let can_try = kind == ChannelKind::Email && matches!(is, ChannelState::Dead { .. });
            Channel { name, state, answer, can_try }
        })
        .into()
}

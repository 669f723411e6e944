//! A buyer's payments: the list in pages, one payment in detail, and *not me*.

use aviso_core::account::Account;
use aviso_core::document::PaymentDocument;
use aviso_core::id::PaymentId;
use aviso_core::payment::{Narrowed, PaymentDetails, PaymentError, document_of};

use super::{register, say};
use crate::callback::{Place, Press};
use crate::clean;
use crate::conversation::{self, State};
use crate::notice::{decline_reason, payment_screen, status_name, test_mark, wallet_name};
use crate::person::Person;
use crate::router::{Handling, HandlingError, Pressed};
use crate::screen::{Key, Screen};
use crate::start::Desk;
use crate::words::{Args, Words};

/// Payments on a page: each has a button, and Telegram shows eight rows well.
const PAGE: u64 = 5;
/// Going back further than this starts at the newest again.
const BACK_MAX: u64 = 1_000;
/// Refunds shown in the details.
const REFUNDS_MAX: usize = 10;

/// `/payments`.
pub(super) async fn list(desk: &Desk, person: &Person) -> Handling {
    let Some(account) = &person.account else {
        return register::begin(desk, person, Some(&person.words.say("no-account"))).await;
    };
    let screen = page(desk, &person.words, account, Narrowed::All, Place { page: 1, before: None }).await?;
    say(desk, person, screen).await
}

/// Another page, in the same message.
pub(super) async fn turn(desk: &Desk, person: &Person, pressed: &Pressed, part: Narrowed, place: Place) -> Handling {
    let Some(account) = &person.account else {
        return register::begin(desk, person, Some(&person.words.say("no-account"))).await;
    };
    let screen = page(desk, &person.words, account, part, place).await?;
    Ok(desk.api.replace(person.chat_id(), pressed.message_id, &screen).await?)
}

async fn page(
    desk: &Desk,
    words: &Words,
    account: &Account,
    part: Narrowed,
    place: Place,
) -> Result<Screen, HandlingError> {
    let payments = &desk.services.payments;
    let count = payments.count_narrowed(account.id, part).await?;
    if count == 0 {
        let id = if part == Narrowed::All { "payments-none" } else { "payments-none-narrowed" };
        let screen = Screen::text(words.say(id));
        return Ok(if part == Narrowed::All { screen } else { screen.row(part_keys(part, words)) });
    }
    let pages = u32::try_from(count.div_ceil(PAGE)).unwrap_or(u32::MAX);
    let place = settle_place(desk, account, part, place, pages).await?;
    let found = payments.of_account_narrowed(account.id, part, place.before, PAGE).await?;
    let mut html = words.tell("payments-title", &Args::new().with("count", count.to_string()));
    let mut screen_keys = Vec::new();
    for document in &found.items {
        html.push_str("\n\n");
        html.push_str(&line(document, words));
        if let Ok(id) = document.id.parse::<PaymentId>() {
            let amount = words.amount(document.amount, &document.currency);
            let label = format!("{amount} · {}", document.reference);
            screen_keys.push(Key::press(label, Press::Details(id, place.page)));
        }
    }
    let screen = screen_keys.into_iter().fold(Screen::text(html), |screen, key| screen.row([key]));
    let last = found.items.last().and_then(|document| document.id.parse().ok());
    let keys = turning_keys(part, place, pages, last.filter(|_| found.has_more));
    let search = Key::press(words.say("key-search"), Press::Search);
    Ok(screen.row(keys).row(part_keys(part, words)).row([search]))
}

/// ‹ 1/7 ›: forward by the cursor, back by the number of the page.
fn turning_keys(part: Narrowed, place: Place, pages: u32, older: Option<PaymentId>) -> Vec<Key> {
    let to = |page, before| match part {
        Narrowed::All => Press::Payments(Place { page, before }),
        Narrowed::Paid | Narrowed::Open | Narrowed::Declined | Narrowed::Refunded => {
            Press::Narrowed(part, Place { page, before })
        }
    };
    let back = (place.page > 1).then(|| Key::press("‹", to(place.page - 1, None)));
    let here = Key::press(format!("{}/{}", place.page, pages.max(place.page)), Press::Nothing);
    let on = older.map(|id| Key::press("›", to(place.page.saturating_add(1), Some(id))));
    if back.is_none() && on.is_none() {
        return Vec::new();
    }
    back.into_iter().chain([here]).chain(on).collect()
}

/// The parts that the list can be narrowed to; the one that is shown is marked.
fn part_keys(shown: Narrowed, words: &Words) -> Vec<Key> {
    let label = |part: Narrowed| {
        let name = words.say(&format!("narrowed-{}", part.as_str()));
        if part == shown { format!("• {name}") } else { name }
    };
    let first = Place { page: 1, before: None };
    Narrowed::ALL.iter().map(|part| Key::press(label(*part), Press::Narrowed(*part, first))).collect()
}

/// Asks what to look for.
pub(super) async fn ask_search(desk: &Desk, person: &Person) -> Handling {
    conversation::enter(&desk.services.memory, person, State::Search).await?;
    say(desk, person, Screen::text(person.words.say("search-ask"))).await
}

/// What a person looks for among their payments.
pub(crate) async fn search_given(desk: &Desk, person: &Person, text: &str) -> Handling {
    let words = &person.words;
    let Some(account) = &person.account else {
        return register::begin(desk, person, Some(&words.say("no-account"))).await;
    };
    conversation::leave(&desk.services.memory, person).await?;
    let found = desk.services.payments.find_of_account(account.id, text).await?;
    let args = Args::new().with("text", clean::name(text)).with("count", found.len().to_string());
    let id = if found.is_empty() { "search-none" } else { "search-found" };
    let mut html = words.tell(id, &args);
    for document in &found {
        html.push_str("\n\n");
        html.push_str(&line(document, words));
    }
    let screen = found.iter().fold(Screen::text(html), |screen, document| {
        let label = format!("{} · {}", words.amount(document.amount, &document.currency), document.reference);
        screen.row(document.id.parse().ok().map(|id| Key::press(label, Press::Details(id, 1))))
    });
    say(desk, person, screen.row([Key::press(words.say("key-search"), Press::Search)])).await
}

/// Finds the cursor of a page that is named by its number only.
async fn settle_place(
    desk: &Desk,
    account: &Account,
    part: Narrowed,
    place: Place,
    pages: u32,
) -> Result<Place, HandlingError> {
    let newest = Place { page: 1, before: None };
    if place.before.is_some() {
        return Ok(place);
    }
    let page = place.page.clamp(1, pages.max(1));
    let newer = u64::from(page - 1) * PAGE;
    if newer == 0 || newer > BACK_MAX {
        return Ok(newest);
    }
    let before = desk.services.payments.of_account_narrowed(account.id, part, None, newer).await?;
    let last = before.items.last().and_then(|document| document.id.parse().ok());
    Ok(last.filter(|_| before.has_more).map_or(newest, |id| Place { page, before: Some(id) }))
}

fn line(document: &PaymentDocument, words: &Words) -> String {
    let args = Args::new()
        .with("amount", words.amount(document.amount, &document.currency))
        .with("status", status_name(document, words))
        .with("what", clean::name(document.description.as_deref().unwrap_or(&document.order_ref)))
        .with("at", words.written_moment(&document.created_at))
        .with_html("test", test_mark(&document.mode, words));
    words.tell("payments-line", &args)
}

/// One payment in detail.
pub(super) async fn details(
    desk: &Desk,
    person: &Person,
    pressed: &Pressed,
    id: PaymentId,
    page: u32,
) -> Result<Option<String>, HandlingError> {
    let Some(details) = own(desk, person, id).await? else { return Ok(Some(person.words.say("toast-not-yours"))) };
    let back = if page == 0 { Press::Notice(id) } else { Press::Payments(Place { page, before: None }) };
    let screen = details_screen(&details, back, &person.words);
    desk.api.replace(person.chat_id(), pressed.message_id, &screen).await?;
    Ok(None)
}

fn details_screen(details: &PaymentDetails, back: Press, words: &Words) -> Screen {
    let payment = &details.payment;
    let document = document_of(payment, details.attempts.last());
    let amount = |minor| words.amount(minor, &document.currency);
    let mut lines = vec![
        words.tell("details-title", &Args::new().with_html("test", test_mark(&document.mode, words))),
        words.tell("details-status", &Args::new().with("status", status_name(&document, words))),
        words.tell("details-amount", &Args::new().with("amount", amount(document.amount))),
    ];
    if document.amount_captured > 0 {
        lines.push(words.tell("details-taken", &Args::new().with("amount", amount(document.amount_captured))));
    }
    if document.amount_refunded > 0 {
        lines.push(words.tell("details-refunded", &Args::new().with("amount", amount(document.amount_refunded))));
    }
    lines.push(words.tell("details-shop", &Args::new().with("shop", clean::name(&details.shop))));
    if let Some(text) = document.description.as_deref().and_then(|text| clean::line(text, 200)) {
        lines.push(words.tell("details-description", &Args::new().with("text", text)));
    }
    if let Some(card) = &document.card {
        lines.push(words.tell("line-card", &Args::new().with("last4", &card.last4)));
    }
    if let Some(wallet) = &document.wallet {
        lines.push(words.tell("line-wallet", &Args::new().with("wallet", wallet_name(wallet))));
    }
    lines.push(words.tell("line-order", &Args::new().with("order", &document.order_ref)));
    lines.push(words.tell("line-reference", &Args::new().with("reference", &document.reference)));
    lines.push(words.tell("line-date", &Args::new().with("at", words.moment(payment.created_at))));
    for refund in details.refunds.iter().rev().take(REFUNDS_MAX) {
        let args = Args::new()
            .with("amount", refund.amount.format(words.language()))
            .with("at", words.moment(refund.updated_at));
        lines.push(words.tell(&format!("details-refund-{}", refund.status.as_str()), &args));
    }
    if let Some(decline) = document.decline.as_ref().filter(|_| document.amount_captured == 0) {
        let (why, advice) = decline_reason(decline, words);
        lines.push(format!("{why} {advice}"));
    }
    let not_me = Key::press(words.say("key-not-me"), Press::NotMe(payment.id));
    let may_deny = document.amount_captured > 0 || document.decline.is_some();
    let back = Key::press(words.say("key-back"), back);
    let receipt =
        (document.amount_captured > 0).then(|| Key::press(words.say("key-receipt"), Press::Receipt(payment.id)));
    Screen::text(lines.join("\n")).row(receipt).row(may_deny.then_some(not_me).into_iter().chain([back]))
}

/// The notice again, after a look at the details.
pub(super) async fn notice(
    desk: &Desk,
    person: &Person,
    pressed: &Pressed,
    id: PaymentId,
) -> Result<Option<String>, HandlingError> {
    let Some(details) = own(desk, person, id).await? else { return Ok(Some(person.words.say("toast-not-yours"))) };
    let document = document_of(&details.payment, details.attempts.last());
    let screen = payment_screen(&document, &details.shop, None, &person.words);
    desk.api.replace(person.chat_id(), pressed.message_id, &screen).await?;
    Ok(None)
}

/// Asks before a case is opened.
pub(super) async fn ask_not_me(
    desk: &Desk,
    person: &Person,
    pressed: &Pressed,
    id: PaymentId,
) -> Result<Option<String>, HandlingError> {
    let words = &person.words;
    let Some(details) = own(desk, person, id).await? else { return Ok(Some(words.say("toast-not-yours"))) };
    let args = Args::new()
        .with("amount", details.payment.amount.format(words.language()))
        .with("shop", clean::name(&details.shop))
        .with("at", words.moment(details.payment.created_at));
    let screen = Screen::text(words.tell("not-me-question", &args)).row([
        Key::press(words.say("key-not-me-sure"), Press::NotMeSure(id)),
        Key::press(words.say("key-back"), Press::Notice(id)),
    ]);
    desk.api.replace(person.chat_id(), pressed.message_id, &screen).await?;
    Ok(None)
}

/// Opens a case and tells staff.
pub(super) async fn not_me(
    desk: &Desk,
    person: &Person,
    pressed: &Pressed,
    id: PaymentId,
) -> Result<Option<String>, HandlingError> {
    let words = &person.words;
    let Some(account) = &person.account else { return Ok(Some(words.say("toast-not-yours"))) };
    let text = match desk.services.payments.not_me(account.id, id).await {
        Ok(Some(case)) => words.tell("not-me-opened", &Args::new().with("case", case.to_string())),
        Ok(None) => words.say("not-me-known"),
        Err(PaymentError::NotFound(_)) => return Ok(Some(words.say("toast-not-yours"))),
        Err(error) => return Err(error.into()),
    };
    let screen = Screen::text(text).row([Key::press(words.say("key-details"), Press::Details(id, 0))]);
    desk.api.replace(person.chat_id(), pressed.message_id, &screen).await?;
    Ok(None)
}

/// A payment, if it is this person's. Somebody else's looks like none at all.
pub(super) async fn own(desk: &Desk, person: &Person, id: PaymentId) -> Result<Option<PaymentDetails>, HandlingError> {
    let Some(account) = &person.account else { return Ok(None) };
    match desk.services.payments.details(id).await {
        Ok(details) if details.payment.account_id == Some(account.id) => Ok(Some(details)),
        Ok(_) | Err(PaymentError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

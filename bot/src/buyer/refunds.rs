//! `/refunds`: what is on its way back, and what came back.

use aviso_core::id::RefundId;
use aviso_core::payment::BuyerRefund;

use super::{register, say};
use crate::callback::Press;
use crate::clean;
use crate::notice::test_mark;
use crate::person::Person;
use crate::router::{Handling, HandlingError, Pressed};
use crate::screen::{Key, Screen};
use crate::start::Desk;
use crate::words::{Args, Words};

const PAGE: u64 = 6;

/// `/refunds`.
pub(super) async fn list(desk: &Desk, person: &Person) -> Handling {
    if person.account.is_none() {
        return register::begin(desk, person, Some(&person.words.say("no-account"))).await;
    }
    let screen = page(desk, person, None).await?;
    say(desk, person, screen).await
}

/// Another page, in the same message.
pub(super) async fn turn(desk: &Desk, person: &Person, pressed: &Pressed, before: Option<RefundId>) -> Handling {
    let screen = page(desk, person, before).await?;
    Ok(desk.api.replace(person.chat_id(), pressed.message_id, &screen).await?)
}

async fn page(desk: &Desk, person: &Person, before: Option<RefundId>) -> Result<Screen, HandlingError> {
    let words = &person.words;
    let Some(account) = &person.account else { return Ok(Screen::text(words.say("no-account"))) };
    let found = desk.services.payments.refunds_of_account(account.id, before, PAGE).await?;
    if found.items.is_empty() && before.is_none() {
        return Ok(Screen::text(words.say("refunds-none")));
    }
    let mut html = words.say("refunds-title");
    for one in &found.items {
        html.push_str("\n\n");
        html.push_str(&line(one, words));
    }
    let keys = found.items.iter().fold(Screen::text(html), |screen, one| {
        let amount = one.refund.amount.format(words.language());
        let label = format!("{amount} · {}", one.payment.reference);
        screen.row([Key::press(label, Press::Details(one.payment.id, 0))])
    });
    let newest = before.map(|_| Key::press(words.say("key-newest"), Press::Refunds(None)));
    let last = found.items.last().filter(|_| found.has_more).map(|one| one.refund.id);
    let older = last.map(|id| Key::press(words.say("key-older"), Press::Refunds(Some(id))));
    Ok(keys.row(newest.into_iter().chain(older)))
}

fn line(one: &BuyerRefund, words: &Words) -> String {
    let args = Args::new()
        .with("amount", one.refund.amount.format(words.language()))
        .with("shop", clean::name(&one.shop))
        .with("at", words.moment(one.refund.updated_at))
        .with_html("test", test_mark(one.refund.mode.as_str(), words));
    words.tell(&format!("refunds-{}", one.refund.status.as_str()), &args)
}

//! Questions about payments: what is asked, the keypad, and what came of it.

use aviso_core::document::PaymentDocument;
use aviso_core::event::Event;
use aviso_core::id::VerificationId;
use aviso_core::payment::Keypad;
use aviso_core::payment::status::Status;
use aviso_core::verifier::{State, Verification};

use super::{Follow, Notice, decline_reason, test_mark};
use crate::callback::{Does, Press, Verify};
use crate::clean;
use crate::screen::{Key, Screen};
use crate::words::{Args, Words};

/// What a person is asked, as the event tells it.
pub(super) fn compose(event: &Event, words: &Words) -> Option<Notice> {
    let document = event.document.payment.as_ref()?;
    let facts = &event.audience.facts;
    let id: VerificationId = facts.get("verification")?.parse().ok()?;
    let shop = facts.get("shop").map(String::as_str).unwrap_or_default();
    let last4 = document.card.as_ref().map_or("–", |card| card.last4.as_str());
    let args = Args::new()
        .with("amount", words.amount(document.amount, &document.currency))
        .with("shop", clean::name(shop))
        .with("last4", last4)
        .with_html("test", test_mark(&document.mode, words));
    Some(Notice::new(asking(id, &args, words), Follow::Aside))
}

fn asking(id: VerificationId, args: &Args, words: &Words) -> Screen {
    let key = |label: &str, does| Key::press(words.say(label), Press::Verify(Verify { id, does }));
    Screen::text(words.tell("verification-question", args))
        .row([key("key-verify", Does::Confirm), key("key-not-me", Does::Deny)])
        .protected()
}

fn args(found: &Verification, words: &Words) -> Args {
    Args::new()
        .with("amount", words.amount(found.amount.minor(), found.amount.currency().code()))
        .with("shop", clean::name(&found.shop))
        .with("last4", &found.last4)
        .with_html("test", test_mark(found.mode.as_str(), words))
}

/// What a person is asked, again.
pub(crate) fn question(found: &Verification, words: &Words) -> Screen {
    asking(found.id, &args(found, words), words)
}

/// The keypad. Digits that were typed are dots.
pub(crate) fn keypad(shown: &Keypad, words: &Words) -> Screen {
    let Keypad { verification: found, layout, typed, is_wrong } = shown;
    let (id, round) = (found.id, found.round);
    let dots = if *typed == 0 { "–".to_owned() } else { "●".repeat(*typed) };
    let mut html = words.tell("verification-keypad", &args(found, words).with("dots", dots));
    if *is_wrong {
        html.push('\n');
        html.push_str(&words.tell("verification-wrong", &Args::new().with("left", found.tries_left().to_string())));
    }
    let press = |does| Press::Verify(Verify { id, does });
    let digits: Vec<Key> = (0_u8..)
        .zip(layout)
        .map(|(place, digit)| Key::press(digit.to_string(), press(Does::Place(round, place))))
        .collect();
    let (rows, last) = digits.split_at(9);
    let last = last.iter().cloned();
    rows.chunks(3)
        .fold(Screen::text(html), |screen, row| screen.row(row.to_vec()))
        .row(
            [Key::press(words.say("key-erase"), press(Does::Erase(round)))]
                .into_iter()
                .chain(last)
                .chain([Key::press(words.say("key-enter"), press(Does::Enter(round)))]),
        )
        .row([Key::press(words.say("key-leave-keypad"), press(Does::Leave(round)))])
        .protected()
}

/// While the code is compared and the bank asked.
pub(crate) fn checking(found: &Verification, words: &Words) -> Screen {
    Screen::text(words.tell("verification-checking", &args(found, words)))
}

/// After the right code: how the payment stands.
pub(crate) fn passed(found: &Verification, payment: Option<&PaymentDocument>, words: &Words) -> Screen {
    let status = payment.and_then(|payment| Status::from_name(&payment.status));
    let decline = payment.and_then(|payment| payment.decline.as_ref());
    let html = match (status, decline) {
        (Some(Status::RequiresPaymentMethod | Status::Declined), Some(decline)) => {
            let (why, _) = decline_reason(decline, words);
            words.tell("verification-passed-declined", &args(found, words).with_html("why", why))
        }
        (Some(Status::RequiresAction), _) => words.tell("verification-passed-action", &args(found, words)),
        _ => words.tell("verification-passed", &args(found, words)),
    };
    Screen::text(html)
}

/// A question that is over.
pub(crate) fn over(found: &Verification, words: &Words) -> Screen {
    let id = match found.state {
        State::Passed => "verification-passed",
        State::Refused => "verification-refused",
        State::Failed => "verification-failed",
        // The time is over, and nobody wrote it down yet.
        State::Pending | State::Confirmed | State::Expired => "verification-expired",
        State::Withdrawn => "verification-withdrawn",
    };
    Screen::text(words.tell(id, &args(found, words)))
}

//! Answers to questions about payments: the keypad, *not me*, and kind words for buttons that are too old.

use aviso_core::account::Account;
use aviso_core::payment::{Answered, Stroke};

use crate::callback::{Does, Verify};
use crate::notice::verification as screens;
use crate::person::Person;
use crate::router::{HandlingError, Pressed};
use crate::start::Desk;

/// A button of a question. It counts for the person who is asked, in their own chat, and for nobody else.
pub(super) async fn press(
    desk: &Desk,
    person: &Person,
    pressed: &Pressed,
    verify: Verify,
) -> Result<Option<String>, HandlingError> {
    let (words, payments) = (&person.words, &desk.services.payments);
    let Some(account) = &person.account else { return Ok(Some(words.say("toast-outdated"))) };
    let Verify { id, does } = verify;
    let answered = match does {
        Does::Confirm => payments.open_keypad(account.id, id).await?,
        Does::Deny => payments.deny(account.id, id).await?,
        Does::Place(round, place) => payments.stroke(account.id, id, round, Stroke::Place(place)).await?,
        Does::Erase(round) => payments.stroke(account.id, id, round, Stroke::Erase).await?,
        Does::Leave(round) => payments.stroke(account.id, id, round, Stroke::Leave).await?,
        Does::Enter(round) => give(desk, person, account, pressed, (verify, round)).await?,
    };
    let screen = match &answered {
        Answered::Keypad(keypad) => screens::keypad(keypad, words),
        Answered::Question(found) => screens::question(found, words),
        Answered::Passed(found, payment) => screens::passed(found, payment.as_deref(), words),
        Answered::Over(found) => screens::over(found, words),
        Answered::Stale => return Ok(Some(words.say("toast-old-keypad"))),
        Answered::Unknown => return Ok(Some(words.say("toast-outdated"))),
    };
    desk.api.replace(person.chat_id(), pressed.message_id, &screen).await?;
    Ok(None)
}

/// Gives the code. The bank may take longer than Telegram waits for an answer, so the keypad goes first: nobody
/// presses it twice.
async fn give(
    desk: &Desk,
    person: &Person,
    account: &Account,
    pressed: &Pressed,
    (verify, round): (Verify, i32),
) -> Result<Answered, HandlingError> {
    let payments = &desk.services.payments;
    desk.api.answer(&pressed.query, None).await;
    let found = payments.verification(account.id, verify.id).await?;
    let waits = found.filter(|found| found.round == round && found.is_live(desk.services.clock.now()));
    if let Some(found) = waits
        && let Err(fault) =
            desk.api.replace(person.chat_id(), pressed.message_id, &screens::checking(&found, &person.words)).await
    {
        tracing::warn!(%fault, "the keypad was not taken away");
    }
    Ok(payments.give_code(account.id, verify.id, round).await?)
}

//! A buyer's saved cards: the list, and taking one away.

use aviso_core::id::CardId;
use aviso_core::vault::card::{CardState, SavedCard};
use aviso_core::vault::{VaultError, VaultSettings, saved_card_document};

use super::{register, say};
use crate::callback::{Menu, Press};
use crate::clean;
use crate::notice::{brand_name, expiry, test_mark};
use crate::person::Person;
use crate::router::{Handling, HandlingError, Pressed};
use crate::screen::{Key, Screen};
use crate::start::Desk;
use crate::words::{Args, Words};

/// `/cards`.
pub(super) async fn list(desk: &Desk, person: &Person) -> Handling {
    let Some(account) = &person.account else {
        return register::begin(desk, person, Some(&person.words.say("no-account"))).await;
    };
    let words = &person.words;
    let cards = desk.services.payments.vault(VaultSettings::default()).cards_of_account(account.id).await?;
    if cards.is_empty() {
        return say(desk, person, Screen::text(words.say("cards-none"))).await;
    }
    let mut lines = vec![words.tell("cards-title", &Args::new().with("count", cards.len().to_string()))];
    lines.extend(cards.iter().map(|(card, shop)| line(card, shop, words)));
    let screen = cards.iter().fold(Screen::text(lines.join("\n")), |screen, (card, shop)| {
        // Labels are plain text: nothing is escaped.
        let args = Args::new().with("last4", &card.face.last4).with_html("shop", clean::name(shop));
        let label = words.tell("key-card-remove", &args);
        screen.row([Key::press(label, Press::CardRemove(card.id))])
    });
    say(desk, person, screen).await
}

fn line(card: &SavedCard, shop: &str, words: &Words) -> String {
    let frozen = if card.state == CardState::Frozen { words.say("cards-frozen") } else { String::new() };
    let args = described(card, shop)
        .with("expiry", expiry(&saved_card_document(card).card))
        .with_html("frozen", frozen)
        .with_html("test", test_mark(card.mode.as_str(), words));
    words.tell("cards-line", &args)
}

fn described(card: &SavedCard, shop: &str) -> Args {
    Args::new()
        .with("brand", brand_name(card.face.brand))
        .with("last4", &card.face.last4)
        .with("shop", clean::name(shop))
}

/// Asks before a card is taken away.
pub(super) async fn ask(
    desk: &Desk,
    person: &Person,
    pressed: &Pressed,
    id: CardId,
) -> Result<Option<String>, HandlingError> {
    let words = &person.words;
    let Some((card, shop)) = own(desk, person, id).await? else { return Ok(Some(words.say("toast-card-gone"))) };
    let screen = Screen::text(words.tell("card-remove-question", &described(&card, &shop))).row([
        Key::press(words.say("key-card-remove-sure"), Press::CardRemoveSure(id)),
        Key::press(words.say("key-back"), Press::Menu(Menu::Cards)),
    ]);
    desk.api.replace(person.chat_id(), pressed.message_id, &screen).await?;
    Ok(None)
}

/// Takes it away.
pub(super) async fn remove(
    desk: &Desk,
    person: &Person,
    pressed: &Pressed,
    id: CardId,
) -> Result<Option<String>, HandlingError> {
    let words = &person.words;
    let found = (own(desk, person, id).await?, &person.account);
    let (Some((card, shop)), Some(account)) = found else { return Ok(Some(words.say("toast-card-gone"))) };
    match desk.services.payments.vault(VaultSettings::default()).remove_own(account.id, id).await {
        Ok(_) => {}
        Err(VaultError::CardNotFound(_)) => return Ok(Some(words.say("toast-card-gone"))),
        Err(error) => return Err(error.into()),
    }
    let screen = Screen::text(words.tell("card-remove-done", &described(&card, &shop)));
    desk.api.replace(person.chat_id(), pressed.message_id, &screen).await?;
    Ok(None)
}

/// A kept card, if it is this person's.
async fn own(desk: &Desk, person: &Person, id: CardId) -> Result<Option<(SavedCard, String)>, HandlingError> {
    let Some(account) = &person.account else { return Ok(None) };
    let cards = desk.services.payments.vault(VaultSettings::default()).cards_of_account(account.id).await?;
    Ok(cards.into_iter().find(|(card, _)| card.id == id))
}

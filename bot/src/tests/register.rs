//! Registering in the bot, and what everybody can ask it.

use aviso_core::account::ConfirmAnswer;
use aviso_core::event::EventType;

use super::{ANA, BORIS, World};

#[tokio::test]
async fn a_stranger_registers_by_e_mail_and_is_bound() {
    let world = World::start().await;
    let hello = world.say(ANA, "/start", "Hello, Ana").await;
    let asked = world.press(ANA, &hello, "Español", "Su dirección de correo").await;
    assert!(asked.buttons.is_empty());
    world.say(ANA, "not an address", "no es una dirección").await;
    let sent = world.say(ANA, "ana.lopez@example.com", "Escribí a an***@example.com").await;
    let number = sent.text.split("escriba ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let mail = world.mail().await;
    assert_eq!((mail.event.kind, mail.address.as_str()), (EventType::AccountRegistered, "ana.lopez@example.com"));
    let token = world.keyring.link_token(mail.event.audience.link_id.unwrap());
    world.services.accounts.confirm_email(token.expose(), None, ConfirmAnswer::Number(number)).await.unwrap();
    world.sees(ANA, |message| message.text.contains("Telegram está conectado")).await;
    world.say(ANA, "/start", "Hola de nuevo, Ana").await;
    let account = world.services.accounts.by_telegram(ANA).await.unwrap().unwrap();
    assert_eq!(account.telegram.unwrap().username.as_deref(), Some("ana_lopez"));
}

#[tokio::test]
async fn an_address_with_an_account_gets_the_same_answer_and_a_letter_without_a_link() {
    let world = World::start().await;
    world.with_ana().await;
    let mut answers = Vec::new();
    for email in ["anna@example.com", "ana@example.com"] {
        let hello = world.say(BORIS, "/start", "Здравствуйте").await;
        world.press(BORIS, &hello, "English", "Your e-mail address").await;
        let told = world.say(BORIS, email, "Check your mailbox").await;
        answers.push(told.text.replace(|c: char| c.is_ascii_digit(), "0").replace("an***", "a***"));
        let mail = world.mail().await;
        let is_new = email == "anna@example.com";
        assert_eq!((mail.address.as_str(), mail.event.audience.link_id.is_some()), (email, is_new));
        assert_eq!(mail.event.audience.facts.contains_key("existing"), !is_new);
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn each_language_is_spoken() {
    let world = World::start().await;
    let hello = world.say(BORIS, "/start", "Здравствуйте, <b>Boris</b>").await;
    world.press(BORIS, &hello, "English", "Your e-mail address").await;
    let hello = world.say(BORIS, "/start", "Здравствуйте").await;
    world.press(BORIS, &hello, "Русский", "Ваш адрес почты").await;
}

#[tokio::test]
async fn cancel_works_in_every_state_and_help_and_privacy_answer() {
    let world = World::start().await;
    world.say(ANA, "/cancel", "nothing to cancel").await;
    let hello = world.say(ANA, "/start", "Hello").await;
    world.press(ANA, &hello, "English", "Your e-mail address").await;
    world.say(ANA, "/cancel", "Nothing was changed").await;
    world.say(ANA, "ana@example.com", "did not understand").await;
    world.say(ANA, "/help", "/payments").await;
    world.say(ANA, "/privacy", "Your data").await;
    world.say(ANA, "/payments", "No account is connected").await;
}

#[tokio::test]
async fn a_language_is_kept_by_the_account() {
    let world = World::start().await;
    world.with_ana().await;
    let menu = world.say(ANA, "/language", "Choose a language").await;
    world.press(ANA, &menu, "Русский", "пишу вам по-русски").await;
    world.say(ANA, "/payments", "Платежей пока нет").await;
}

#[tokio::test]
async fn free_words_and_unknown_commands_get_three_buttons() {
    let world = World::start().await;
    let answer = world.say(ANA, "hola, ¿qué tal?", "did not understand").await;
    assert_eq!(answer.buttons.iter().flatten().count(), 3);
    world.say(ANA, "/unheard_of", "do not know this command").await;
    world.press(ANA, &answer, "Begin", "").await;
    world.sees(ANA, |message| message.text.contains("Choose a language to begin")).await;
}

#[tokio::test]
async fn secrets_in_the_chat_are_deleted() {
    let world = World::start().await;
    for (text, why) in [("4242 4242 4242 4242", "card number"), ("Madrid2024x", "a password")] {
        let id = world.telegram.say(ANA, text).unwrap();
        world.sees(ANA, |message| message.id > id && message.text.contains(why)).await;
        let messages = world.telegram.messages(ANA);
        assert!(messages.iter().find(|message| message.id == id).unwrap().deleted, "{text}");
    }
}

#[tokio::test]
async fn the_commands_are_published_in_each_language() {
    let world = World::start().await;
    world.say(ANA, "/help", "What I can do").await;
    // Told in the order of the languages, English last; wait for the one without a language.
    let mut changes = world.telegram.subscribe();
    while world.telegram.commands("all_private_chats", "").is_null() {
        changes.changed().await.unwrap();
    }
    let spanish = world.telegram.commands("all_private_chats", "es").to_string();
    assert!(spanish.contains("Mis pagos"), "{spanish}");
    assert!(
        !spanish.contains("\"refund\"") && !spanish.contains("\"block\""),
        "staff commands are nobody's business: {spanish}"
    );
    assert_eq!(world.bot.username().as_deref(), Some(world.telegram.bot_username().as_str()));
}

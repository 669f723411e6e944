//! A buyer's payments in the chat.

use aviso_core::account::Role;
use aviso_core::language::Language;

use super::{ANA, APPROVED, BORIS, DECLINED, STAFF, World, id_of, labels};

#[tokio::test]
async fn payments_turn_in_place() {
    let world = World::start().await;
    for number in 1..=12 {
        world.pay(&format!("A-{number}"), 1_000 + number, APPROVED).await;
    }
    world.with_ana().await;
    let first = world.say(ANA, "/payments", "Your payments: 12").await;
    assert!(first.text.contains("10.12") && !first.text.contains("10.07"), "{}", first.text);
    assert!(labels(&first).contains(&"1/3".to_owned()), "{:?}", labels(&first));
    let second = world.press(ANA, &first, "›", "10.07").await;
    assert!(labels(&second).contains(&"2/3".to_owned()));
    let third = world.press(ANA, &second, "›", "10.02").await;
    assert!(third.text.contains("10.01") && !labels(&third).contains(&"›".to_owned()));
    let back = world.press(ANA, &third, "‹", "10.07").await;
    assert!(labels(&back).contains(&"2/3".to_owned()), "{:?}", labels(&back));
    world.press(ANA, &back, "‹", "10.12").await;
    let entry = labels(&first)[0].clone();
    let details = world.press(ANA, &first, &entry, "Status: paid").await;
    assert!(details.text.contains("•• 4242") && details.text.contains("Zapatería <Pepe> & Cía"), "{}", details.text);
    assert!(details.text.contains("UTC") && details.text.contains("[TEST]"));
    world.press(ANA, &details, "Back", "Your payments").await;
}

#[tokio::test]
async fn somebody_elses_payment_is_nobodys() {
    let world = World::start().await;
    world.with_ana().await;
    let payment = world.pay("A-1", 1_000, APPROVED).await;
    let notice = world.sees(ANA, |message| message.text.contains("Payment complete")).await;
    assert!(labels(&notice).contains(&"Details".to_owned()));
    // Boris replays the data of Ana's buttons.
    let own = world.say(BORIS, "/help", "").await;
    for data in [
        format!("d:{}:0", payment.id),
        format!("x:{}", payment.id),
        format!("xx:{}", payment.id),
        format!("o:{}", payment.id),
    ] {
        let before = world.telegram.callback_answers().len();
        world.telegram.raw_update(serde_json::json!({ "callback_query": {
            "id": format!("{}", 1_000 + before), "chat_instance": "1", "data": data,
            "from": { "id": BORIS, "is_bot": false, "first_name": "B", "language_code": "ru" },
            "message": { "message_id": own.id, "date": 1_700_000_000, "text": "x",
                "chat": { "id": BORIS, "type": "private", "first_name": "B" } } } }));
    }
    world.say(BORIS, "/cancel", "нечего").await;
    let boris = world.telegram.messages(BORIS);
    assert!(boris.iter().all(|message| !message.text.contains("Zapater")), "{}", world.telegram.transcript(BORIS));
    assert!(world.audited(&payment.id).await.is_empty());
}

#[tokio::test]
async fn not_me_opens_one_case_and_staff_hear_of_it() {
    let world = World::start().await;
    world.with_ana().await;
    world.staff(STAFF, Role::Agent).await;
    let payment = world.pay("A-1", 1_000, DECLINED).await;
    let notice = world.sees(ANA, |message| message.text.contains("was not made")).await;
    let question = world.press(ANA, &notice, "Not me", "Was it really not you?").await;
    let again = world.press(ANA, &question, "Back", "was not made").await;
    let question = world.press(ANA, &again, "Not me", "Was it really not you?").await;
    world.press(ANA, &question, "Yes, it was not me", "We are looking into it").await;
    let card = world.sees(STAFF, |message| message.text.contains("does not recognise a payment")).await;
    assert!(card.text.contains("case_"), "{}", card.text);
    let account = world.services.accounts.by_telegram(ANA).await.unwrap().unwrap();
    assert_eq!(world.services.payments.not_me(account.id, id_of(&payment)).await.unwrap(), None);
}

#[tokio::test]
async fn amounts_and_words_follow_the_persons_language() {
    let world = World::start().await;
    world.with_ana().await;
    let account = world.services.accounts.by_telegram(ANA).await.unwrap().unwrap();
    world.services.accounts.set_language(account.id, Language::Es).await.unwrap();
    world.pay("A-1", 123_456, APPROVED).await;
    let notice = world.sees(ANA, |message| message.text.contains("Pago realizado")).await;
    assert!(notice.text.contains("1.234,56\u{a0}EUR") && notice.text.contains("[PRUEBA]"), "{}", notice.text);
}

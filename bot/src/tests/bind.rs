//! Deep links: the number on the screen, the first who opens, and everybody else.

use aviso_core::account::email::EmailAddress;
use aviso_core::account::password::NewPassword;
use aviso_core::account::username::Username;
use aviso_core::account::{BindState, BindTicket, NewAccount, Role};
use aviso_core::audit::Actor;
use aviso_core::language::Language;
use aviso_core::secret::Secret;
use aviso_sandbox::standin::telegram::MessageView;

use super::{ANA, BORIS, World, labels};

async fn form(world: &World, browser: &Secret) -> BindTicket {
    let new = NewAccount {
        email: EmailAddress::new("ana@example.com").unwrap(),
        username: Some(Username::new("@ana_old").unwrap()),
        password: NewPassword::new(Secret::new("Sandía2024verde")).unwrap(),
        language: Language::En,
    };
    world.services.accounts.register(new, browser).await.unwrap()
}

async fn open(world: &World, ticket: &BindTicket) -> MessageView {
    let text = format!("/start r_{}", ticket.token.expose());
    world.say(ANA, &text, "Connect this Telegram to an account?").await
}

#[tokio::test]
async fn the_number_on_the_screen_binds_in_the_same_browser() {
    let world = World::start().await;
    let browser = Secret::new("cookie");
    let ticket = form(&world, &browser).await;
    let question = open(&world, &ticket).await;
    assert!(question.text.contains("@ana_old") && question.text.contains("@ana_lopez"), "{}", question.text);
    assert_eq!(labels(&question).len(), 4);
    let answered = world.press(ANA, &question, &ticket.match_code.to_string(), "The number is right").await;
    assert!(answered.buttons.is_empty());
    let accounts = &world.services.accounts;
    assert_eq!(accounts.bind_state(ticket.link_id, &browser).await.unwrap(), BindState::Confirmed);
    accounts.finish_bind(ticket.link_id, &browser).await.unwrap();
    world.sees(ANA, |message| message.text.contains("Telegram is connected")).await;
}

#[tokio::test]
async fn a_wrong_number_kills_the_link() {
    let world = World::start().await;
    let ticket = form(&world, &Secret::new("cookie")).await;
    let question = open(&world, &ticket).await;
    let right = ticket.match_code.to_string();
    let wrong = labels(&question).into_iter().find(|label| *label != right && label.len() == 2).unwrap();
    world.press(ANA, &question, &wrong, "Wrong number").await;
    let text = format!("/start r_{}", ticket.token.expose());
    world.say(ANA, &text, "no longer works").await;
}

#[tokio::test]
async fn the_second_who_opens_it_gets_nothing_and_cannot_answer_for_the_first() {
    let world = World::start().await;
    let ticket = form(&world, &Secret::new("cookie")).await;
    let question = open(&world, &ticket).await;
    let text = format!("/start r_{}", ticket.token.expose());
    let other = world.say(BORIS, &text, "больше не действует").await;
    assert!(other.buttons.is_empty());
    // Boris sends Telegram the data of Ana's button from a message of his own.
    let data = question.buttons[0][0].data.clone().unwrap();
    world.telegram.raw_update(forged_press(BORIS, other.id, &data));
    world.sees(BORIS, |message| message.id == other.id && message.text.contains("больше не действует")).await;
    world.press(ANA, &question, &ticket.match_code.to_string(), "The number is right").await;
}

#[tokio::test]
async fn not_me_stops_it() {
    let world = World::start().await;
    let ticket = form(&world, &Secret::new("cookie")).await;
    let question = open(&world, &ticket).await;
    world.press(ANA, &question, "Not me", "Nothing was connected").await;
}

#[tokio::test]
async fn an_invitation_makes_staff_by_the_number_only() {
    let world = World::start().await;
    let ticket = world.services.accounts.invite_staff(Actor::Operator, "Ana", Role::Senior).await.unwrap();
    let text = format!("/start s_{}", ticket.token.expose());
    let question = world.say(ANA, &text, "Join the support desk?").await;
    world.press(ANA, &question, &ticket.match_code.to_string(), "Welcome to the support desk").await;
    assert_eq!(world.services.accounts.staff(ANA).await.unwrap().unwrap().role, Role::Senior);
    let help = world.say(ANA, "/help", "Support desk").await;
    assert!(help.text.contains("/refund") && !help.text.contains("/audit"), "{}", help.text);
}

#[tokio::test]
async fn hostile_payloads_get_one_kind_answer() {
    let world = World::start().await;
    for payload in ["r_", "r_x", "s_../../etc", "x_1", "r_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "🙂"] {
        let id = world.telegram.say(ANA, &format!("/start {payload}")).unwrap();
        world.sees(ANA, |message| message.id > id && message.text.contains("link")).await;
    }
    world.dead_updates(0).await;
}

fn forged_press(user: i64, message_id: i64, data: &str) -> serde_json::Value {
    serde_json::json!({ "callback_query": {
        "id": "99",
        "from": { "id": user, "is_bot": false, "first_name": "B", "language_code": "ru" },
        "chat_instance": "1",
        "data": data,
        "message": { "message_id": message_id, "date": 1_700_000_000, "text": "x",
            "chat": { "id": user, "type": "private", "first_name": "B" } },
    }})
}

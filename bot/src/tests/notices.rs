//! Notices: one message per payment, and what becomes of those that cannot be delivered.

use std::time::Duration;

use aviso_core::audit::Actor;
use aviso_core::clock::Clock;
use aviso_core::delivery::{Channel, Job, Lane, Outcome};
use aviso_core::document::Document;
use aviso_core::event::{Audience, Event, EventType};
use aviso_core::id::{DeliveryId, EventId};
use aviso_core::language::Language;
use aviso_core::merchant::Mode;
use aviso_core::refund::NewRefund;
use aviso_sandbox::standin::telegram::{Failure, Fault, User};

use super::{ANA, APPROVED, World, id_of, until};
use crate::{BotMode, TelegramChannel};

#[tokio::test]
async fn a_refund_changes_the_payments_message_and_replies_to_it() {
    let world = World::start().await;
    world.with_ana().await;
    let payment = world.pay("A-1", 5_000, APPROVED).await;
    let notice = world.sees(ANA, |message| message.text.contains("Payment complete")).await;
    let new = NewRefund {
        payment_id: id_of(&payment),
        minor: Some(2_000),
        refund_ref: None,
        reason: None,
        seen_version: None,
    };
    let refunds = &world.services.refunds;
    refunds.create(Actor::System, world.scope.clone(), new.clone(), None).await.unwrap();
    let reply = world.sees(ANA, |message| message.text.contains("Refund complete")).await;
    assert_eq!(reply.reply_to, Some(notice.id));
    let changed = world.sees(ANA, |message| message.id == notice.id).await;
    assert!(changed.text.contains("Part of the payment was refunded") && changed.edited, "{}", changed.text);
    refunds.create(Actor::System, world.scope.clone(), NewRefund { minor: None, ..new }, None).await.unwrap();
    let changed = world.sees(ANA, |message| message.text.contains("Payment refunded")).await;
    assert_eq!(changed.id, notice.id);
    let about = |text: &str| world.telegram.messages(ANA).iter().filter(|message| message.text.contains(text)).count();
    assert_eq!(about("Payment"), 1, "{}", world.telegram.transcript(ANA));
}

#[tokio::test]
async fn a_blocked_chat_is_gone_and_the_mail_takes_over_until_it_is_let_in_again() {
    let world = World::start().await;
    world.with_ana().await;
    world.telegram.block(ANA).unwrap();
    world.pay("A-1", 5_000, APPROVED).await;
    assert_eq!(world.mail().await.event.kind, EventType::PaymentCaptured);
    let gone = || async {
        let account = world.services.accounts.by_telegram(ANA).await.unwrap().unwrap();
        account.telegram.unwrap().gone_at.is_some()
    };
    until("the chat is gone", gone).await;
    world.telegram.unblock(ANA).unwrap();
    until("the chat is back", async || !gone().await).await;
}

fn login(world: &World, chat: i64) -> Job {
    let now = world.clock.now();
    Job {
        id: DeliveryId::new(now),
        event: Event {
            id: EventId::new(now),
            kind: EventType::AccountLogin,
            mode: Mode::Live,
            merchant_id: None,
            payment_id: None,
            sequence: 0,
            created_at: now,
            document: Document::default(),
            audience: Audience::default(),
        },
        lane: Lane::Interactive,
        address: chat.to_string(),
        language: Language::En,
        attempt: 1,
        staff: false,
        previous: None,
    }
}

#[tokio::test]
async fn each_refusal_of_telegram_has_its_outcome() {
    let world = World::at_rest(BotMode::Polling).await;
    let channel = TelegramChannel::new(&world.bot);
    for id in 1..=8 {
        world.telegram.add_user(User::new(id, "P").started());
    }
    let refusal = |code, description: &str| Failure::Refusal { code, description: description.to_owned() };
    let send = async |chat: i64, failure: Failure| {
        world.telegram.fail_next(Fault::once("sendMessage", failure).in_chat(chat));
        channel.send(&login(&world, chat)).await
    };
    let gone = send(1, refusal(403, "Forbidden: bot was blocked by the user")).await;
    assert!(matches!(gone, Outcome::RecipientGone(_)), "{gone:?}");
    let gone = send(2, refusal(403, "Forbidden: bot can't initiate conversation with a user")).await;
    assert!(matches!(gone, Outcome::RecipientGone(_)), "{gone:?}");
    let gone = send(3, refusal(400, "Bad Request: chat not found")).await;
    assert!(matches!(gone, Outcome::RecipientGone(_)), "{gone:?}");
    let later = send(4, refusal(401, "Unauthorized")).await;
    assert!(matches!(&later, Outcome::Later { after, answer } if after.as_secs() == 60 && answer.class == "auth"));
    let long = send(5, refusal(400, "Bad Request: message is too long")).await;
    assert!(matches!(long, Outcome::Rejected(_)), "{long:?}");
    let plain = send(6, refusal(400, "Bad Request: can't parse entities: whatever")).await;
    assert!(matches!(plain, Outcome::Sent { .. }), "{plain:?}");
    let text = world.telegram.messages(6)[0].clone();
    assert!(text.text.contains("New sign-in") && !text.text.contains("<b>") && text.entities.is_empty());
    let later = send(7, Failure::RetryAfter(30)).await;
    assert!(matches!(later, Outcome::Later { after, .. } if after.as_secs() == 30));
    // The chat rests without another call.
    let calls = world.telegram.calls().len();
    let later = channel.send(&login(&world, 7)).await;
    assert!(matches!(later, Outcome::Later { after, .. } if after > Duration::from_secs(20)));
    assert_eq!(world.telegram.calls().len(), calls);
    let never = channel.send(&login(&world, 999)).await;
    assert!(matches!(never, Outcome::RecipientGone(_)), "{never:?}");
    let nonsense = channel.send(&Job { address: "ana@example.com".to_owned(), ..login(&world, 1) }).await;
    assert!(matches!(nonsense, Outcome::RecipientGone(_)), "{nonsense:?}");
}

#[tokio::test]
async fn a_deleted_notice_is_sent_anew_and_a_late_one_does_not_turn_back() {
    let world = World::start().await;
    world.with_ana().await;
    let payment = world.pay("A-1", 5_000, APPROVED).await;
    let notice = world.sees(ANA, |message| message.text.contains("Payment complete")).await;
    let channel = TelegramChannel::new(&world.bot);
    let mut job = login(&world, ANA);
    job.event.kind = EventType::PaymentCaptured;
    job.event.payment_id = Some(id_of(&payment));
    job.event.document.payment = Some(payment.clone());
    job.event.sequence = 9;
    job.previous = Some(format!("{ANA}:999999"));
    let Outcome::Sent { provider_ref: Some(sent), .. } = channel.send(&job).await else { panic!("not sent") };
    assert_ne!(sent, format!("{ANA}:{}", notice.id));
    let mut late = job.clone();
    late.event.sequence = 3;
    late.event.kind = EventType::PaymentAuthorized;
    late.event.document.payment.as_mut().unwrap().status = "authorized".to_owned();
    let outcome = channel.send(&late).await;
    assert!(matches!(outcome, Outcome::Sent { provider_ref: Some(same), .. } if same == sent));
    assert!(!world.telegram.messages(ANA).iter().any(|message| message.text.contains("reserved")));
    assert!(matches!(channel.send(&job).await, Outcome::Sent { .. }), "repeating a notice is harmless");
}

//! The support desk: looking, refunding in two steps, reviews, lists, and who may not.

use aviso_core::account::Role;
use aviso_core::audit::Actor;
use aviso_core::payment::text::Reason;
use aviso_core::refund::NewRefund;
use aviso_core::risk::{Attribute, List, NewEntry};

use super::{ANA, APPROVED, STAFF, World, id_of, labels};

const OTHER: i64 = 202;

async fn gray_ana(world: &World) {
    let entry = NewEntry {
        merchant_id: None,
        list: List::Gray,
        attribute: Attribute::Email,
        value: "ana@example.com".to_owned(),
        reason: Reason::new("looks odd").unwrap(),
        author: "test".to_owned(),
        expires_at: None,
    };
    world.services.risk.add_entry(&Actor::Operator, &entry).await.unwrap();
}

#[tokio::test]
async fn staff_commands_do_not_exist_for_others() {
    let world = World::start().await;
    let payment = world.pay("A-1", 5_000, APPROVED).await;
    let unknown = world.say(ANA, "/unheard_of", "do not know").await;
    for command in [
        "/find ana@example.com",
        "/refund A-1",
        "/review",
        "/why A-1",
        "/status",
        "/list",
        "/block ip 1.2.3.4",
        "/audit",
    ] {
        let answer = world.say(ANA, command, "do not know").await;
        assert_eq!((&answer.text, labels(&answer)), (&unknown.text, labels(&unknown)), "{command}");
    }
    assert!(world.audited(&payment.id).await.is_empty());
}

#[tokio::test]
async fn a_refund_takes_two_steps_and_is_audited() {
    let world = World::start().await;
    world.with_ana().await;
    world.staff(STAFF, Role::Agent).await;
    let payment = world.pay("A-1", 5_000, APPROVED).await;
    let reference = payment.reference.clone();
    let summary = world.say(STAFF, &format!("/refund {reference} 12.50 came broken"), "Refund 12.50").await;
    assert!(summary.text.contains("came broken") && summary.text.contains("left after this 37.50"), "{}", summary.text);
    let confirm = labels(&summary)[0].clone();
    // Pressed twice before anything is answered: one refund.
    world.telegram.press(STAFF, summary.id, &confirm).unwrap();
    world.telegram.press(STAFF, summary.id, &confirm).unwrap();
    world.sees(STAFF, |message| message.id == summary.id && message.text.contains("Refunded 12.50")).await;
    assert!(world.answered(2).await.contains("was used"));
    world.sees(ANA, |message| message.text.contains("Refund complete")).await;
    let details = world.services.payments.details(id_of(&payment)).await.unwrap();
    assert_eq!((details.payment.refunded(), details.refunds.len()), (1_250, 1));
    assert_eq!(details.refunds[0].created_by, format!("staff:{STAFF}"));
    assert!(world.audited(&payment.id).await.contains(&"refund.create".to_owned()));
    assert!(world.services.audit.verify().await.unwrap().is_ok());
}

#[tokio::test]
async fn a_stale_summary_refunds_nothing() {
    let world = World::start().await;
    world.staff(STAFF, Role::Agent).await;
    let payment = world.pay("A-1", 5_000, APPROVED).await;
    let summary = world.say(STAFF, "/refund A-1", "Refund 50.00").await;
    let new = NewRefund {
        payment_id: id_of(&payment),
        minor: Some(1_000),
        refund_ref: None,
        reason: None,
        seen_version: None,
    };
    world.services.refunds.create(Actor::System, world.scope.clone(), new, None).await.unwrap();
    let confirm = labels(&summary)[0].clone();
    world.press(STAFF, &summary, &confirm, "changed meanwhile").await;
    let details = world.services.payments.details(id_of(&payment)).await.unwrap();
    assert_eq!(details.payment.refunded(), 1_000);
}

#[tokio::test]
async fn a_summary_belongs_to_who_asked_and_runs_out() {
    let world = World::start().await;
    world.staff(STAFF, Role::Agent).await;
    world.staff(OTHER, Role::Owner).await;
    let payment = world.pay("A-1", 5_000, APPROVED).await;
    let summary = world.say(STAFF, "/refund A-1", "Refund 50.00").await;
    let data = summary.buttons[0][0].data.clone().unwrap();
    let own = world.say(OTHER, "/help", "Support desk").await;
    world.telegram.raw_update(serde_json::json!({ "callback_query": {
        "id": "5", "chat_instance": "1", "data": data,
        "from": { "id": OTHER, "is_bot": false, "first_name": "O" },
        "message": { "message_id": own.id, "date": 1_700_000_000, "text": "x",
            "chat": { "id": OTHER, "type": "private", "first_name": "O" } } } }));
    world.say(OTHER, "/cancel", "nothing to cancel").await;
    world.clock.advance(std::time::Duration::from_secs(11 * 60));
    let confirm = labels(&summary)[0].clone();
    assert!(world.toast(STAFF, &summary, &confirm).await.contains("Nothing was done"));
    assert_eq!(world.services.payments.details(id_of(&payment)).await.unwrap().payment.refunded(), 0);
}

#[tokio::test]
async fn wrong_refunds_are_explained() {
    let world = World::start().await;
    world.staff(STAFF, Role::Agent).await;
    world.pay("A-1", 5_000, APPROVED).await;
    for (command, answer) in [
        ("/refund", "Something is missing"),
        ("/refund nothing-like-it", "Nothing fits"),
        ("/refund A-1 60", "At most 50.00"),
        ("/refund A-1 12.345", "is not an amount in EUR"),
        ("/refund A-1 -5", "is not an amount in EUR"),
        ("/refund A-1 0", "is not an amount in EUR"),
    ] {
        world.say(STAFF, command, answer).await;
    }
    let long = format!("/refund A-1 5 {}", "x".repeat(201));
    world.say(STAFF, &long, "1 to 200 characters").await;
}

#[tokio::test]
async fn a_card_is_masked_until_it_is_revealed_and_that_is_logged() {
    let world = World::start().await;
    world.staff(STAFF, Role::Agent).await;
    let payment = world.pay("A-1", 5_000, APPROVED).await;
    let card = world.say(STAFF, "/pay 4242", "payment.captured").await;
    assert!(card.text.contains("a***@example.com") || card.text.contains("an***@example.com"), "{}", card.text);
    assert!(!card.text.contains("ana@example.com") && !card.text.contains("203.0.113.7"), "{}", card.text);
    assert!(card.text.contains("424242•• 4242"));
    world.press(STAFF, &card, "Reveal", "ana@example.com").await;
    let audited = world.audited(&payment.id).await;
    assert_eq!(audited, ["payment.reveal", "payment.look"]);
}

#[tokio::test]
async fn searches_are_masked_and_audited_with_their_misses() {
    let world = World::start().await;
    world.staff(STAFF, Role::Viewer).await;
    for number in 1..=3 {
        world.pay(&format!("A-{number}"), 1_000, APPROVED).await;
    }
    let found = world.say(STAFF, "/find ana@example.com", "3 found").await;
    assert!(!found.text.contains("ana@example.com"), "{}", found.text);
    world.say(STAFF, "/find nobody@example.com", "Nothing fits").await;
    world.press(STAFF, &found, &labels(&found)[0].clone(), "Timeline").await;
    let rows = world.services.audit.latest(None, 10).await.unwrap();
    let searches: Vec<_> = rows.iter().filter(|row| row.action == "payment.find").collect();
    assert_eq!(searches.len(), 2);
    assert!(searches.iter().all(|row| row.subject.contains("***")), "{searches:?}");
    assert_eq!(searches[0].after, "0 found");
}

#[tokio::test]
async fn roles_are_enforced_at_commands_and_buttons() {
    let world = World::start().await;
    gray_ana(&world).await;
    world.staff(STAFF, Role::Viewer).await;
    world.pay("A-1", 5_000, APPROVED).await;
    let card = world.sees(STAFF, |message| message.text.contains("To review")).await;
    assert!(world.toast(STAFF, &card, "Approve").await.contains("needs the role senior"));
    world.say(STAFF, "/refund A-1", "needs the role agent").await;
    world.say(STAFF, "/block ip 1.2.3.4 bad", "needs the role senior").await;
    world.say(STAFF, "/list add block ip 1.2.3.4 bad", "needs the role senior").await;
    world.say(STAFF, "/audit", "needs the role admin").await;
    assert_eq!(world.services.payments.backlog().await.unwrap().1, 1);
}

#[tokio::test]
async fn a_review_is_approved_once_and_every_card_says_so() {
    let world = World::start().await;
    world.with_ana().await;
    gray_ana(&world).await;
    world.staff(STAFF, Role::Senior).await;
    world.staff(OTHER, Role::Senior).await;
    let payment = world.pay("A-1", 5_000, APPROVED).await;
    world.sees(ANA, |message| message.text.contains("is being checked")).await;
    let card = world.sees(STAFF, |message| message.text.contains("To review")).await;
    assert_eq!(labels(&card), ["Approve", "Reject", "Why"]);
    let others = world.sees(OTHER, |message| message.text.contains("To review")).await;
    world.telegram.press(STAFF, card.id, "Why").unwrap();
    world
        .sees(STAFF, |message| {
            message.text.contains("list.gray.email") && message.text.contains("Antifraud")
                || message.text.contains("Why ·")
        })
        .await;
    world.press(STAFF, &card, "Approve", "Approved").await;
    let closed = world.sees(OTHER, |message| message.id == others.id && message.text.contains("Approved")).await;
    assert!(closed.text.contains("Decided by Sofía"), "{}", closed.text);
    world.sees(ANA, |message| message.text.contains("Payment complete")).await;
    assert!(world.audited(&payment.id).await.contains(&"review.decide".to_owned()));
}

#[tokio::test]
async fn who_decides_second_is_told() {
    let world = World::start().await;
    gray_ana(&world).await;
    world.staff(STAFF, Role::Senior).await;
    world.pay("A-1", 5_000, APPROVED).await;
    let queue = world.say(STAFF, "/review", "1 wait for a decision").await;
    let entry = labels(&queue)[0].clone();
    let card = world.press(STAFF, &queue, &entry, "To review").await;
    let review = world.services.payments.open_reviews(1).await.unwrap()[0].id;
    let decision = aviso_core::payment::ReviewDecision::Reject;
    world.services.payments.decide_review(Actor::Operator, review, decision).await.unwrap();
    assert!(world.toast(STAFF, &card, "Approve").await.contains("Somebody else has decided"));
    world.say(STAFF, "/review", "Nothing waits").await;
}

#[tokio::test]
async fn why_status_lists_and_audit_answer() {
    let world = World::start().await;
    world.staff(STAFF, Role::Owner).await;
    world.say(STAFF, "/block email Ana@Example.com chargeback ring", "was added").await;
    world.say(STAFF, "/block email nonsense", "does not fit email").await;
    world.say(STAFF, "/block shoes 42", "An attribute is").await;
    world.say(STAFF, "/list add black ip 1.2.3.4", "A list is").await;
    world.say(STAFF, "/block", "Something is missing").await;
    let lists = world.say(STAFF, "/list", "chargeback ring").await;
    assert!(!lists.text.contains("ana@example.com"), "{}", lists.text);
    let payment = world.pay("A-1", 5_000, APPROVED).await;
    let why = world.say(STAFF, "/why A-1", "list.block.email").await;
    assert!(
        why.text.contains("The buyer reads: Your bank did not approve it") && !why.text.contains("ana@example.com"),
        "{}",
        why.text
    );
    let status = world.say(STAFF, "/status", "Database: sqlite").await;
    assert!(status.text.contains("Inbox: 0 waiting, 0 could not be handled"), "{}", status.text);
    let audit = world.say(STAFF, &format!("/audit {}", payment.reference), "payment.why").await;
    assert!(audit.text.contains(&format!("staff:{STAFF}")));
    world.say(STAFF, "/audit", "risk.list_add").await;
}

#[tokio::test]
async fn who_leaves_staff_cannot_press_on() {
    let world = World::start().await;
    world.staff(STAFF, Role::Senior).await;
    world.pay("A-1", 5_000, APPROVED).await;
    let card = world.say(STAFF, "/pay A-1", "Timeline").await;
    // Lowered: the next press is judged by the new role.
    world.staff(STAFF, Role::Viewer).await;
    assert!(world.toast(STAFF, &card, "Refund…").await.contains("needs the role agent"));
}

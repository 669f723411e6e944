use super::*;
use aviso_core::clock::Timestamp;
use aviso_core::payment::authentication::AuthenticationStatus;
use aviso_core::payment::card::Card;
use aviso_core::secret::Secret;

const PAGE: &str = "http://localhost:8080/sandbox/acs";
const CHALLENGE: &str = "4000000000003220";

fn card(number: &str) -> Card {
    Card::new(&Secret::new(number), 12, 2040, Timestamp::from_micros(1_795_000_000_000_000)).unwrap()
}

async fn ask(issuer: &SandboxIssuer, attempt: AttemptId, number: &str) -> Result<AuthenticationAnswer, LinkError> {
    let card = card(number);
    let amount = Money::new(1_050, "EUR".parse().unwrap()).unwrap();
    let return_url = "http://localhost:8080/pay/return/token";
    issuer.authenticate(AuthenticationRequest { attempt, card: &card, amount, shop: "Luna", return_url }).await
}

fn attempt() -> AttemptId {
    AttemptId::new(SystemClock.now())
}

fn token(answer: &AuthenticationAnswer) -> String {
    let AuthenticationAnswer::Challenge { url, .. } = answer else { panic!("no challenge: {answer:?}") };
    url.strip_prefix(PAGE).and_then(|rest| rest.strip_prefix('/')).unwrap().to_owned()
}

fn status(answer: &AuthenticationAnswer) -> Option<AuthenticationStatus> {
    match answer {
        AuthenticationAnswer::Done(found) => Some(found.status),
        AuthenticationAnswer::Challenge { .. } | AuthenticationAnswer::Pending => None,
    }
}

#[tokio::test]
async fn most_cards_are_known_without_a_page() {
    let issuer = SandboxIssuer::builder(PAGE).build().unwrap();
    let AuthenticationAnswer::Done(found) = ask(&issuer, attempt(), "5555555555554444").await.unwrap() else {
        panic!("a page")
    };
    assert_eq!((found.status, found.eci.as_deref()), (AuthenticationStatus::Authenticated, Some("02")));
    assert!(found.cavv.is_some() && found.ds_trans_id.is_some());
    assert!(matches!(ask(&issuer, attempt(), "4000008400001280").await, Err(LinkError::NotSent(_))));
}

#[tokio::test]
async fn the_right_code_authenticates_and_asking_again_begins_nothing_new() {
    let issuer = SandboxIssuer::builder(PAGE).build().unwrap();
    let attempt = attempt();
    let first = ask(&issuer, attempt, CHALLENGE).await.unwrap();
    assert_eq!(ask(&issuer, attempt, CHALLENGE).await.unwrap(), first);
    assert_eq!(issuer.result(attempt).await.unwrap(), AuthenticationAnswer::Pending);
    let view = issuer.act(&token(&first), Deed::Enter(" 111111 ")).unwrap().unwrap();
    assert!(!view.is_open && !view.is_late);
    assert_eq!(status(&issuer.result(attempt).await.unwrap()), Some(AuthenticationStatus::Authenticated));
    // What was decided stays.
    issuer.act(&token(&first), Deed::Cancel).unwrap();
    assert_eq!(status(&issuer.result(attempt).await.unwrap()), Some(AuthenticationStatus::Authenticated));
}

#[tokio::test]
async fn three_wrong_codes_or_giving_up_fail() {
    let issuer = SandboxIssuer::builder(PAGE).build().unwrap();
    let (wrong, given_up) = (attempt(), attempt());
    let page = token(&ask(&issuer, wrong, CHALLENGE).await.unwrap());
    for left in [2, 1] {
        let view = issuer.act(&page, Deed::Enter("000000")).unwrap().unwrap();
        assert_eq!((view.tries_left, view.is_open), (left, true));
    }
    assert!(!issuer.act(&page, Deed::Enter("000000")).unwrap().unwrap().is_open);
    assert_eq!(status(&issuer.result(wrong).await.unwrap()), Some(AuthenticationStatus::Failed));
    let page = token(&ask(&issuer, given_up, CHALLENGE).await.unwrap());
    issuer.act(&page, Deed::Cancel).unwrap();
    assert_eq!(status(&issuer.result(given_up).await.unwrap()), Some(AuthenticationStatus::Failed));
    assert_eq!(issuer.look("nonsense").unwrap(), None);
}

#[tokio::test]
async fn a_code_that_comes_too_late_is_not_heard_and_books_outlive_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let open = |expires_after| {
        let builder = SandboxIssuer::builder(PAGE).journal(folder.path().join("issuer.jsonl"));
        builder.expires_after(expires_after).build().unwrap()
    };
    let attempt = attempt();
    let page = token(&ask(&open(Duration::ZERO), attempt, CHALLENGE).await.unwrap());
    let again = open(Duration::ZERO);
    let view = again.act(&page, Deed::Enter(RIGHT_CODE)).unwrap().unwrap();
    assert!(view.is_late && !view.is_open);
    assert_eq!(again.result(attempt).await.unwrap(), AuthenticationAnswer::Pending);
}

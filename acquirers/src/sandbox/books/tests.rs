use super::*;
use aviso_core::id::PaymentId;
use proptest::prelude::*;
use std::collections::HashMap;

/// One step of a made-up history; the numbers choose among what exists.
#[derive(Debug, Clone)]
enum Step {
    Authorize { minor: i64, capture: bool, half: bool },
    Capture { nth: usize, minor: i64 },
    Void { nth: usize, minor: i64 },
    Refund { nth: usize, minor: i64 },
    Repeat { nth: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1..500_i64, any::<bool>(), any::<bool>()).prop_map(|(minor, capture, half)| Step::Authorize {
            minor,
            capture,
            half
        }),
        (any::<usize>(), 1..500_i64).prop_map(|(nth, minor)| Step::Capture { nth, minor }),
        (any::<usize>(), 1..500_i64).prop_map(|(nth, minor)| Step::Void { nth, minor }),
        (any::<usize>(), 1..500_i64).prop_map(|(nth, minor)| Step::Refund { nth, minor }),
        any::<usize>().prop_map(|nth| Step::Repeat { nth }),
    ];
    proptest::collection::vec(step, 0..60)
}

fn eur(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap()).unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_micros(1_795_000_000_000_000)
}

fn terms(ruling: Ruling) -> Terms {
    Terms { conduct: Conduct { ruling, ..Script::SOUND.authorize }, shown: Shown { cvc: true, ..Shown::default() } }
}

fn message(step: &Step, refs: &[String]) -> Option<Message> {
    let pick = |nth: &usize| (!refs.is_empty()).then(|| refs[nth % refs.len()].clone());
    Some(match step {
        Step::Authorize { minor, capture, .. } => Message::Authorize {
            payment: PaymentId::new(now()),
            amount: eur(*minor),
            capture: *capture,
            first6: "424242".to_owned(),
            last4: "4242".to_owned(),
            test_card: None,
            eci: None,
        },
        Step::Capture { nth, minor } => Message::Capture { acquirer_ref: pick(nth)?, amount: eur(*minor) },
        Step::Void { nth, minor } => Message::Void { acquirer_ref: pick(nth)?, amount: eur(*minor) },
        Step::Refund { nth, minor } => Message::Refund { acquirer_ref: pick(nth)?, amount: eur(*minor) },
        Step::Repeat { .. } => return None,
    })
}

/// Plays a history; repeats record an entry that is there already.
fn play(history: &[Step]) -> Books {
    let mut books = Books::default();
    let mut refs = Vec::new();
    for step in history {
        if let (Step::Repeat { nth }, false) = (step, books.entries.is_empty()) {
            let entry = books.entries[nth % books.entries.len()].clone();
            books.record(entry);
            continue;
        }
        let Some(message) = message(step, &refs) else { continue };
        let ruling =
            if matches!(step, Step::Authorize { half: true, .. }) { Ruling::ApproveHalf } else { Ruling::Approve };
        let entry = books.decide(OperationId::new(now()), message, terms(ruling), now());
        if let (Verdict::Approved { acquirer_ref, .. }, Message::Authorize { .. }) = (&entry.verdict, &entry.message) {
            refs.push(acquirer_ref.clone());
        }
        books.record(entry);
    }
    books
}

/// What the entries say about each authorization: authorized, captured, refunded, voided.
fn totals(books: &Books) -> HashMap<String, (i64, i64, i64, bool)> {
    let mut totals: HashMap<String, (i64, i64, i64, bool)> = HashMap::new();
    for entry in books.entries() {
        let Verdict::Approved { acquirer_ref, amount, .. } = &entry.verdict else { continue };
        let total = totals.entry(acquirer_ref.clone()).or_default();
        match &entry.message {
            Message::Authorize { capture, .. } => {
                *total = (amount.minor(), if *capture { amount.minor() } else { 0 }, 0, false);
            }
            Message::Capture { .. } => total.1 += amount.minor(),
            Message::Refund { .. } => total.2 += amount.minor(),
            Message::Void { .. } if total.1 == 0 => total.3 = true,
            Message::Void { .. } => total.0 = total.1,
            Message::NeverArrived => unreachable!("never approved"),
        }
    }
    totals
}

proptest! {
    #[test]
    fn no_more_is_taken_than_reserved_and_no_more_given_back_than_taken(history in steps()) {
        for money in play(&history).authorizations() {
            prop_assert!(0 <= money.refunded_minor);
            prop_assert!(money.refunded_minor <= money.captured_minor);
            prop_assert!(money.captured_minor <= money.authorized_minor);
            prop_assert!(!money.voided || money.captured_minor == 0);
        }
    }

    #[test]
    fn the_money_is_the_sum_of_the_entries(history in steps()) {
        let books = play(&history);
        let totals = totals(&books);
        prop_assert_eq!(totals.len(), books.authorizations.len());
        for money in books.authorizations() {
            let shown = (money.authorized_minor, money.captured_minor, money.refunded_minor, money.voided);
            prop_assert_eq!(totals.get(&money.acquirer_ref), Some(&shown));
        }
    }

    #[test]
    fn entries_read_back_from_json_give_the_same_books(history in steps()) {
        let books = play(&history);
        let mut again = Books::default();
        for entry in books.entries() {
            let line = serde_json::to_string(entry).unwrap();
            again.record(serde_json::from_str(&line).unwrap());
        }
        prop_assert_eq!(books.entries(), again.entries());
        prop_assert_eq!(&books.authorizations, &again.authorizations);
    }
}

#[test]
fn another_currency_is_refused() {
    let mut books = play(&[Step::Authorize { minor: 100, capture: false, half: false }]);
    let acquirer_ref = books.authorizations().next().unwrap().acquirer_ref.clone();
    let amount = Money::new(10, "USD".parse().unwrap()).unwrap();
    let message = Message::Capture { acquirer_ref, amount };
    let entry = books.decide(OperationId::new(now()), message, terms(Ruling::Approve), now());
    assert_eq!(entry.verdict, Verdict::Declined { code: DeclineCode::ProcessingError });
    books.record(entry);
    assert_eq!(books.authorizations().next().unwrap().captured_minor, 0);
}

use super::*;
use aviso_core::clock::Timestamp;

fn message(mti: Mti, trace: &str, reference: &str) -> Message {
    let mut message = Message::new(mti);
    message.set(11, trace).unwrap().set(37, reference).unwrap().set(41, "TERM0001").unwrap();
    message
}

fn request() -> Message {
    message(Mti::FINANCIAL, "000007", "AAAAAAAAAAAA")
}

fn answer(reference: &str) -> Message {
    message(Mti::new(b"0210"), "000007", reference)
}

fn board(flight: &Flight, about: OperationId) -> Option<Ticket<'_>> {
    let request = request();
    flight.board(Key::of_request(&request).unwrap(), &request, Some(about))
}

fn operation() -> OperationId {
    OperationId::new(Timestamp::from_micros(1_795_000_000_000_000))
}

#[test]
fn an_answer_finds_its_message_once() {
    let (flight, about) = (Flight::default(), operation());
    let mut ticket = board(&flight, about).unwrap();
    assert!(board(&flight, about).is_none(), "a trace number waits once");
    assert!(flight.start(&ticket.key, ticket.number));
    assert_eq!(flight.land(message(Mti::new(b"0230"), "000007", "AAAAAAAAAAAA")), Arrival::Stray);
    assert_eq!(flight.land(answer("BBBBBBBBBBBB")), Arrival::Mismatched);
    assert_eq!(flight.land(answer("AAAAAAAAAAAA")), Arrival::Awaited);
    assert_eq!(flight.land(answer("AAAAAAAAAAAA")), Arrival::Stray, "the second copy");
    assert!(matches!(ticket.outcome.try_recv(), Ok(Outcome::Answered(_))));
    drop(ticket);
    assert_eq!(flight.take_late(about), None);
}

#[test]
fn a_late_answer_is_kept_until_it_is_taken() {
    let (flight, about) = (Flight::default(), operation());
    let ticket = board(&flight, about).unwrap();
    assert!(flight.start(&ticket.key, ticket.number));
    drop(ticket);
    let mut late = answer("AAAAAAAAAAAA");
    late.set(2, "4242424242424242").unwrap();
    assert_eq!(flight.land(late), Arrival::Late);
    assert_eq!(flight.land(answer("AAAAAAAAAAAA")), Arrival::Stray);
    let kept = flight.take_late(about).unwrap();
    assert_eq!((kept.text(11), kept.text(2)), (Some("000007"), None));
    assert_eq!(flight.take_late(about), None);
}

#[test]
fn after_an_inquiry_a_late_answer_counts_no_more() {
    let (flight, about) = (Flight::default(), operation());
    let ticket = board(&flight, about).unwrap();
    assert!(flight.start(&ticket.key, ticket.number));
    drop(ticket);
    assert_eq!(flight.take_late(about), None);
    assert_eq!(flight.land(answer("AAAAAAAAAAAA")), Arrival::Stray);
}

#[test]
fn what_nobody_waits_for_is_not_sent() {
    let flight = Flight::default();
    let ticket = board(&flight, operation()).unwrap();
    let (key, number) = (ticket.key.clone(), ticket.number);
    assert!(!ticket.is_started());
    drop(ticket);
    assert!(!flight.start(&key, number));
    assert_eq!(flight.land(answer("AAAAAAAAAAAA")), Arrival::Stray);
}

#[test]
fn a_cut_says_whether_bytes_may_have_left() {
    let flight = Flight::default();
    let mut waiting = board(&flight, operation()).unwrap();
    flight.cut();
    assert!(matches!(waiting.outcome.try_recv(), Ok(Outcome::Cut { started: false })));
    let about = operation();
    let mut sent = board(&flight, about).unwrap();
    assert!(flight.start(&sent.key, sent.number));
    flight.cut();
    assert!(matches!(sent.outcome.try_recv(), Ok(Outcome::Cut { started: true })));
    drop((waiting, sent));
    assert_eq!(flight.land(answer("AAAAAAAAAAAA")), Arrival::Late, "over the next connection");
    assert!(flight.take_late(about).is_some());
}

#[test]
fn memory_is_bounded() {
    let flight = Flight::default();
    let first = operation();
    for _ in 0..=LATE_MAX {
        let about = if flight.table().order.is_empty() { first } else { operation() };
        let ticket = board(&flight, about).unwrap();
        assert!(flight.start(&ticket.key, ticket.number));
        drop(ticket);
        assert_eq!(flight.land(answer("AAAAAAAAAAAA")), Arrival::Late);
    }
    let table = flight.table();
    assert!(table.order.len() <= LATE_MAX && table.late.len() <= LATE_MAX);
    assert!(!table.late.contains_key(&first));
}

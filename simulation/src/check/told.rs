//! What was told of a payment: a dense row of events that tells one story.

use aviso_core::document::PaymentDocument;
use aviso_core::event::{Event, EventType};
use aviso_core::payment::status::Status;

use super::Checked;

/// The public events of one payment. Staff events are counted, but not among these.
pub(crate) fn events(events: &[Event], staff: usize) -> Checked {
    let mut row: Vec<&Event> = events.iter().collect();
    row.sort_by_key(|event| event.sequence);
    let Some(first) = row.first() else { return Err("nothing was told of a payment".to_owned()) };
    if first.kind != EventType::PaymentCreated || first.sequence != 1 {
        return Err(format!("the first event is {} with number {}", first.kind.as_str(), first.sequence));
    }
    let last = row.last().map_or(0, |event| event.sequence);
    // Staff may have been told of something after the last of these.
    if usize::try_from(last).is_ok_and(|last| last > row.len() + staff) {
        return Err(format!("{} events end with number {last}", row.len() + staff));
    }
    for pair in row.windows(2) {
        let [before, after] = pair else { continue };
        let (Some(was), Some(is)) = (&before.document.payment, &after.document.payment) else {
            return Err("an event without its payment".to_owned());
        };
        follows(was, is)?;
        if before.sequence >= after.sequence {
            return Err(format!("two events have the number {}", after.sequence));
        }
    }
    Ok(())
}

fn follows(was: &PaymentDocument, is: &PaymentDocument) -> Checked {
    let (Some(from), Some(to)) = (Status::from_name(&was.status), Status::from_name(&is.status)) else {
        return Err("an event with an unknown status".to_owned());
    };
    if !reaches(from, to) {
        return Err(format!("events tell of {} and then of {}", was.status, is.status));
    }
    if is.amount_captured < was.amount_captured || is.amount_refunded < was.amount_refunded {
        return Err("events tell of money that moved and then did not".to_owned());
    }
    Ok(())
}

/// Whether one status can come after another, perhaps by way of some that no event tells of.
fn reaches(from: Status, to: Status) -> bool {
    let mut known = vec![from];
    let mut place = 0;
    while let Some(status) = known.get(place).copied() {
        if status == to {
            return true;
        }
        let next = Status::ALL.into_iter().filter(|next| status.may_become(*next) && !known.contains(next));
        known.extend(next.collect::<Vec<_>>());
        place += 1;
    }
    false
}

//! What a merchant asks for by a form, whether it becomes a bill or code for a site.

use std::time::Duration;

use aviso_core::money::{Currency, Money};
use aviso_core::payment::text::{Description, OrderRef};

use super::input::{Faults, Fields, Input};
use crate::account::words::Words;

/// How many days may be given; the core has the last word.
const DAYS_MAX: u64 = 366;

/// An order as the form gives it.
#[derive(Debug)]
pub(super) struct Ordered {
    pub(super) order_ref: OrderRef,
    pub(super) amount: Money,
    pub(super) description: Option<Description>,
    /// For how long it may be paid.
    pub(super) lasts: Duration,
}

/// The form before anybody typed.
pub(super) fn blank(days: u64) -> Fields {
    Fields::default().with("days", days.to_string())
}

/// The fields of the order itself.
pub(super) fn inputs(words: Words, fields: &Fields, faults: &Faults) -> [Input; 5] {
    let line = |id, kind, label: &str| Input::line(id, kind, words.say(label)).filled(fields, faults);
    [
        line("order", "text", "cab-order"),
        line("amount", "text", "cab-amount"),
        line("currency", "text", "cab-currency"),
        line("description", "text", "payment-for").optional(),
        line("days", "number", "cab-bill-days"),
    ]
}

/// The order, or what is wrong with it.
pub(super) fn read(words: Words, fields: &Fields, faults: &mut Faults) -> Option<Ordered> {
    let order = faults.take("order", OrderRef::new(fields.get("order")), || words.say("cab-error-order"));
    let currency = fields.get("currency").to_uppercase().parse::<Currency>();
    let currency = faults.take("currency", currency, || words.say("cab-error-currency"));
    let amount = currency.and_then(|currency| {
        let amount = Money::parse(fields.get("amount"), currency);
        faults.take("amount", amount, || words.say("cab-error-amount"))
    });
    let description = fields.given("description").map(Description::new).transpose();
    let description = faults.take("description", description, || words.say("cab-error-description"));
    let days = fields.get("days").parse::<u64>().ok().filter(|days| (1..=DAYS_MAX).contains(days)).ok_or(());
    let days = faults.take("days", days, || words.say("cab-error-days"));
    Some(Ordered {
        order_ref: order?,
        amount: amount?,
        description: description?,
        lasts: Duration::from_secs(days? * 86_400),
    })
}

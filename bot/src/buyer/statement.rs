//! `/statement`: the payments of a month as a table for a spreadsheet.

use aviso_core::account::Account;
use aviso_core::money::plain_minor;
use aviso_core::payment::StatementLine;
use aviso_core::preference::{Month, TimeZone};
use aviso_core::spreadsheet::harmless;

use super::{register, say};
use crate::api::File;
use crate::callback::Press;
use crate::person::Person;
use crate::router::{Handling, HandlingError};
use crate::screen::{Key, Screen};
use crate::start::Desk;
use crate::words::{Args, Words};

/// Months that have a button.
const OFFERED: usize = 6;
/// Lines in one file.
const LINES_MAX: u64 = 5_000;

/// `/statement [2026-03]`.
pub(super) async fn command(desk: &Desk, person: &Person, args: &str) -> Handling {
    let words = &person.words;
    let Some(account) = &person.account else {
        return register::begin(desk, person, Some(&words.say("no-account"))).await;
    };
    if args.is_empty() {
        let this = account.time_zone.month_at(desk.services.clock.now());
        let months = std::iter::successors(Some(this), |month| Some(month.previous())).take(OFFERED);
        let keys: Vec<Key> = months.map(|month| Key::press(month.short(), Press::Statement(month))).collect();
        let screen =
            keys.chunks(2).fold(Screen::text(words.say("statement-which")), |screen, pair| screen.row(pair.to_vec()));
        return say(desk, person, screen).await;
    }
    let Ok(month) = args.parse::<Month>() else {
        return say(desk, person, Screen::text(words.say("statement-wrong"))).await;
    };
    match send(desk, person, month).await? {
        Some(why) => say(desk, person, Screen::text(why)).await,
        None => Ok(()),
    }
}

/// Sends the table of a month; gives what to say instead when there is nothing in it.
pub(super) async fn send(desk: &Desk, person: &Person, month: Month) -> Result<Option<String>, HandlingError> {
    let words = &person.words;
    let Some(account) = &person.account else { return Ok(Some(words.say("toast-outdated"))) };
    let Some((from, until)) = account.time_zone.span_of(month) else { return Ok(Some(words.say("statement-wrong"))) };
    let found = desk.services.payments.statement(account.id, from, until, LINES_MAX).await?;
    if found.items.is_empty() {
        return Ok(Some(words.tell("statement-empty", &Args::new().with("month", month.short()))));
    }
    let table = table(&found.items, account, words).map_err(|error| HandlingError::Document(error.to_string()))?;
    let args = Args::new()
        .with("month", month.short())
        .with("count", found.items.len().to_string())
        .with("zone", account.time_zone.name());
    let mut caption = words.tell("statement-caption", &args);
    if found.has_more {
        caption.push(' ');
        caption.push_str(&words.say("statement-cut"));
    }
    let file = File::new(format!("aviso-{month}.csv"), table);
    desk.api.send_file(person.chat_id(), &file, &caption).await?;
    Ok(None)
}

fn table(lines: &[StatementLine], account: &Account, words: &Words) -> Result<Vec<u8>, csv::Error> {
    const COLUMNS: [&str; 11] =
        ["date", "reference", "shop", "order", "what", "status", "amount", "taken", "refunded", "currency", "with"];
    // Without the mark, spreadsheets take the letters for those of another century.
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    {
        let mut writer = csv::Writer::from_writer(&mut bytes);
        writer.write_record(COLUMNS.map(|column| words.say(&format!("column-{column}"))))?;
        for line in lines {
            writer.write_record(record(line, account.time_zone, words).map(|cell| harmless(&cell)))?;
        }
        writer.flush()?;
    }
    Ok(bytes)
}

fn record(line: &StatementLine, zone: TimeZone, words: &Words) -> [String; 11] {
    let payment = &line.payment;
    let exact = |minor: i64| plain_minor(minor, payment.currency());
    let status = words.say(&format!("status-word-{}", payment.status().as_str().replace('_', "-")));
    [
        zone.written(payment.created_at),
        payment.reference.to_string(),
        line.shop.clone(),
        payment.order_ref.clone(),
        payment.description.clone().unwrap_or_default(),
        if payment.mode.as_str() == "test" { format!("{status} (TEST)") } else { status },
        exact(payment.amount.minor()),
        exact(payment.captured()),
        exact(payment.refunded()),
        payment.currency().code().to_owned(),
        line.paid_with.clone().unwrap_or_default(),
    ]
}

//! The sum of a month.

use aviso_core::event::Event;
use aviso_core::preference::{Category, Report};

use super::{Follow, Notice};
use crate::callback::{Press, Setting};
use crate::screen::{Key, Screen};
use crate::words::{Args, Words};

pub(super) fn compose(event: &Event, words: &Words) -> Option<Notice> {
    let report = Report::of(event)?;
    let mut html = words.tell("report-title", &Args::new().with("month", report.month.short()));
    for (currency, sum) in &report.sums {
        let args = Args::new()
            .with("count", sum.count.to_string())
            .with("paid", words.amount(sum.paid, currency))
            .with("refunded", words.amount(sum.refunded, currency));
        html.push('\n');
        html.push_str(&words.tell("report-line", &args));
    }
    let table = Key::press(words.say("key-table"), Press::Statement(report.month));
    let settings = Key::press(words.say("key-settings"), Press::Setting(Setting::Category(Category::Reports)));
    Some(Notice::new(Screen::text(html).row([table, settings]), Follow::Aside))
}

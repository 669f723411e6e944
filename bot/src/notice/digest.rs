//! What happened at a merchant, for one of its members.

use aviso_core::event::{Event, EventType};
use aviso_core::merchant::digest::Digest;
use aviso_core::preference::Category;
use url::Url;

use super::{Follow, Notice, page_key, test_mark};
use crate::callback::{Press, Setting};
use crate::clean;
use crate::screen::{Key, Screen};
use crate::words::{Args, Words};

/// The longest reference or id that is shown.
const ABOUT_GRAPHEMES_MAX: usize = 40;

pub(super) fn compose(event: &Event, words: &Words, site: &Url) -> Notice {
    let digest = Digest::of(event);
    let fact = |key: &str| event.audience.fact(key).unwrap_or_default();
    let title = match fact("pace") {
        "hourly" => "shop-digest-hourly",
        "daily" => "shop-digest-daily",
        _ => "shop-digest",
    };
    let args =
        Args::new().with("shop", clean::name(fact("shop"))).with_html("test", test_mark(event.mode.as_str(), words));
    let mut lines = vec![words.tell(title, &args)];
    for ((kind, currency), sum) in &digest.sums {
        let Some(kind) = EventType::from_name(kind) else { continue };
        let name = words.say(&label(kind));
        lines.push(match currency.as_str() {
            "" => format!("{name}: {}", sum.count),
            currency => format!("{name}: {} · <b>{}</b>", sum.count, words.amount(sum.minor, currency)),
        });
    }
    lines.push(String::new());
    lines.push(words.say("shop-digest-lines"));
    for line in &digest.lines {
        let about = clean::line(&line.about, ABOUT_GRAPHEMES_MAX).unwrap_or_else(|| "–".to_owned());
        let about = teloxide::utils::html::escape(&about);
        let name = words.say(&label(line.kind));
        lines.push(match line.currency.as_str() {
            "" => format!("• {name}: <code>{about}</code>"),
            currency => format!("• {name}: {} · <code>{about}</code>", words.amount(line.minor, currency)),
        });
    }
    let settings = Key::press(words.say("key-settings"), Press::Setting(Setting::Category(Category::Shop)));
    let screen =
        Screen::text(lines.join("\n")).row(page_key(words.say("key-shop-open"), site, "merchant")).row([settings]);
    Notice::new(screen, Follow::Aside)
}

/// The id of what a kind of event is called.
fn label(kind: EventType) -> String {
    format!("digest-{}", kind.in_texts())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aviso_core::language::Language;
    use aviso_core::merchant::digest::Topic;

    #[test]
    fn everything_that_members_are_told_of_has_a_name() {
        for kind in EventType::ALL.iter().filter(|kind| Topic::of(**kind).is_some()) {
            for language in Language::ALL {
                assert_ne!(Words::of(language).say(&label(*kind)), label(*kind), "{language:?}");
            }
        }
    }
}

//! `/settings`: what a person is told, how and when. One message, changed in place.

use aviso_core::account::Account;
use aviso_core::delivery::ChannelKind;
use aviso_core::preference::{
    Category, ChannelState, Choice, MATRIX_CHANNELS, MinuteOfDay, PreferenceError, QuietHours, Settings, TimeZone,
};

use super::{register, say};
use crate::callback::{Menu, Press, Setting};
use crate::clean;
use crate::conversation::{self, State};
use crate::notice::page_key;
use crate::person::Person;
use crate::router::{Handling, HandlingError, Pressed};
use crate::screen::{Key, Screen};
use crate::start::Desk;
use crate::words::{Args, Words};

/// Quiet hours that have a button, in minutes; any others are set on the web page.
const OFFERED: [(i32, i32); 4] = [(21 * 60, 9 * 60), (22 * 60, 8 * 60), (23 * 60, 7 * 60), (0, 8 * 60)];
/// Time zones offered after a city was named.
const ZONES_MAX: usize = 6;
/// An answer of a mail server is shown up to here.
const ANSWER_GRAPHEMES_MAX: usize = 120;

/// `/settings`.
pub(super) async fn show(desk: &Desk, person: &Person) -> Handling {
    let Some(account) = &person.account else {
        return register::begin(desk, person, Some(&person.words.say("no-account"))).await;
    };
    let screen = all(desk, person, account).await?;
    say(desk, person, screen).await
}

/// A button of the settings.
pub(super) async fn press(
    desk: &Desk,
    person: &Person,
    pressed: &Pressed,
    setting: Setting,
) -> Result<Option<String>, HandlingError> {
    let Some(account) = &person.account else { return Ok(Some(person.words.say("toast-outdated"))) };
    let preferences = desk.services.accounts.preferences();
    let words = &person.words;
    let mut toast = None;
    let screen = match setting {
        Setting::All => all(desk, person, account).await?,
        Setting::Category(category) => one(desk, words, account, category).await?,
        Setting::Choose(choice) => {
            match preferences.choose(account.id, choice).await {
                Ok(_) => {}
                Err(PreferenceError::LastChannel(_)) => toast = Some(words.say("toast-last-channel")),
                Err(error) => return Err(error.into()),
            }
            one(desk, words, account, choice.category).await?
        }
        Setting::QuietHours => quiet_hours(account, words),
        Setting::SetQuiet(quiet) => {
            preferences.set_quiet(account.id, quiet).await?;
            all(desk, person, account).await?
        }
        Setting::TimeZone => {
            conversation::enter(&desk.services.memory, person, State::TimeZone).await?;
            Screen::text(words.say("ask-time-zone"))
                .row([Key::press(words.say("key-back"), Press::Setting(Setting::All))])
        }
        Setting::SetTimeZone(zone) => {
            preferences.set_time_zone(account.id, zone).await?;
            conversation::leave(&desk.services.memory, person).await?;
            all(desk, person, account).await?
        }
        Setting::TryMail => {
            desk.services.accounts.ask_confirmation(account.id).await?;
            let args = Args::new().with("email", aviso_core::account::email::mask(&account.email));
            Screen::text(words.tell("mail-tried", &args))
        }
    };
    desk.api.replace(person.chat_id(), pressed.message_id, &screen).await?;
    Ok(toast)
}

/// What a person wrote when the time zone was asked for.
pub(crate) async fn zone_given(desk: &Desk, person: &Person, text: &str) -> Handling {
    let words = &person.words;
    let found = TimeZone::search(text, ZONES_MAX);
    if found.is_empty() {
        let args = Args::new().with("text", clean::name(text));
        return say(desk, person, Screen::text(words.tell("time-zone-unknown", &args))).await;
    }
    let now = desk.services.clock.now();
    let screen = found.into_iter().fold(Screen::text(words.say("choose-time-zone")), |screen, zone| {
        let label = format!("{zone} · {}", zone.local_time(now));
        screen.row([Key::press(label, Press::Setting(Setting::SetTimeZone(zone)))])
    });
    say(desk, person, screen).await
}

async fn all(desk: &Desk, person: &Person, account: &Account) -> Result<Screen, HandlingError> {
    let words = &person.words;
    let settings = desk.services.accounts.preferences().of(account.id).await?;
    let habits = &settings.habits;
    let mut lines = vec![words.say("settings-title")];
    lines.extend(Category::ALL.iter().map(|category| {
        let args = Args::new()
            .with_html("name", words.say(&name_id(*category)))
            .with_html("how", how(&settings, *category, words));
        words.tell("settings-line", &args)
    }));
    lines.push(String::new());
    let now = desk.services.clock.now();
    let zone = Args::new().with("zone", habits.time_zone.name()).with("time", habits.time_zone.local_time(now));
    lines.push(words.tell("settings-zone", &zone));
    lines.push(match habits.quiet {
        Some(quiet) => {
            let args = Args::new().with("from", quiet.from().to_string()).with("until", quiet.until().to_string());
            words.tell("settings-quiet", &args)
        }
        None => words.say("settings-quiet-none"),
    });
    let dead = mail_line(&settings, words);
    lines.extend(dead.clone().map(|line| format!("\n{line}")));
    let keys =
        Category::ALL.chunks(2).fold(Screen::text(lines.join("\n")), |screen, pair| {
            screen.row(pair.iter().map(|category| {
                Key::press(words.say(&name_id(*category)), Press::Setting(Setting::Category(*category)))
            }))
        });
    let try_mail = dead.map(|_| Key::press(words.say("key-try-mail"), Press::Setting(Setting::TryMail)));
    Ok(keys
        .row([
            Key::press(words.say("key-quiet"), Press::Setting(Setting::QuietHours)),
            Key::press(words.say("key-zone"), Press::Setting(Setting::TimeZone)),
        ])
        .row([Key::press(words.say("key-language"), Press::Menu(Menu::Language))])
        .row(try_mail)
        .row(page_key(words.say("key-account"), &desk.site, "account/notifications")))
}

fn name_id(category: Category) -> String {
    format!("category-{}", category.as_str())
}

/// The channels of a category in words.
fn how(settings: &Settings, category: Category, words: &Words) -> String {
    let wanted = MATRIX_CHANNELS.into_iter().filter(|channel| settings.habits.matrix.wants(category, *channel));
    let named: Vec<String> = wanted.map(|channel| words.say(how_id(channel))).collect();
    if named.is_empty() { words.say("settings-how-none") } else { named.join(", ") }
}

const fn how_id(channel: ChannelKind) -> &'static str {
    match channel {
        ChannelKind::Telegram => "settings-how-chat",
        ChannelKind::Inbox => "settings-how-inbox",
        ChannelKind::Email | ChannelKind::Webhook => "settings-how-mail",
    }
}

fn mail_line(settings: &Settings, words: &Words) -> Option<String> {
    let ChannelState::Dead { since, answer } = &settings.email else { return None };
    let answer = answer.as_deref().and_then(|text| clean::line(text, ANSWER_GRAPHEMES_MAX));
    let args = Args::new().with("since", words.moment(*since)).with("answer", answer.unwrap_or_else(|| "–".to_owned()));
    Some(words.tell("settings-mail-dead", &args))
}

async fn one(desk: &Desk, words: &Words, account: &Account, category: Category) -> Result<Screen, HandlingError> {
    let settings = desk.services.accounts.preferences().of(account.id).await?;
    let mut html =
        format!("<b>{}</b>\n{}", words.say(&name_id(category)), words.say(&format!("{}.hint", name_id(category))));
    if category.is_mandatory() {
        html.push_str("\n\n");
        html.push_str(&words.say("settings-mandatory"));
    }
    let keys = MATRIX_CHANNELS.map(|channel| {
        let on = settings.habits.matrix.wants(category, channel);
        let mark = if on { "✓" } else { "–" };
        let label = format!("{mark} {}", words.say(channel_id(channel)));
        Key::press(label, Press::Setting(Setting::Choose(Choice { category, channel, on: !on })))
    });
    Ok(Screen::text(html).row(keys).row([Key::press(words.say("key-back"), Press::Setting(Setting::All))]))
}

const fn channel_id(channel: ChannelKind) -> &'static str {
    match channel {
        ChannelKind::Telegram => "channel-telegram",
        ChannelKind::Inbox => "channel-inbox",
        ChannelKind::Email | ChannelKind::Webhook => "channel-email",
    }
}

fn quiet_hours(account: &Account, words: &Words) -> Screen {
    let args = Args::new().with("zone", account.time_zone.name());
    let offered = OFFERED.into_iter().filter_map(|(from, until)| {
        QuietHours::new(MinuteOfDay::from_minutes(from)?, MinuteOfDay::from_minutes(until)?)
    });
    let keys: Vec<Key> = offered
        .map(|quiet| {
            let mark = if account.quiet == Some(quiet) { "✓ " } else { "" };
            let label = format!("{mark}{} – {}", quiet.from(), quiet.until());
            Key::press(label, Press::Setting(Setting::SetQuiet(Some(quiet))))
        })
        .collect();
    let none = Key::press(words.say("key-quiet-none"), Press::Setting(Setting::SetQuiet(None)));
    keys.chunks(2)
        .fold(Screen::text(words.tell("choose-quiet", &args)), |screen, pair| screen.row(pair.to_vec()))
        .row([none, Key::press(words.say("key-back"), Press::Setting(Setting::All))])
}

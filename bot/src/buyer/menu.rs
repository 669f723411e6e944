//! Language, help, privacy.

use aviso_core::language::Language;

use crate::callback::Press;
use crate::command::{Command, StaffCommand};
use crate::notice::page_key;
use crate::person::Person;
use crate::screen::{Key, Screen};
use crate::start::Desk;

/// The choice of languages, each named in itself.
pub(super) fn languages(person: &Person) -> Screen {
    Screen::text(person.words.say("choose-language")).row(language_keys())
}

pub(super) fn language_keys() -> [Key; 3] {
    Language::ALL.map(|language| Key::press(language.name(), Press::Language(language)))
}

/// The commands, and for staff those of their role.
pub(super) fn help(person: &Person) -> Screen {
    let words = &person.words;
    let line = |name: &str| format!("/{name} – {}", words.say(&format!("command-{name}")));
    let mut lines = vec![words.say("help-title")];
    lines.extend(Command::ALL.iter().map(|command| line(command.as_str())));
    if let Some(member) = &person.staff {
        lines.push(String::new());
        lines.push(words.say("help-staff"));
        let theirs = StaffCommand::ALL.iter().filter(|command| command.role() <= member.role);
        lines.extend(theirs.map(|command| words.say(&format!("usage-{}", command.as_str()))));
    }
    lines.push(String::new());
    lines.push(words.say("help-contact"));
    Screen::text(lines.join("\n"))
}

/// What becomes of one's data.
pub(super) fn privacy(desk: &Desk, person: &Person) -> Screen {
    let words = &person.words;
    Screen::text(words.say("privacy")).row(page_key(words.say("key-account"), &desk.site, "account"))
}

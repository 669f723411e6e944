//! `/broadcast`: a message to everybody who asked for news. It is made held: staff see it in each language and
//! for how many people it is, and let it go by a button. The same message then shows how far it is.

use std::time::Duration;

use aviso_core::clock::Timestamp;
use aviso_core::delivery::Lane;
use aviso_core::id::BroadcastId;
use aviso_core::language::Language;
use aviso_core::preference::{
    Broadcast, BroadcastError, BroadcastState, NewBroadcast, News, NewsError, NewsText, Progress, ProgressMessage,
    SHOWN_TO_THE_END,
};
use tokio_util::sync::CancellationToken;

use super::Shift;
use crate::callback::{BroadcastOrder, Press};
use crate::command::StaffCommand;
use crate::fault::Fault;
use crate::notice::news_shown;
use crate::router::{Handling, HandlingError, Pressed};
use crate::screen::{Key, Screen};
use crate::start::Desk;
use crate::words::{Args, Words};

/// How often the message about a broadcast is changed.
const FOLLOW_EVERY: Duration = Duration::from_secs(3);

/// What was typed: `/broadcast name [language] [time]`, then `[en]`, `[es]` and `[ru]` on lines of their own, each
/// followed by a title and a text.
struct Typed<'a> {
    name: &'a str,
    language: Option<Language>,
    not_before: Option<Timestamp>,
    texts: Vec<(Language, NewsText)>,
}

/// `None` when it is not understood.
fn read(args: &str) -> Option<Typed<'_>> {
    let (first, rest) = args.split_once('\n').unwrap_or((args, ""));
    let mut words = first.split_whitespace();
    let mut typed = Typed { name: words.next()?, language: None, not_before: None, texts: Vec::new() };
    for word in words {
        match (Language::from_code(word), word.parse()) {
            (Some(language), _) => typed.language = Some(language),
            (None, Ok(at)) => typed.not_before = Some(at),
            (None, Err(_)) => return None,
        }
    }
    for line in rest.lines() {
        let heading = line.trim().strip_prefix('[').and_then(|line| line.strip_suffix(']'));
        if let Some(language) = heading.and_then(Language::from_code) {
            typed.texts.push((language, NewsText { title: String::new(), text: String::new() }));
        } else if let Some((_, text)) = typed.texts.last_mut() {
            if text.title.is_empty() {
                line.trim().clone_into(&mut text.title);
            } else {
                text.text.push_str(line);
                text.text.push('\n');
            }
        } else if !line.trim().is_empty() {
            return None;
        }
    }
    Some(typed)
}

/// `/broadcast`: makes one, held, and shows it.
pub(super) async fn prepare(shift: &Shift<'_>, args: &str) -> Handling {
    let Some(typed) = read(args).filter(|typed| !typed.texts.is_empty()) else {
        return shift.usage(StaffCommand::Broadcast).await;
    };
    let text = |language| {
        let found = typed.texts.iter().find(|(of, _)| *of == language);
        found.map(|(_, text)| NewsText { title: text.title.clone(), text: text.text.trim().to_owned() })
    };
    let preferences = shift.services().accounts.preferences();
    let made = match News::new(typed.name, text) {
        Ok(news) => {
            let new = NewBroadcast { news, language: typed.language, not_before: typed.not_before, held: true };
            preferences.announce(&shift.actor(), &new).await
        }
        Err(error) => Err(error),
    };
    let broadcast = match made {
        Ok(broadcast) => broadcast,
        Err(NewsError::Store(error)) => return Err(error.into()),
        Err(error @ (NewsError::Name | NewsError::Text { .. } | NewsError::Taken)) => {
            let args = Args::new().with("error", error.to_string());
            return shift.say(&Screen::text(shift.words.tell("broadcast-wrong", &args))).await;
        }
    };
    for language in Language::ALL.into_iter().filter(|one| broadcast.language.is_none_or(|only| only == *one)) {
        let text = broadcast.news.text(language);
        let shown = news_shown(&text.title, &text.text, &Words::of(language));
        shift.say(&Screen::text(format!("<b>[{}]</b>\n{shown}", language.code()))).await?;
    }
    let progress = preferences.progress(&broadcast).await?;
    shift.say(&screen(&broadcast, progress, shift.words)).await
}

/// A button below it.
pub(super) async fn order(
    shift: &Shift<'_>,
    pressed: &Pressed,
    id: BroadcastId,
    order: BroadcastOrder,
) -> Result<Option<String>, HandlingError> {
    let (preferences, actor) = (shift.services().accounts.preferences(), shift.actor());
    let done = match order {
        BroadcastOrder::Go => preferences.hold_broadcast(&actor, id, false).await,
        BroadcastOrder::Hold => preferences.hold_broadcast(&actor, id, true).await,
        BroadcastOrder::Cancel => preferences.cancel_broadcast(&actor, id).await,
    };
    match done {
        Ok(()) => {}
        Err(BroadcastError::NotFound | BroadcastError::Over(_)) => return Ok(Some(shift.words.say("staff-stale"))),
        Err(BroadcastError::Store(error)) => return Err(error.into()),
    }
    let Some(broadcast) = preferences.broadcast(id).await? else { return Ok(Some(shift.words.say("staff-stale"))) };
    let shown = screen(&broadcast, preferences.progress(&broadcast).await?, shift.words);
    shift.replace(pressed, &shown).await?;
    if let Some(message_id) = pressed.message_id {
        let message = ProgressMessage { chat_id: shift.chat_id, message_id, text: shown.html };
        preferences.show_progress(id, &message).await?;
    }
    Ok(None)
}

/// Changes the messages about broadcasts that go on, until it is told to stop. What was shown is in the
/// database, so another process, or the next one, goes on with the same message.
pub(crate) async fn follow(desk: Desk, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = look(&desk).await {
            tracing::warn!(error = ?error, "the progress of broadcasts is not shown");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(FOLLOW_EVERY) => {}
        }
    }
}

async fn look(desk: &Desk) -> Handling {
    let preferences = desk.services.accounts.preferences();
    for broadcast in preferences.followed_broadcasts().await? {
        let Some(before) = &broadcast.progress else { continue };
        let progress = preferences.progress(&broadcast).await?;
        let member = desk.services.accounts.staff(before.chat_id).await?;
        let words = Words::of(member.map(|member| member.language).unwrap_or_default());
        let shown = screen(&broadcast, progress, &words);
        let is_over = broadcast.state.is_final() && progress.waiting == 0;
        if shown.html != before.text {
            let edited = desk.api.edit(Lane::Bulk, before.chat_id, before.message_id, &shown).await;
            match edited {
                Ok(()) => {}
                // Later; nobody waits for it.
                Err(Fault::Wait(_) | Fault::Passing { .. }) => continue,
                Err(fault) => tracing::debug!(%fault, broadcast = %broadcast.id, "a progress message was not changed"),
            }
        }
        let text = if is_over { SHOWN_TO_THE_END.to_owned() } else { shown.html };
        if text != before.text {
            preferences.show_progress(broadcast.id, &ProgressMessage { text, ..before.clone() }).await?;
        }
    }
    Ok(())
}

/// What the message shows: for how many, how far, and what may be done.
fn screen(broadcast: &Broadcast, progress: Progress, words: &Words) -> Screen {
    let args = Args::new()
        .with("name", broadcast.news.name())
        .with("language", broadcast.language.map_or_else(|| words.say("broadcast-all"), |only| only.code().to_owned()))
        .with("at", words.moment(broadcast.not_before))
        .with("people", progress.people.to_string())
        .with("written", progress.written.to_string())
        .with("sent", progress.sent.to_string())
        .with("waiting", progress.waiting.to_string())
        .with("failed", progress.failed.to_string())
        .with_html("state", words.say(&format!("broadcast-{}", broadcast.state.as_str())));
    let press = |label: &str, order| Key::press(words.say(label), Press::Broadcast(broadcast.id, order));
    let keys = match broadcast.state {
        BroadcastState::Paused => {
            let label = if progress.written == 0 { "key-broadcast-send" } else { "key-broadcast-resume" };
            vec![press(label, BroadcastOrder::Go), press("key-broadcast-cancel", BroadcastOrder::Cancel)]
        }
        BroadcastState::Running => vec![
            press("key-broadcast-pause", BroadcastOrder::Hold),
            press("key-broadcast-cancel", BroadcastOrder::Cancel),
        ],
        BroadcastState::Done | BroadcastState::Cancelled => Vec::new(),
    };
    Screen::text(words.tell("broadcast-card", &args)).row(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broadcast_is_read_as_staff_write_it() {
        let typed =
            read("autumn ru 2026-12-01T09:00:00Z\n\n[en]\nNews\nFirst.\n\nSecond.\n[ es ]\n[es]\nNoticias\nUno.")
                .unwrap();
        assert_eq!((typed.name, typed.language), ("autumn", Some(Language::Ru)));
        assert!(typed.not_before.is_some());
        assert_eq!(typed.texts.len(), 2);
        assert_eq!(typed.texts[0].1.title, "News");
        assert_eq!(typed.texts[0].1.text, "First.\n\nSecond.\n[ es ]\n");
        assert_eq!(typed.texts[1].0, Language::Es);
        for wrong in ["", "  ", "autumn tomorrow", "autumn\ntext without a language"] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }
}

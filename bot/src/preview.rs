//! A notice as a chat would show it, without sending it: for the page that lists every text.

use aviso_core::delivery::Job;
use url::Url;

use crate::notice;
use crate::screen::Screen;
use crate::words::Words;

/// A message and its buttons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Telegram's HTML: `<b>` and `<code>`, line breaks as they are, everything else escaped.
    pub html: String,
    /// The labels of the buttons, row by row.
    pub buttons: Vec<String>,
}

/// What a chat would see of a job: the message, and the short reply besides it where there is one.
/// Nothing for what chats are not told of.
#[must_use]
pub fn preview(job: &Job, site: &Url) -> Vec<Preview> {
    let Some(notice) = notice::compose(job, &Words::of(job.language), site) else { return Vec::new() };
    [Some(notice.screen), notice.reply].into_iter().flatten().map(of).collect()
}

fn of(screen: Screen) -> Preview {
    let buttons = screen.labels();
    Preview { html: screen.html, buttons }
}

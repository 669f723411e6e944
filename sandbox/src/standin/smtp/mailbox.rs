//! The mail that arrived, and the bell that rings when some does.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::fault::{self, Mishap, Scripted};
use super::mime::{self, Attachment};
use crate::standin::now;

const MAILS_MAX: usize = 20_000;

/// A message that was taken.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Counts from 1.
    pub id: u64,
    /// When it was taken.
    pub at: DateTime<Utc>,
    /// Envelope sender; empty for a bounce.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// Came over TLS.
    pub tls: bool,
    /// Who had logged in.
    pub user: Option<String>,
    /// The message as it travelled, dots unstuffed.
    pub raw: Vec<u8>,
    /// Headers in order, unfolded and with encoded words decoded.
    pub headers: Vec<(String, String)>,
    /// The subject, decoded.
    pub subject: String,
    /// The first `text/plain` part.
    pub text: Option<String>,
    /// The first `text/html` part.
    pub html: Option<String>,
    /// Everything else.
    pub attachments: Vec<Attachment>,
    /// `http(s)` addresses in the text, else in the `href`s of the HTML.
    pub links: Vec<String>,
}

impl Mail {
    /// The first header of a name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The envelope names this recipient, in any case.
    pub fn is_to(&self, address: &str) -> bool {
        self.to.iter().any(|to| to.eq_ignore_ascii_case(address))
    }
}

pub(crate) struct Envelope {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) tls: bool,
    pub(crate) user: Option<String>,
}

#[derive(Default)]
struct Kept {
    mails: VecDeque<Mail>,
    last_id: u64,
    scripted: Vec<Scripted>,
}

pub(crate) struct Mailbox {
    kept: Mutex<Kept>,
    changes: watch::Sender<u64>,
}

impl Mailbox {
    pub(crate) fn new() -> Self {
        Self { kept: Mutex::new(Kept::default()), changes: watch::Sender::new(0) }
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.lock().mails.iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        self.lock().mails.clear();
        self.ring();
    }

    pub(crate) fn script(&self, mishap: Mishap, times: u32) {
        self.lock().scripted.push(Scripted { mishap, times });
    }

    pub(crate) fn clear_script(&self) {
        self.lock().scripted.clear();
    }

    pub(crate) fn mishap(&self, fits: impl Fn(&Mishap) -> bool) -> Option<Mishap> {
        fault::take(&mut self.lock().scripted, fits)
    }

    /// Keeps a message and returns its id.
    pub(crate) fn keep(&self, envelope: Envelope, raw: Vec<u8>) -> u64 {
        let read = mime::read(&raw);
        let links = links_of(read.text.as_deref(), read.html.as_deref());
        let subject = read.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("subject"));
        let subject = subject.map(|(_, value)| value.clone()).unwrap_or_default();
        let mut kept = self.lock();
        kept.last_id += 1;
        let id = kept.last_id;
        kept.mails.push_back(Mail {
            id,
            at: now(),
            from: envelope.from,
            to: envelope.to,
            tls: envelope.tls,
            user: envelope.user,
            raw,
            headers: read.headers,
            subject,
            text: read.text,
            html: read.html,
            attachments: read.attachments,
            links,
        });
        while kept.mails.len() > MAILS_MAX {
            kept.mails.pop_front();
        }
        drop(kept);
        self.ring();
        id
    }

    fn ring(&self) {
        self.changes.send_modify(|version| *version += 1);
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn links_of(text: Option<&str>, html: Option<&str>) -> Vec<String> {
    let in_text = text.map(links_in_text).unwrap_or_default();
    if in_text.is_empty() { html.map(links_in_html).unwrap_or_default() } else { in_text }
}

fn links_in_text(text: &str) -> Vec<String> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'');
    let words = text.split(ends).filter_map(|word| word.find("http").map(|at| &word[at..]));
    let mut links = Vec::new();
    for word in words {
        let link = word.trim_end_matches(['.', ',', ';', ':', ')', ']', '!', '?']);
        let is_link = link.starts_with("http://") || link.starts_with("https://");
        if is_link && !links.iter().any(|known| known == link) {
            links.push(link.to_owned());
        }
    }
    links
}

fn links_in_html(html: &str) -> Vec<String> {
    let values = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    values
        .map(|value| value.replace("&amp;", "&"))
        .filter(|value| value.starts_with("http://") || value.starts_with("https://"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_without_the_punctuation_around_them() {
        let text = "Open (http://127.0.0.1:8080/confirm?t=a-b_c) or <https://x.test/>.\nhttpd is no link";
        assert_eq!(links_in_text(text), ["http://127.0.0.1:8080/confirm?t=a-b_c", "https://x.test/"]);
        assert_eq!(links_in_html("<a href=\"https://x.test/?a=1&amp;b=2\">"), ["https://x.test/?a=1&b=2"]);
    }
}

//! What the bank believes. Messages are known by type, trace number and time, so a repeated one gets
//! its first answer.

use std::collections::{HashMap, HashSet};

use aviso_acquirers::iso8583::message::Message;
use aviso_acquirers::iso8583::private::sub_field;

use super::effect;

/// Type, trace number and time of a message.
type Key = (String, String, String);

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Money reserved or taken.
    Authorization,
    /// Money given back.
    Refund,
}

/// Something that the bank did or refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// The last four digits of the card.
    pub last4: String,
    /// How much, in minor units.
    pub amount: i64,
    /// The response code.
    pub code: String,
    /// How much was taken.
    pub captured: i64,
    /// How much was given back.
    pub refunded: i64,
    /// What was not taken was released.
    pub is_void: bool,
    /// It was undone as if it had never been.
    pub is_reversed: bool,
    /// Where the payment stands that a refund is about.
    about: Option<usize>,
    declines_refunds: bool,
}

/// What to say: the response code, and an approval code when money was promised or moved.
pub(super) struct Said {
    pub(super) code: String,
    pub(super) approval: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Books {
    entries: Vec<Entry>,
    known: HashMap<Key, usize>,
    answers: HashMap<Key, (String, Option<String>)>,
    reversed_unseen: HashSet<Key>,
}

impl Books {
    pub(super) fn entries(&self) -> Vec<Entry> {
        self.entries.clone()
    }

    /// Acts on a message, or finds the answer that it had before.
    pub(super) fn hear(&mut self, message: &Message) -> Said {
        let text = |field| message.text(field).unwrap_or_default().to_owned();
        // A repeat differs in its type's last digit only.
        let kind = format!("{}0", &message.mti.as_str()[..3]);
        let key = (kind, text(11), text(7));
        if let Some((code, approval)) = self.answers.get(&key) {
            return Said { code: code.clone(), approval: approval.clone() };
        }
        let code = match (key.0.as_str(), text(3).starts_with("20")) {
            ("0200", true) => self.refund(&key, message),
            ("0100" | "0200", _) => self.authorize(&key, message),
            ("0220", _) => self.capture(message),
            ("0400", _) => self.void(message),
            ("0420", _) => self.undo(message),
            _ => "12".to_owned(),
        };
        let is_new = matches!(key.0.as_str(), "0100" | "0200") && code == "00";
        let approval = is_new.then(|| format!("{:06}", self.entries.len()));
        self.answers.insert(key, (code.clone(), approval.clone()));
        Said { code, approval }
    }

    fn authorize(&mut self, key: &Key, message: &Message) -> String {
        let pan = message.text(2).unwrap_or_default();
        let cvc_given = message.text(48).is_some_and(|private| sub_field(private, "92").is_some());
        let code = if self.reversed_unseen.contains(key) { "94" } else { effect::response_code(pan, cvc_given) };
        let amount = amount(message);
        let captured = if code == "00" && key.0 == "0200" { amount } else { 0 };
        self.known.insert(key.clone(), self.entries.len());
        self.entries.push(Entry {
            kind: Kind::Authorization,
            last4: pan.get(pan.len().saturating_sub(4)..).unwrap_or_default().to_owned(),
            amount,
            code: code.to_owned(),
            captured,
            refunded: 0,
            is_void: false,
            is_reversed: false,
            about: None,
            declines_refunds: pan == effect::REFUND_DECLINED,
        });
        code.to_owned()
    }

    fn refund(&mut self, key: &Key, message: &Message) -> String {
        let (amount, late) = (amount(message), self.reversed_unseen.contains(key));
        let Some(index) = self.original(message) else { return "25".to_owned() };
        let paid = &mut self.entries[index];
        let code = if late {
            "94"
        } else if paid.declines_refunds {
            "05"
        } else if paid.is_reversed || paid.captured - paid.refunded < amount {
            "13"
        } else {
            paid.refunded += amount;
            "00"
        };
        let entry = Entry { kind: Kind::Refund, amount, code: code.to_owned(), about: Some(index), ..paid.clone() };
        self.known.insert(key.clone(), self.entries.len());
        self.entries.push(Entry { captured: 0, refunded: 0, ..entry });
        code.to_owned()
    }

    fn capture(&mut self, message: &Message) -> String {
        let amount = amount(message);
        let code = match self.original(message).map(|index| &mut self.entries[index]) {
            Some(held) if held.code == "00" && !held.is_reversed && !held.is_void => {
                if held.captured + amount <= held.amount {
                    held.captured += amount;
                    "00"
                } else {
                    "13"
                }
            }
            Some(_) | None => "25",
        };
        code.to_owned()
    }

    fn void(&mut self, message: &Message) -> String {
        let stays = message.text(95).map_or(0, |text| text[..12].parse().unwrap_or(0));
        let code = match self.original(message).map(|index| &mut self.entries[index]) {
            Some(held) if held.code == "00" && held.amount == amount(message) && held.captured == stays => {
                held.is_void = true;
                "00"
            }
            Some(_) => "13",
            None => "25",
        };
        code.to_owned()
    }

    fn undo(&mut self, message: &Message) -> String {
        let Some(index) = self.original(message) else {
            self.reversed_unseen.extend(original_key(message));
            return "25".to_owned();
        };
        let undone = &mut self.entries[index];
        let (amount, about) = (undone.amount, undone.about);
        let counts = undone.code == "00" && !std::mem::replace(&mut undone.is_reversed, true);
        if let (true, Some(paid)) = (counts, about) {
            self.entries[paid].refunded -= amount;
        }
        "00".to_owned()
    }

    fn original(&self, message: &Message) -> Option<usize> {
        self.known.get(&original_key(message)?).copied()
    }
}

fn amount(message: &Message) -> i64 {
    message.text(4).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

fn original_key(message: &Message) -> Option<Key> {
    let data = message.text(90)?;
    Some((data[..4].to_owned(), data[4..10].to_owned(), data[10..20].to_owned()))
}

//! New messages.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::standin::now;
use crate::standin::telegram::body::{Params, Upload};
use crate::standin::telegram::checkout::Invoice;
use crate::standin::telegram::html::{self, Styled};
use crate::standin::telegram::keyboard::Markup;
use crate::standin::telegram::message::{Document, Message};
use crate::standin::telegram::refusal::{Outcome, Refusal};
use crate::standin::telegram::state::State;

const TEXT_UNITS_MAX: usize = 4096;
const CAPTION_UNITS_MAX: usize = 1024;
/// How long "typing…" is shown.
const TYPING: Duration = Duration::from_secs(5);

pub(crate) fn send_message(state: &mut State, params: &Params) -> Outcome {
    let styled = text_of(params)?;
    let chat_id = state.open_chat(params.chat())?;
    deliver(state, params, chat_id, styled, None, None)
}

pub(crate) fn send_document(state: &mut State, params: &Params) -> Outcome {
    let styled = styled(params, "caption")?;
    if html::utf16_len(&styled.text) > CAPTION_UNITS_MAX {
        return Err(Refusal::bad_request("message caption is too long"));
    }
    let chat_id = state.open_chat(params.chat())?;
    let document = match upload_of(params)? {
        Some(upload) => new_document(state, upload),
        None => known_document(state, params)?,
    };
    deliver(state, params, chat_id, styled, Some(document), None)
}

pub(crate) fn send_chat_action(state: &mut State, params: &Params) -> Outcome {
    const ACTIONS: [&str; 4] = ["typing", "upload_document", "upload_photo", "find_location"];
    let action = params.text("action").unwrap_or_default();
    if !ACTIONS.contains(&action.as_str()) {
        return Err(Refusal::bad_request("wrong parameter action in request"));
    }
    let chat_id = state.open_chat(params.chat())?;
    if let Some(chat) = state.chats.get_mut(&chat_id) {
        chat.typing_until = Some(Instant::now() + TYPING);
    }
    Ok(json!(true))
}

/// The checked `text` of a message.
pub(crate) fn text_of(params: &Params) -> Result<Styled, Refusal> {
    let styled = styled(params, "text")?;
    if styled.text.is_empty() {
        return Err(Refusal::bad_request("message text is empty"));
    }
    if html::utf16_len(&styled.text) > TEXT_UNITS_MAX {
        return Err(Refusal::bad_request("message is too long"));
    }
    Ok(styled)
}

fn styled(params: &Params, key: &str) -> Result<Styled, Refusal> {
    let raw = params.text(key).unwrap_or_default();
    match params.text("parse_mode").as_deref() {
        None | Some("") => {
            let mut styled = html::plain(&raw);
            let entities = if key == "text" { "entities" } else { "caption_entities" };
            if let Some(Value::Array(given)) = params.json(entities)? {
                styled.entities = given;
            }
            Ok(styled)
        }
        Some(mode) if mode.eq_ignore_ascii_case("html") => html::parse(&raw),
        // The product writes HTML only; the other modes are not imitated.
        Some(_) => Err(Refusal::bad_request("unsupported parse_mode")),
    }
}

/// The checked `reply_markup`.
pub(crate) fn markup_of(params: &Params) -> Result<Option<Markup>, Refusal> {
    match params.json("reply_markup")? {
        Some(raw) => Markup::parse(&raw),
        None => Ok(None),
    }
}

pub(super) fn deliver(
    state: &mut State,
    params: &Params,
    chat_id: i64,
    styled: Styled,
    document: Option<Document>,
    invoice: Option<Invoice>,
) -> Outcome {
    let markup = markup_of(params)?;
    let reply_to = reply_to(state, params, chat_id)?;
    state.limits.take(chat_id, Instant::now()).map_err(Refusal::too_many)?;
    let keyboard = apply(state, chat_id, markup);
    let message = Message {
        id: 0,
        sender: None,
        date: now().timestamp(),
        edit_date: None,
        text: styled.text,
        entities: styled.entities,
        keyboard,
        document,
        invoice,
        service: None,
        reply_to,
        protected: params.flag("protect_content"),
        deleted: false,
    };
    let id = state.store(chat_id, message);
    Ok(state.chats[&chat_id].messages.get(&id).map_or(Value::Null, |message| state.message_json(chat_id, message)))
}

/// Puts a reply keyboard in place; returns an inline one.
fn apply(
    state: &mut State,
    chat_id: i64,
    markup: Option<Markup>,
) -> Option<crate::standin::telegram::keyboard::Keyboard> {
    let chat = state.chats.entry(chat_id).or_default();
    match markup {
        Some(Markup::Inline(keyboard)) => return Some(keyboard),
        Some(Markup::Reply(rows)) => chat.reply_keyboard = rows,
        Some(Markup::Remove) => chat.reply_keyboard.clear(),
        Some(Markup::ForceReply) | None => {}
    }
    None
}

fn reply_to(state: &State, params: &Params, chat_id: i64) -> Result<Option<i64>, Refusal> {
    let parameters = params.json("reply_parameters")?;
    let wanted = parameters
        .as_ref()
        .and_then(|parameters| parameters.get("message_id")?.as_i64())
        .or_else(|| params.int("reply_to_message_id"));
    let Some(wanted) = wanted else { return Ok(None) };
    let there = state.chats[&chat_id].messages.get(&wanted).is_some_and(|message| !message.deleted);
    let may_be_missing = parameters
        .as_ref()
        .and_then(|parameters| parameters.get("allow_sending_without_reply")?.as_bool())
        .unwrap_or(false);
    match (there, may_be_missing) {
        (true, _) => Ok(Some(wanted)),
        (false, true) => Ok(None),
        (false, false) => Err(Refusal::bad_request("message to be replied not found")),
    }
}

fn upload_of(params: &Params) -> Result<Option<&Upload>, Refusal> {
    if let Some(upload) = params.files.get("document") {
        return Ok(Some(upload));
    }
    let named = params.text("document").unwrap_or_default();
    match named.strip_prefix("attach://") {
        Some(part) => match params.files.get(part) {
            Some(upload) => Ok(Some(upload)),
            None => Err(Refusal::bad_request("there is no document in the request")),
        },
        None if named.is_empty() => Err(Refusal::bad_request("there is no document in the request")),
        None => Ok(None),
    }
}

fn new_document(state: &mut State, upload: &Upload) -> Document {
    let file_id = state.keep_file(upload.bytes.clone());
    Document { file_id, name: upload.name.clone(), mime: upload.mime.clone(), size: upload.bytes.len() }
}

/// A document sent again by its `file_id`.
fn known_document(state: &State, params: &Params) -> Result<Document, Refusal> {
    let file_id = params.text("document").unwrap_or_default();
    state
        .chats
        .values()
        .flat_map(|chat| chat.messages.values())
        .find_map(|message| message.document.clone().filter(|document| document.file_id == file_id))
        .ok_or_else(|| Refusal::bad_request("wrong file identifier/HTTP URL specified"))
}

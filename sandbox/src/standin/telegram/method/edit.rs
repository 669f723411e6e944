//! Changing and removing messages.

use serde_json::{Value, json};

use super::send::{markup_of, text_of};
use crate::standin::now;
use crate::standin::telegram::body::Params;
use crate::standin::telegram::keyboard::{Keyboard, Markup};
use crate::standin::telegram::message::Message;
use crate::standin::telegram::refusal::{Outcome, Refusal};
use crate::standin::telegram::state::State;

const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply markup are \
     exactly the same as a current content and reply markup of the message";

pub(crate) fn edit_message_text(state: &mut State, params: &Params) -> Outcome {
    let styled = text_of(params)?;
    let keyboard = inline_of(params)?;
    change(state, params, |message| {
        if message.document.is_some() {
            return Err(Refusal::bad_request("there is no text in the message to edit"));
        }
        message.text = styled.text;
        message.entities = styled.entities;
        message.keyboard = keyboard;
        Ok(())
    })
}

pub(crate) fn edit_message_reply_markup(state: &mut State, params: &Params) -> Outcome {
    let keyboard = inline_of(params)?;
    change(state, params, |message| {
        message.keyboard = keyboard;
        Ok(())
    })
}

pub(crate) fn delete_message(state: &mut State, params: &Params) -> Outcome {
    let chat_id = state.open_chat(params.chat())?;
    let id = message_id(params)?;
    let message = state.chats.get_mut(&chat_id).and_then(|chat| chat.messages.get_mut(&id));
    match message.filter(|message| !message.deleted) {
        Some(message) => {
            message.deleted = true;
            Ok(json!(true))
        }
        None => Err(Refusal::bad_request("message to delete not found")),
    }
}

fn change(state: &mut State, params: &Params, edit: impl FnOnce(&mut Message) -> Result<(), Refusal>) -> Outcome {
    let chat_id = state.open_chat(params.chat())?;
    let id = message_id(params)?;
    let chat = state.chats.get_mut(&chat_id).ok_or_else(|| Refusal::bad_request("chat not found"))?;
    let message = chat
        .messages
        .get_mut(&id)
        .filter(|message| !message.deleted)
        .ok_or_else(|| Refusal::bad_request("message to edit not found"))?;
    if message.sender.is_some() {
        return Err(Refusal::bad_request("message can't be edited"));
    }
    let mut edited = message.clone();
    edit(&mut edited)?;
    let same =
        edited.text == message.text && edited.entities == message.entities && edited.keyboard == message.keyboard;
    if same {
        return Err(Refusal::bad_request(NOT_MODIFIED));
    }
    edited.edit_date = Some(now().timestamp());
    *message = edited.clone();
    Ok(state.message_json(chat_id, &edited))
}

fn inline_of(params: &Params) -> Result<Option<Keyboard>, Refusal> {
    match markup_of(params)? {
        Some(Markup::Inline(keyboard)) => Ok(Some(keyboard)),
        Some(Markup::Reply(_) | Markup::Remove | Markup::ForceReply) => {
            Err(Refusal::bad_request("inline keyboard expected"))
        }
        None => Ok(None),
    }
}

fn message_id(params: &Params) -> Result<i64, Refusal> {
    match params.fields.get("message_id") {
        None | Some(Value::Null) => Err(Refusal::bad_request("message identifier is not specified")),
        Some(_) => params.int("message_id").ok_or_else(|| Refusal::bad_request("MESSAGE_ID_INVALID")),
    }
}

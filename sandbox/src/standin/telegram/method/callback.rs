//! Answers to pressed buttons.

use serde_json::json;

use crate::standin::telegram::body::Params;
use crate::standin::telegram::refusal::{Outcome, Refusal};
use crate::standin::telegram::state::{CallbackAnswer, State};

const ANSWER_CHARS_MAX: usize = 200;
const ANSWERS_MAX: usize = 1_000;
const TOO_OLD: &str = "query is too old and response timeout expired or query ID is invalid";

pub(crate) fn answer_callback_query(state: &mut State, params: &Params) -> Outcome {
    let id = params.text("callback_query_id").unwrap_or_default();
    let text = params.text("text").unwrap_or_default();
    if text.chars().count() > ANSWER_CHARS_MAX {
        return Err(Refusal::bad_request("MESSAGE_TOO_LONG"));
    }
    let callback = state.callbacks.remove(&id).ok_or_else(|| Refusal::bad_request(TOO_OLD))?;
    if callback.pressed_at.elapsed() > state.callback_lifetime {
        return Err(Refusal::bad_request(TOO_OLD));
    }
    if state.answers.len() >= ANSWERS_MAX {
        state.answers.pop_front();
    }
    state.last_answer += 1;
    state.answers.push_back(CallbackAnswer {
        number: state.last_answer,
        user_id: callback.user_id,
        data: callback.data,
        text,
        alert: params.flag("show_alert"),
    });
    Ok(json!(true))
}

//! The bot itself: who it is, its commands, descriptions and menu buttons; and chats by id.

use serde_json::{Value, json};

use super::wanted_text;
use crate::standin::telegram::body::Params;
use crate::standin::telegram::refusal::{Outcome, Refusal};
use crate::standin::telegram::state::State;

pub(crate) fn get_me(state: &mut State, _: &Params) -> Outcome {
    let mut me = state.bot();
    me["can_join_groups"] = json!(true);
    me["can_read_all_group_messages"] = json!(false);
    me["supports_inline_queries"] = json!(false);
    me["can_connect_to_business"] = json!(false);
    me["has_main_web_app"] = json!(false);
    Ok(me)
}

/// `logOut` and `close`: accepted, and without effect.
pub(crate) fn close(_: &mut State, _: &Params) -> Outcome {
    Ok(json!(true))
}

pub(crate) fn get_chat(state: &mut State, params: &Params) -> Outcome {
    let not_found = || Refusal::bad_request("chat not found");
    let chat_id = params.chat().ok_or_else(not_found)?;
    if !state.chats.contains_key(&chat_id) {
        return Err(not_found());
    }
    let mut chat = state.chat_json(chat_id);
    chat["accent_color_id"] = json!(0);
    chat["max_reaction_count"] = json!(11);
    chat["accepted_gift_types"] = json!({
        "unlimited_gifts": true,
        "limited_gifts": true,
        "unique_gifts": true,
        "premium_subscription": true,
    });
    Ok(chat)
}

pub(crate) fn set_my_commands(state: &mut State, params: &Params) -> Outcome {
    const COMMANDS_MAX: usize = 100;
    let commands = params.json("commands")?.unwrap_or_else(|| json!([]));
    let list = commands.as_array().ok_or_else(|| Refusal::bad_request("can't parse commands"))?;
    if list.len() > COMMANDS_MAX {
        return Err(Refusal::bad_request("BOT_COMMANDS_TOO_MUCH"));
    }
    for command in list {
        check_command(command)?;
    }
    let key = commands_key(params)?;
    state.commands.insert(key, commands);
    Ok(json!(true))
}

pub(crate) fn get_my_commands(state: &mut State, params: &Params) -> Outcome {
    let key = commands_key(params)?;
    Ok(state.commands.get(&key).cloned().unwrap_or_else(|| json!([])))
}

pub(crate) fn delete_my_commands(state: &mut State, params: &Params) -> Outcome {
    let key = commands_key(params)?;
    state.commands.remove(&key);
    Ok(json!(true))
}

fn check_command(command: &Value) -> Result<(), Refusal> {
    let text_of = |key: &str| command.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = text_of("command").trim_start_matches('/');
    let is_name = (1..=32).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if !is_name {
        return Err(Refusal::bad_request("BOT_COMMAND_INVALID"));
    }
    let description = text_of("description").chars().count();
    if !(1..=256).contains(&description) {
        return Err(Refusal::bad_request("BOT_COMMAND_DESCRIPTION_INVALID"));
    }
    Ok(())
}

fn commands_key(params: &Params) -> Result<(String, String), Refusal> {
    let scope = params.json("scope")?.unwrap_or_else(|| json!({ "type": "default" }));
    let kind = scope.get("type").and_then(Value::as_str).unwrap_or("default");
    let part = |key: &str| match scope.get(key) {
        Some(Value::String(text)) => format!(":{text}"),
        Some(Value::Number(number)) => format!(":{number}"),
        _ => String::new(),
    };
    let scope = format!("{kind}{}{}", part("chat_id"), part("user_id"));
    Ok((scope, params.text("language_code").unwrap_or_default()))
}

pub(crate) fn set_chat_menu_button(state: &mut State, params: &Params) -> Outcome {
    let button = params.json("menu_button")?.unwrap_or_else(|| json!({ "type": "default" }));
    state.menu_buttons.insert(params.chat().unwrap_or(0), button);
    Ok(json!(true))
}

pub(crate) fn get_chat_menu_button(state: &mut State, params: &Params) -> Outcome {
    let button = state.menu_buttons.get(&params.chat().unwrap_or(0));
    Ok(button.cloned().unwrap_or_else(|| json!({ "type": "commands" })))
}

pub(crate) fn set_my_description(state: &mut State, params: &Params) -> Outcome {
    set_profile(state, params, "description", 512)
}

pub(crate) fn set_my_short_description(state: &mut State, params: &Params) -> Outcome {
    set_profile(state, params, "short_description", 120)
}

pub(crate) fn set_my_name(state: &mut State, params: &Params) -> Outcome {
    wanted_text(params, "name", "name must be non-empty")?;
    set_profile(state, params, "name", 64)
}

pub(crate) fn get_my_description(state: &mut State, params: &Params) -> Outcome {
    let key = profile_key(params, "description");
    Ok(json!({ "description": state.profile.get(&key).cloned().unwrap_or_default() }))
}

pub(crate) fn get_my_name(state: &mut State, _: &Params) -> Outcome {
    Ok(json!({ "name": state.bot()["first_name"] }))
}

fn set_profile(state: &mut State, params: &Params, what: &str, most: usize) -> Outcome {
    let text = params.text(what).unwrap_or_default();
    if text.chars().count() > most {
        return Err(Refusal::bad_request(format!("{what} is too long")));
    }
    state.profile.insert(profile_key(params, what), text);
    Ok(json!(true))
}

fn profile_key(params: &Params, what: &str) -> String {
    match params.text("language_code").filter(|tag| !tag.is_empty()) {
        Some(tag) => format!("{what}/{tag}"),
        None => what.to_owned(),
    }
}

//! The Bot API's methods: their names and who answers them.

mod callback;
mod edit;
mod file;
pub(crate) mod hook;
pub(crate) mod invoice;
mod profile;
mod send;

use super::body::Params;
use super::refusal::{Outcome, Refusal};
use super::state::State;

/// A method that is answered at once. `getUpdates` waits and is served apart.
type Method = fn(&mut State, &Params) -> Outcome;

const METHODS: [(&str, Method); 28] = [
    ("getMe", profile::get_me),
    ("setWebhook", hook::set_webhook),
    ("deleteWebhook", hook::delete_webhook),
    ("getWebhookInfo", hook::get_webhook_info),
    ("sendMessage", send::send_message),
    ("sendDocument", send::send_document),
    ("sendInvoice", invoice::send_invoice),
    ("answerPreCheckoutQuery", invoice::answer_pre_checkout_query),
    ("refundStarPayment", invoice::refund_star_payment),
    ("sendChatAction", send::send_chat_action),
    ("editMessageText", edit::edit_message_text),
    ("editMessageReplyMarkup", edit::edit_message_reply_markup),
    ("deleteMessage", edit::delete_message),
    ("answerCallbackQuery", callback::answer_callback_query),
    ("getFile", file::get_file),
    ("getChat", profile::get_chat),
    ("setMyCommands", profile::set_my_commands),
    ("getMyCommands", profile::get_my_commands),
    ("deleteMyCommands", profile::delete_my_commands),
    ("setChatMenuButton", profile::set_chat_menu_button),
    ("getChatMenuButton", profile::get_chat_menu_button),
    ("setMyDescription", profile::set_my_description),
    ("setMyShortDescription", profile::set_my_short_description),
    ("setMyName", profile::set_my_name),
    ("getMyDescription", profile::get_my_description),
    ("getMyName", profile::get_my_name),
    ("logOut", profile::close),
    ("close", profile::close),
];

/// The method of a name in any case.
pub(crate) fn find(name: &str) -> Option<(&'static str, Method)> {
    METHODS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).copied()
}

fn wanted_text(params: &Params, key: &str, complaint: &str) -> Result<String, Refusal> {
    params.text(key).ok_or_else(|| Refusal::bad_request(complaint))
}

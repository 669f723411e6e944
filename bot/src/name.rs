//! The bot's own name, asked for once: for commands that print deep links.

use aviso_core::secret::Secret;
use teloxide::requests::Requester;
use url::Url;

/// Telegram does not tell the bot's name. The reason holds no token.
#[derive(Debug, thiserror::Error)]
#[error("Telegram did not answer")]
pub struct Nameless(#[source] teloxide::RequestError);

/// Asks Telegram for the @username of the bot with this token, without the `@`.
///
/// # Errors
///
/// [`Nameless`] when Telegram is away or refuses the token.
pub async fn username(token: &Secret, api_url: Option<&Url>) -> Result<String, Nameless> {
    let mut bot = teloxide::Bot::new(token.expose());
    if let Some(url) = api_url {
        bot = bot.set_api_url(url.clone());
    }
    let me = bot.get_me().await.map_err(Nameless)?;
    Ok(me.username().to_owned())
}

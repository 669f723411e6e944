//! Scripted misfortune at the mail server.

/// Something that goes wrong, for as many times as it was scripted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// The connection is taken and nothing is said.
    SilentGreeting,
    /// The connection is closed instead of a greeting.
    CloseAtGreeting,
    /// `MAIL` is answered with this code.
    Sender(u16),
    /// `RCPT` to this address (in any case) is answered with this code, such as 450 or 550.
    Recipient(String, u16),
    /// `AUTH` is never answered.
    HangAtAuth,
    /// The message is read and never answered; it is not kept.
    HangAtData,
    /// The connection is closed in the middle of `DATA`.
    CloseAtData,
    /// The message is answered with this code, such as 451, 552 or 554, and is not kept.
    Data(u16),
    /// The message is kept, and the connection closes before the answer.
    LostAnswer,
}

#[derive(Debug)]
pub(crate) struct Scripted {
    pub(crate) mishap: Mishap,
    pub(crate) times: u32,
}

/// Takes the first mishap that fits.
pub(crate) fn take(scripted: &mut Vec<Scripted>, fits: impl Fn(&Mishap) -> bool) -> Option<Mishap> {
    scripted.retain(|scripted| scripted.times > 0);
    let found = scripted.iter_mut().find(|scripted| fits(&scripted.mishap))?;
    found.times -= 1;
    Some(found.mishap.clone())
}

/// The line for a code, with an enhanced status code as servers give one.
pub(crate) fn reply(code: u16) -> String {
    let text = match code {
        421 => "4.3.2 service shutting down",
        450 => "4.2.0 mailbox busy, try later",
        451 => "4.3.0 local error, try later",
        452 => "4.2.2 mailbox full, try later",
        535 => "5.7.8 authentication failed",
        550 => "5.1.1 no such user here",
        552 => "5.3.4 message too big",
        553 => "5.1.3 bad address",
        554 => "5.7.1 refused",
        400..=499 => "4.0.0 not now",
        _ => "5.0.0 no",
    };
    format!("{code} {text}")
}

//! One SMTP conversation: RFC 5321 with SIZE, 8BITMIME, PIPELINING, STARTTLS and AUTH.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;
use tokio::io::{AsyncRead, AsyncWrite};

use super::fault::{Mishap, reply};
use super::mailbox::{Envelope, Mailbox};
use super::wire::{Body, Line, Wire};
use super::{SmtpConfig, Tls};

const RECIPIENTS_MAX: usize = 100;
const MISTAKES_MAX: u32 = 20;

/// Why a conversation stopped.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Closed,
    /// The client wants TLS now.
    StartTls,
}

/// What is known of the client.
pub(crate) struct Session<'a> {
    pub(crate) config: &'a SmtpConfig,
    pub(crate) mailbox: &'a Mailbox,
    pub(crate) tls: bool,
    user: Option<String>,
    from: Option<String>,
    to: Vec<String>,
    mistakes: u32,
}

/// What a command leads to.
enum Next {
    Say(String),
    Read(Step),
    Stop(Ended, &'static str),
    /// Without a word.
    Close,
    Hang,
}

/// A command that needs more from the client.
enum Step {
    Data,
    AuthPlain,
    AuthLoginName,
    AuthLoginPassword(String),
}

impl<'a> Session<'a> {
    pub(crate) fn new(config: &'a SmtpConfig, mailbox: &'a Mailbox, tls: bool) -> Self {
        Self { config, mailbox, tls, user: None, from: None, to: Vec::new(), mistakes: 0 }
    }

    /// Talks until the client leaves.
    pub(crate) async fn converse<S>(&mut self, wire: &mut Wire<S>) -> io::Result<Ended>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        loop {
            let mut next = match wire.command().await? {
                Line::Text(line) => self.command(&line),
                Line::TooLong => self.mistake("500 5.5.2 line too long"),
                Line::End => return Ok(Ended::Closed),
            };
            while let Next::Read(step) = next {
                next = self.read(wire, step).await?;
            }
            match next {
                Next::Say(line) => wire.say(&line).await?,
                Next::Stop(ended, line) => {
                    wire.say(line).await?;
                    return Ok(ended);
                }
                Next::Close => return Ok(Ended::Closed),
                Next::Hang => std::future::pending::<()>().await,
                Next::Read(_) => {}
            }
        }
    }

    fn command(&mut self, line: &str) -> Next {
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        let argument = argument.trim();
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => self.ehlo(),
            "HELO" => self.greet("250 sandbox".to_owned()),
            "STARTTLS" if self.offers_tls() => Next::Stop(Ended::StartTls, "220 2.0.0 go ahead"),
            "STARTTLS" => self.mistake("502 5.5.1 not offered"),
            "AUTH" => self.auth(argument),
            "MAIL" => self.mail(argument),
            "RCPT" => self.recipient(argument),
            "DATA" => self.data(),
            "RSET" => self.greet("250 2.0.0 forgotten".to_owned()),
            "NOOP" => Next::Say("250 2.0.0 yes".to_owned()),
            "VRFY" => Next::Say("252 2.1.5 send some mail".to_owned()),
            "QUIT" => Next::Stop(Ended::Closed, "221 2.0.0 bye"),
            _ => self.mistake("500 5.5.1 what?"),
        }
    }

    fn ehlo(&mut self) -> Next {
        let mut lines = vec!["sandbox".to_owned(), "PIPELINING".to_owned(), "8BITMIME".to_owned()];
        lines.push(format!("SIZE {}", self.config.size_max));
        lines.push("ENHANCEDSTATUSCODES".to_owned());
        if self.offers_tls() {
            lines.push("STARTTLS".to_owned());
        }
        if self.config.login.is_some() && (self.tls || self.config.tls != Tls::StartTlsRequired) {
            lines.push("AUTH PLAIN LOGIN".to_owned());
        }
        let last = lines.len() - 1;
        let numbered =
            lines.iter().enumerate().map(|(n, line)| format!("250{}{line}", if n == last { ' ' } else { '-' }));
        let text = numbered.collect::<Vec<_>>().join("\n");
        self.greet(text)
    }

    fn offers_tls(&self) -> bool {
        !self.tls && matches!(self.config.tls, Tls::StartTls | Tls::StartTlsRequired)
    }

    /// Starts a transaction over.
    fn greet(&mut self, line: String) -> Next {
        self.from = None;
        self.to.clear();
        Next::Say(line)
    }

    fn mail(&mut self, argument: &str) -> Next {
        if self.config.tls == Tls::StartTlsRequired && !self.tls {
            return Next::Say("530 5.7.0 must issue a STARTTLS command first".to_owned());
        }
        if self.config.login.is_some() && self.config.login_required && self.user.is_none() {
            return Next::Say("530 5.7.0 authentication required".to_owned());
        }
        let Some((address, parameters)) = path(argument, "FROM:") else {
            return self.mistake("501 5.5.4 MAIL FROM:<address>");
        };
        let size = parameters
            .split(' ')
            .find_map(|parameter| parameter.to_ascii_uppercase().strip_prefix("SIZE=")?.parse::<usize>().ok());
        if size.is_some_and(|size| size > self.config.size_max) {
            return Next::Say(reply(552));
        }
        if let Some(Mishap::Sender(code)) = self.mailbox.mishap(|mishap| matches!(mishap, Mishap::Sender(_))) {
            return Next::Say(reply(code));
        }
        self.to.clear();
        self.from = Some(address);
        Next::Say("250 2.1.0 ok".to_owned())
    }

    fn recipient(&mut self, argument: &str) -> Next {
        if self.from.is_none() {
            return self.mistake("503 5.5.1 MAIL first");
        }
        let Some((address, _)) = path(argument, "TO:").filter(|(address, _)| address.contains('@')) else {
            return self.mistake("501 5.1.3 RCPT TO:<address>");
        };
        let fits = |mishap: &Mishap| matches!(mishap, Mishap::Recipient(to, _) if to.eq_ignore_ascii_case(&address));
        if let Some(Mishap::Recipient(_, code)) = self.mailbox.mishap(fits) {
            return Next::Say(reply(code));
        }
        if self.to.len() >= RECIPIENTS_MAX {
            return Next::Say("452 4.5.3 too many recipients".to_owned());
        }
        self.to.push(address);
        Next::Say("250 2.1.5 ok".to_owned())
    }

    fn data(&mut self) -> Next {
        if self.to.is_empty() {
            return self.mistake("503 5.5.1 RCPT first");
        }
        Next::Read(Step::Data)
    }

    fn auth(&mut self, argument: &str) -> Next {
        if self.config.login.is_none() {
            return self.mistake("502 5.5.1 not offered");
        }
        if self.mailbox.mishap(|mishap| *mishap == Mishap::HangAtAuth).is_some() {
            return Next::Hang;
        }
        let (mechanism, initial) = argument.split_once(' ').unwrap_or((argument, ""));
        match (mechanism.to_ascii_uppercase().as_str(), initial) {
            ("PLAIN", "") => Next::Read(Step::AuthPlain),
            ("PLAIN", initial) => self.check_plain(initial),
            ("LOGIN", "") => Next::Read(Step::AuthLoginName),
            ("LOGIN", initial) => Next::Read(Step::AuthLoginPassword(decode(initial))),
            _ => self.mistake("504 5.5.4 PLAIN or LOGIN"),
        }
    }

    async fn read<S>(&mut self, wire: &mut Wire<S>, step: Step) -> io::Result<Next>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let prompt = match &step {
            Step::Data => return self.read_message(wire).await,
            Step::AuthPlain => "334 ",
            Step::AuthLoginName => "334 VXNlcm5hbWU6",
            Step::AuthLoginPassword(_) => "334 UGFzc3dvcmQ6",
        };
        wire.say(prompt).await?;
        let Line::Text(line) = wire.command().await? else { return Ok(Next::Close) };
        if line == "*" {
            return Ok(Next::Say("501 5.7.0 cancelled".to_owned()));
        }
        Ok(match step {
            Step::AuthLoginName => Next::Read(Step::AuthLoginPassword(decode(&line))),
            Step::AuthLoginPassword(name) => self.check_login(&name, &decode(&line)),
            Step::AuthPlain | Step::Data => self.check_plain(&line),
        })
    }

    async fn read_message<S>(&mut self, wire: &mut Wire<S>) -> io::Result<Next>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if self.mailbox.mishap(|mishap| *mishap == Mishap::CloseAtData).is_some() {
            return Ok(Next::Close);
        }
        wire.say("354 go on").await?;
        let body = wire.body(self.config.size_max).await?;
        let envelope = Envelope {
            from: self.from.take().unwrap_or_default(),
            to: std::mem::take(&mut self.to),
            tls: self.tls,
            user: self.user.clone(),
        };
        let raw = match body {
            Body::Whole(raw) => raw,
            Body::TooBig => return Ok(Next::Say(reply(552))),
            Body::Cut => return Ok(Next::Close),
        };
        let at_end = |mishap: &Mishap| matches!(mishap, Mishap::HangAtData | Mishap::Data(_) | Mishap::LostAnswer);
        match self.mailbox.mishap(at_end) {
            Some(Mishap::HangAtData) => return Ok(Next::Hang),
            Some(Mishap::Data(code)) => return Ok(Next::Say(reply(code))),
            Some(_) => {
                self.mailbox.keep(envelope, raw);
                return Ok(Next::Close);
            }
            None => {}
        }
        let id = self.mailbox.keep(envelope, raw);
        Ok(Next::Say(format!("250 2.0.0 queued as {id}")))
    }

    fn check_plain(&mut self, encoded: &str) -> Next {
        let decoded = decode(encoded);
        let mut parts = decoded.split('\0').skip(1);
        match (parts.next(), parts.next()) {
            (Some(name), Some(password)) => self.check_login(name, password),
            _ => self.mistake("501 5.5.2 not authzid NUL authcid NUL passwd"),
        }
    }

    fn check_login(&mut self, name: &str, password: &str) -> Next {
        let Some((right_name, right_password)) = &self.config.login else {
            return Next::Say(reply(535));
        };
        let right = right_name.as_bytes().ct_eq(name.as_bytes()) & right_password.as_bytes().ct_eq(password.as_bytes());
        if !bool::from(right) {
            return self.mistake(&reply(535));
        }
        self.user = Some(name.to_owned());
        Next::Say("235 2.7.0 welcome".to_owned())
    }

    fn mistake(&mut self, line: &str) -> Next {
        self.mistakes += 1;
        if self.mistakes >= MISTAKES_MAX {
            return Next::Stop(Ended::Closed, "421 4.7.0 too many mistakes");
        }
        Next::Say(line.to_owned())
    }
}

/// `FROM:<a@b> SIZE=1` → (`a@b`, `SIZE=1`).
fn path(argument: &str, keyword: &str) -> Option<(String, String)> {
    let head = argument.get(..keyword.len())?;
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let rest = argument[keyword.len()..].trim_start().strip_prefix('<')?;
    let (address, parameters) = rest.split_once('>')?;
    Some((address.to_owned(), parameters.trim().to_owned()))
}

fn decode(encoded: &str) -> String {
    let bytes = STANDARD.decode(encoded.trim()).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

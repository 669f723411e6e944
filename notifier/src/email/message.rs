//! The message: headers and parts around a letter.

use std::time::{Duration, SystemTime};

use aviso_core::clock::Timestamp;
use aviso_core::id::DeliveryId;
use aviso_core::merchant::logo::{Logo, LogoFormat};
use aviso_core::secret::Keyring;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use super::config::{BounceConfig, MailConfig, MailConfigError};
use super::dkim::Signer;
use super::return_path::ReturnPath;
use crate::compose::{Letter, PICTURE_ID};

/// Bytes ready to send, and what is needed to send them.
#[derive(Debug)]
pub(crate) struct Sealed {
    /// The delivery, which names the file of the `file` transport.
    pub(crate) delivery: DeliveryId,
    /// Envelope sender.
    pub(crate) from: Address,
    /// The one recipient.
    pub(crate) to: Address,
    /// `<dlv_…@domain>`: the same for each attempt, so that a repeat is recognisable.
    pub(crate) message_id: String,
    /// Headers and body, signed.
    pub(crate) bytes: Vec<u8>,
}

/// Puts letters into messages from one sender.
#[derive(Debug)]
pub(crate) struct Envelopes {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    signer: Signer,
    return_path: Option<ReturnPath>,
}

impl Envelopes {
    /// Reads sender and keys.
    ///
    /// # Errors
    ///
    /// [`MailConfigError`] names the key of the configuration that is wrong.
    pub(crate) fn open(config: &MailConfig, keyring: &Keyring) -> Result<Self, MailConfigError> {
        let signer = config.dkim.as_ref().map(Signer::open).transpose()?.unwrap_or_default();
        let bounces = config.bounces.as_ref().map(BounceConfig::checked_address).transpose()?;
        let return_path = bounces.map(|address| ReturnPath::new(&address, keyring.clone()));
        Ok(Self { from: config.sender()?, reply_to: config.answers()?, signer, return_path })
    }

    /// The signed message.
    ///
    /// # Errors
    ///
    /// lettre's error when the message cannot be built.
    pub(crate) fn seal(
        &self,
        delivery: DeliveryId,
        to: Address,
        letter: Letter,
        now: Timestamp,
    ) -> Result<Sealed, lettre::error::Error> {
        let message_id = format!("<{delivery}@{}>", self.from.email.domain());
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(letter.subject)
            .date(system_time(now))
            .message_id(Some(message_id.clone()))
            .raw_header(auto_submitted());
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        if let Some(url) = &letter.unsubscribe {
            builder = builder.raw_header(header("List-Unsubscribe", format!("<{url}>")));
            builder = builder.raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        let words = parts(letter.text, letter.html, letter.logo);
        let message = match letter.table {
            Some((name, bytes)) => {
                let kind = ContentType::parse("text/csv; charset=utf-8").expect("a media type as RFC 4180 writes it");
                builder
                    .multipart(MultiPart::mixed().multipart(words).singlepart(Attachment::new(name).body(bytes, kind)))
            }
            None => builder.multipart(words),
        }?;
        let bytes = self.signer.sign(&message);
        let own = self.return_path.as_ref().and_then(|paths| paths.of(delivery));
        let from = own.unwrap_or_else(|| self.from.email.clone());
        Ok(Sealed { delivery, from, to, message_id, bytes })
    }
}

/// A plain part and an HTML part; the shop's picture belongs to the HTML part, so that programs show it there
/// and list no attachment.
fn parts(text: String, html: String, logo: Option<Logo>) -> MultiPart {
    let Some(logo) = logo else { return MultiPart::alternative_plain_html(text, html) };
    let kind = match logo.format {
        LogoFormat::Png => "image/png",
        LogoFormat::Jpeg => "image/jpeg",
    };
    let kind = ContentType::parse(kind).expect("a media type");
    let picture = Attachment::new_inline(PICTURE_ID.to_owned()).body(logo.content, kind);
    let html = MultiPart::related().singlepart(SinglePart::html(html)).singlepart(picture);
    MultiPart::alternative().singlepart(SinglePart::plain(text)).multipart(html)
}

/// Tells vacation responders to stay silent (RFC 3834).
fn auto_submitted() -> HeaderValue {
    header("Auto-Submitted", "auto-generated".to_owned())
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn system_time(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(at.as_micros()).unwrap_or(0))
}

/// The address as a relay without SMTPUTF8 takes it: an international domain in its ASCII form.
pub(crate) fn address(text: &str) -> Option<Address> {
    let (user, domain) = text.trim().rsplit_once('@')?;
    let domain = match url::Host::parse(domain).ok()? {
        url::Host::Domain(domain) => domain,
        url::Host::Ipv4(_) | url::Host::Ipv6(_) => return None,
    };
    Address::new(user, domain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_or_refused() {
        assert_eq!(address(" ana@example.com ").unwrap().to_string(), "ana@example.com");
        assert_eq!(address("ana@пример.рф").unwrap().domain(), "xn--e1afmkfd.xn--p1ai");
        for wrong in ["", "ana", "@example.com", "ana@", "a b@example.com", "ana@exa mple.com", "ana@127.0.0.1"] {
            assert!(address(wrong).is_none(), "{wrong}");
        }
        assert!(address("ana@example.com\r\nBcc: eve@example.com").is_none());
        assert!(address("ana\r\nRCPT TO:<eve@example.com>@example.com").is_none());
    }
}

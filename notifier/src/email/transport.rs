//! Where letters go, with one hard limit on the time that an attempt may take.

use std::time::Duration;

use tokio::time::timeout;

use super::config::{MailConfig, MailConfigError, MailTransport};
use super::folder::Folder;
use super::message::Sealed;
use super::relay::{Refusal, Relay};

/// Why an attempt failed.
#[derive(Debug)]
pub(crate) enum SendError {
    /// The relay said no or went away.
    Relay(Refusal),
    /// The file could not be written.
    Folder(std::io::Error),
    /// The limit was reached. The letter may have been taken.
    TimedOut(Duration),
}

/// A relay or a folder.
#[derive(Debug)]
pub(crate) struct Transport {
    road: Road,
    limit: Duration,
}

#[derive(Debug)]
enum Road {
    Relay(Relay),
    Folder(Folder),
}

impl Transport {
    /// The transport that the configuration describes.
    ///
    /// # Errors
    ///
    /// [`MailConfigError`] names the key of the configuration that is wrong.
    pub(crate) fn open(config: &MailConfig) -> Result<Self, MailConfigError> {
        let road = match config.transport {
            MailTransport::Smtp => Road::Relay(Relay::open(config)?),
            MailTransport::File => Road::Folder(Folder::open(config)?),
        };
        Ok(Self { road, limit: config.limit()? })
    }

    /// The same with a limit in milliseconds, which the configuration cannot express.
    #[cfg(test)]
    pub(crate) fn with_limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// Sends a letter; gives what the relay said. lettre bounds only connecting, so the whole
    /// attempt is bounded here.
    ///
    /// # Errors
    ///
    /// [`SendError`].
    pub(crate) async fn send(&self, sealed: &Sealed) -> Result<String, SendError> {
        timeout(self.limit, self.road.send(sealed)).await.unwrap_or(Err(SendError::TimedOut(self.limit)))
    }
}

impl Road {
    async fn send(&self, sealed: &Sealed) -> Result<String, SendError> {
        match self {
            Self::Relay(relay) => relay.hand_over(sealed).await.map_err(SendError::Relay),
            Self::Folder(folder) => {
                folder.put(sealed).await.map_err(SendError::Folder)?;
                Ok("written".to_owned())
            }
        }
    }
}

//! What mail servers report after they took a letter: read from a maildir that the operator points to.
//!
//! Each file is read once and moved: what was understood into `cur`, everything else into `aside`, with a
//! line in the log. A report is believed only when it came to a return path of ours, which names the letter.

mod report;

use std::path::{Path, PathBuf};
use std::time::Duration;

use aviso_core::delivery::{DeliveryLog, Heard, MailReport};
use aviso_core::id::DeliveryId;
use aviso_core::secret::Keyring;
use aviso_core::store::StoreError;
use tokio::fs;
use tokio_util::sync::CancellationToken;

use crate::email::config::{MailConfig, MailConfigError};
use crate::email::return_path::ReturnPath;

/// How often the folder is looked into.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Files of one look.
const FILES_MAX: usize = 200;
/// Larger files are no reports.
const BYTES_MAX: u64 = 1_024 * 1_024;

/// A maildir in which reports arrive.
#[derive(Debug, Clone)]
pub struct Bounces {
    folder: PathBuf,
    paths: ReturnPath,
    deliveries: DeliveryLog,
}

/// What became of a file.
enum Fate {
    /// It was understood.
    Done,
    /// It says nothing that we could use.
    Aside(&'static str),
}

impl Bounces {
    /// The folder that the configuration names, if it names one.
    ///
    /// # Errors
    ///
    /// [`MailConfigError`] when it is no maildir.
    pub fn open(
        config: &MailConfig,
        keyring: Keyring,
        deliveries: DeliveryLog,
    ) -> Result<Option<Self>, MailConfigError> {
        let Some(bounces) = &config.bounces else { return Ok(None) };
        let paths = ReturnPath::new(&bounces.checked_address()?, keyring);
        let Some(folder) = bounces.folder.clone() else { return Ok(None) };
        if !folder.join("new").is_dir() {
            return Err(MailConfigError::Invalid {
                key: "mail.bounces.folder",
                expected: "a maildir: a folder with `new` in it",
            });
        }
        for part in ["cur", "aside"] {
            let path = folder.join(part);
            std::fs::create_dir_all(&path).map_err(|source| MailConfigError::Unusable {
                key: "mail.bounces.folder",
                path,
                source,
            })?;
        }
        Ok(Some(Self { folder, paths, deliveries }))
    }

    /// Reads reports until it is told to stop.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = self.look().await {
                tracing::error!(error = ?error, "reports about letters were not read");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// One look. Files that cannot be taken down now stay for the next one.
    async fn look(&self) -> Result<(), StoreError> {
        for file in self.files().await {
            let fate = self.take(&file).await?;
            let Some(name) = file.file_name() else { continue };
            let target = match fate {
                Fate::Done => {
                    let mut name = name.to_owned();
                    name.push(":2,S");
                    self.folder.join("cur").join(name)
                }
                Fate::Aside(why) => {
                    tracing::warn!(file = ?name, why, "a file among the reports about letters was set aside");
                    self.folder.join("aside").join(name)
                }
            };
            metrics::counter!("aviso_mail_reports_total", "fate" => fate.name()).increment(1);
            if let Err(error) = fs::rename(&file, &target).await
                && error.kind() != std::io::ErrorKind::NotFound
            {
                tracing::error!(file = ?name, %error, "a report about a letter cannot be moved; it is read again");
            }
        }
        Ok(())
    }

    /// The files that wait, in the order of their names.
    async fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        match fs::read_dir(self.folder.join("new")).await {
            Ok(mut entries) => {
                while let Ok(Some(entry)) = entries.next_entry().await {
                    // Links and folders are not for us.
                    if entry.file_type().await.is_ok_and(|kind| kind.is_file()) {
                        found.push(entry.path());
                    }
                    if found.len() >= FILES_MAX {
                        break;
                    }
                }
            }
            Err(error) => tracing::error!(%error, "the folder of reports about letters cannot be read"),
        }
        found.sort();
        found
    }

    async fn take(&self, file: &Path) -> Result<Fate, StoreError> {
        let Some((delivery, report)) = (match read(file).await {
            Ok(bytes) => report::read(&bytes, &self.paths),
            Err(why) => return Ok(Fate::Aside(why)),
        }) else {
            return Ok(Fate::Aside("it is no report about a letter of ours"));
        };
        self.take_down(delivery, &report).await
    }

    async fn take_down(&self, delivery: DeliveryId, report: &MailReport) -> Result<Fate, StoreError> {
        let kind = report.kind.as_str();
        match self.deliveries.heard_of_mail(delivery, report).await {
            Ok(Heard::New) => {
                tracing::info!(%delivery, kind, status = report.status, "a mail server reported about a letter");
                Ok(Fate::Done)
            }
            Ok(Heard::Known) => Ok(Fate::Done),
            Ok(Heard::NoDelivery) => Ok(Fate::Aside("its letter is not in the log any more")),
            // Another try would end in the same way.
            Err(error @ (StoreError::Unreadable { .. } | StoreError::Violated { .. } | StoreError::Statement(_))) => {
                tracing::error!(%delivery, error = ?error, "a report about a letter was not taken down");
                Ok(Fate::Aside("the database does not take it"))
            }
            Err(error) => Err(error),
        }
    }
}

impl Fate {
    const fn name(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Aside(_) => "aside",
        }
    }
}

async fn read(file: &Path) -> Result<Vec<u8>, &'static str> {
    let size = fs::metadata(file).await.map_err(|_| "it cannot be read")?.len();
    if size > BYTES_MAX {
        return Err("it is too large");
    }
    fs::read(file).await.map_err(|_| "it cannot be read")
}

//! The `file` transport: one `.eml` file for each delivery, for rehearsals and tests.

use std::path::{Path, PathBuf};

use super::config::{MailConfig, MailConfigError};
use super::message::Sealed;

const KEY: &str = "mail.file_dir";

/// A folder that receives letters.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder, created when it is missing.
    ///
    /// # Errors
    ///
    /// [`MailConfigError`] when it is not set or cannot be created.
    pub(crate) fn open(config: &MailConfig) -> Result<Self, MailConfigError> {
        let expected = "a folder for .eml files, with transport file";
        let path = config.file_dir.clone().ok_or(MailConfigError::Missing { key: KEY, expected })?;
        std::fs::create_dir_all(&path).map_err(|source| MailConfigError::Unusable {
            key: KEY,
            path: path.clone(),
            source,
        })?;
        Ok(Self { path })
    }

    /// Writes the letter. A repeat replaces the file; a reader never sees half of one.
    ///
    /// # Errors
    ///
    /// The file system's error.
    pub(crate) async fn put(&self, sealed: &Sealed) -> std::io::Result<()> {
        let part = self.file(sealed, "part");
        tokio::fs::write(&part, &sealed.bytes).await?;
        tokio::fs::rename(&part, self.file(sealed, "eml")).await
    }

    fn file(&self, sealed: &Sealed, extension: &str) -> PathBuf {
        Path::join(&self.path, format!("{}.{extension}", sealed.delivery))
    }
}

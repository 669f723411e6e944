//! The private PostgreSQL server, seen from outside: its programs, settings and processor time.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::process;

/// One database of the server, by its URL.
#[derive(Debug, Clone)]
pub(crate) struct Postgres {
    url: String,
    programs: PathBuf,
}

impl Postgres {
    /// The server behind a URL.
    ///
    /// # Errors
    ///
    /// When its programs are not installed.
    pub(crate) fn at(url: &str) -> anyhow::Result<Self> {
        let installed = std::fs::read_dir("/usr/lib/postgresql").context("/usr/lib/postgresql cannot be read")?;
        let mut found: Vec<PathBuf> = installed.flatten().map(|entry| entry.path().join("bin")).collect();
        found.retain(|bin| bin.join("pgbench").exists());
        found.sort();
        let programs = found.pop().context("pgbench is in no /usr/lib/postgresql/*/bin")?;
        Ok(Self { url: url.to_owned(), programs })
    }

    /// One of the server's programs, ready to run on this database: its name must be the last argument.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.stdin(Stdio::null());
        command
    }

    /// The database's URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The only value of a query.
    ///
    /// # Errors
    ///
    /// When the server refuses it.
    pub(crate) fn ask(&self, sql: &str) -> anyhow::Result<String> {
        let output = self.command("psql").args(["-qAtX", "-c", sql, &self.url]).output().context("psql")?;
        if !output.status.success() {
            bail!("psql: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The settings that decide what a commit costs, on one line.
    ///
    /// # Errors
    ///
    /// When the server does not tell.
    pub(crate) fn settings(&self) -> anyhow::Result<String> {
        let mut line = format!("PostgreSQL {}", self.ask("SHOW server_version")?);
        for name in ["synchronous_commit", "fsync", "wal_sync_method", "full_page_writes", "shared_buffers"] {
            line += &format!(", {name}={}", self.ask(&format!("SHOW {name}"))?);
        }
        Ok(line)
    }

    /// How often the server synced its log; nothing when it does not count that.
    pub(crate) fn log_syncs(&self) -> Option<u64> {
        self.ask("SELECT wal_sync FROM pg_stat_wal").ok()?.parse().ok()
    }

    /// The id of the server's first process, the parent of all others.
    ///
    /// # Errors
    ///
    /// When the server's processes cannot be seen from here.
    pub(crate) fn postmaster(&self) -> anyhow::Result<u32> {
        // A background process: it outlives the question.
        let sql = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'";
        let pid = self.ask(sql)?.parse().context("the checkpointer has no process id")?;
        Ok(process::stat(pid)?.parent)
    }

    /// Writes everything out, so that the next measurement does not pay for the last one.
    ///
    /// # Errors
    ///
    /// When the server refuses.
    pub(crate) fn checkpoint(&self) -> anyhow::Result<()> {
        self.ask("CHECKPOINT").map(|_| ())
    }
}

//! How often the disk makes 4 KiB durable: the physical limit of commits one after the other.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;

const BLOCK: usize = 4096;
/// 16 MiB, as much as SQLite's write-ahead log holds.
const BLOCKS: u64 = 4096;
const LASTS: Duration = Duration::from_secs(2);

/// Writes of 4 KiB, each followed by `fdatasync`, per second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Disk {
    /// Into a file that was written before.
    pub(crate) overwriting_per_second: f64,
    /// At the end of a file that grows.
    pub(crate) growing_per_second: f64,
}

/// Measures the disk under a folder, four seconds long.
///
/// # Errors
///
/// When a file cannot be written.
pub(crate) fn measure(folder: &Path) -> anyhow::Result<Disk> {
    let open = |name: &str| {
        let path = folder.join(name);
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(&path);
        file.with_context(|| format!("{} cannot be written", path.display()))
    };
    let written = open("sync-overwriting")?;
    written.write_all_at(&vec![0xA5; BLOCK * BLOCKS as usize], 0).context("the file cannot be filled")?;
    written.sync_all().context("the file cannot be synced")?;
    Ok(Disk {
        overwriting_per_second: rate(&written, |turn| turn % BLOCKS)?,
        growing_per_second: rate(&open("sync-growing")?, |turn| turn)?,
    })
}

fn rate(file: &File, block_of: impl Fn(u64) -> u64) -> anyhow::Result<f64> {
    let began = Instant::now();
    let mut turn = 0;
    while began.elapsed() < LASTS {
        let fill = u8::try_from(turn % 251).expect("a remainder below 251");
        file.write_all_at(&[fill; BLOCK], block_of(turn) * BLOCK as u64).context("a block cannot be written")?;
        file.sync_data().context("a block cannot be synced")?;
        turn += 1;
    }
    Ok(turn as f64 / began.elapsed().as_secs_f64())
}

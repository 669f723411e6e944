//! Where and on what a run took place.

use std::path::Path;
use std::process::Command;

use anyhow::Context;

/// The machine, the commit and the binary.
#[derive(Debug)]
pub(crate) struct Machine {
    /// The commit; with `+` when the tree has changes.
    pub(crate) commit: String,
    /// What the processor calls itself.
    pub(crate) processor: String,
    /// Cores that this process may use.
    pub(crate) cores: usize,
    /// Bytes of memory.
    pub(crate) memory: u64,
    /// Processes that wanted a core during the last minute before the run: 0 when nothing else works here.
    pub(crate) load_before: f64,
    /// The kernel's release.
    pub(crate) kernel: String,
    /// Bytes of the release binary.
    pub(crate) binary: u64,
}

impl Machine {
    /// Looks.
    ///
    /// # Errors
    ///
    /// When the binary cannot be seen.
    pub(crate) fn look(program: &Path) -> anyhow::Result<Self> {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        let binary = std::fs::metadata(program).with_context(|| format!("{} cannot be seen", program.display()))?;
        let memory = field(&read("/proc/meminfo"), "MemTotal").trim_end_matches(" kB").parse::<u64>().unwrap_or(0);
        Ok(Self {
            commit: commit(),
            processor: field(&read("/proc/cpuinfo"), "model name"),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory: memory * 1024,
            load_before: read("/proc/loadavg").split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(f64::NAN),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            binary: binary.len(),
        })
    }
}

/// The value of the first line `name : value`.
fn field(text: &str, name: &str) -> String {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim() == name)
        .map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
}

fn commit() -> String {
    let Some(head) = git(&["rev-parse", "--short=12", "HEAD"]) else { return "unknown".to_owned() };
    match git(&["--no-optional-locks", "status", "--porcelain"]) {
        Some(changes) if changes.is_empty() => head,
        Some(_) | None => head + "+",
    }
}

fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(env!("CARGO_MANIFEST_DIR")).args(args).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let text = "model\t\t: 2\nmodel name\t: AMD EPYC\n";
        assert_eq!(field(text, "model name"), "AMD EPYC");
        assert_eq!(field(text, "bogomips"), "unknown");
    }
}

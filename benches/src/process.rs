//! What the kernel knows of a process: processor time, memory, relatives.

use anyhow::Context;

/// Milliseconds of one tick in `/proc/<pid>/stat`. `USER_HZ` is 100 on every Linux that Rust runs on.
const TICK_MS: u64 = 10;

/// Bytes of memory in a KiB of `/proc`.
const KIB: u64 = 1024;

/// What `/proc/<pid>/stat` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stat {
    /// The parent's id.
    pub(crate) parent: u32,
    /// Processor time of the process, in milliseconds.
    pub(crate) cpu_ms: u64,
    /// Processor time of its children that ended, in milliseconds.
    pub(crate) reaped_cpu_ms: u64,
}

/// Reads a process's figures.
///
/// # Errors
///
/// When there is no such process.
pub(crate) fn stat(pid: u32) -> anyhow::Result<Stat> {
    let path = format!("/proc/{pid}/stat");
    let text = std::fs::read_to_string(&path).with_context(|| format!("{path} cannot be read"))?;
    parse(&text).with_context(|| format!("{path} is not understood"))
}

fn parse(text: &str) -> Option<Stat> {
    // The name in parentheses may hold anything, spaces and parentheses too.
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
    Some(Stat {
        parent: u32::try_from(number(1)?).ok()?,
        cpu_ms: (number(11)? + number(12)?) * TICK_MS,
        reaped_cpu_ms: (number(13)? + number(14)?) * TICK_MS,
    })
}

/// A process's memory in bytes: resident now, and at its peak.
///
/// # Errors
///
/// When there is no such process.
pub(crate) fn memory(pid: u32) -> anyhow::Result<(u64, u64)> {
    let path = format!("/proc/{pid}/status");
    let text = std::fs::read_to_string(&path).with_context(|| format!("{path} cannot be read"))?;
    let line = |name: &str| {
        let value = text.lines().find_map(|line| line.strip_prefix(name))?;
        value.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * KIB)
    };
    line("VmRSS:").zip(line("VmHWM:")).with_context(|| format!("{path} names no memory"))
}

/// Processor time of a process and all of its children, those that ended included, in milliseconds.
///
/// # Errors
///
/// When there is no such process.
pub(crate) fn family_cpu_ms(parent: u32) -> anyhow::Result<u64> {
    let own = stat(parent)?;
    let mut sum = own.cpu_ms + own.reaped_cpu_ms;
    for entry in std::fs::read_dir("/proc").context("/proc cannot be read")?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // A process that ended meanwhile was reaped, and is in the next reading.
        if let Some(child) = stat(pid).ok().filter(|child| child.parent == parent) {
            sum += child.cpu_ms;
        }
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_parentheses_does_not_shift_the_fields() {
        let line = "42 (a (strange) name) S 7 42 42 0 -1 4194560 1 2 3 4 150 50 20 10 20 0 3 0 99";
        assert_eq!(parse(line), Some(Stat { parent: 7, cpu_ms: 2_000, reaped_cpu_ms: 300 }));
        assert_eq!(parse("42 (short) S 7"), None);
    }

    #[test]
    fn this_process_has_memory_and_a_parent() {
        let (now, peak) = memory(std::process::id()).unwrap();
        assert!(now > 0 && peak >= now);
        assert!(stat(std::process::id()).unwrap().parent > 0);
    }
}

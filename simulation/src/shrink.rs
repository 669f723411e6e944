//! Leaving out steps of a run that fails, while it still fails: what is left is what matters.

use std::collections::BTreeSet;

use crate::run::{Arena, Failure, Options};

/// The shortest failing run that is found from this one. It may fail in another way than the whole one.
/// Every try has a database of its own: what a failed run leaves behind would be in the way of the next.
///
/// # Errors
///
/// When a database cannot be made or used.
pub fn shrink(failure: Failure, options: Options) -> anyhow::Result<Failure> {
    let mut best = failure;
    loop {
        let before = best.without.len();
        // Many at once first: what follows the failure goes in one piece.
        let mut size = options.steps.div_ceil(2);
        while size > 0 {
            best = leave_out(best, options, size)?;
            size /= 2;
        }
        if best.without.len() == before {
            return Ok(best);
        }
    }
}

/// Leaves out pieces of this many steps, from the end to the beginning.
fn leave_out(failure: Failure, options: Options, size: usize) -> anyhow::Result<Failure> {
    let mut best = failure;
    let left: Vec<usize> = (0..options.steps).filter(|step| !best.without.contains(step)).collect();
    for piece in left.rchunks(size) {
        let without: BTreeSet<usize> = best.without.iter().chain(piece).copied().collect();
        let report = Arena::in_memory()?.run_without(best.seed, options, &without)?;
        if report.failure.is_some() {
            best = Failure { without, report, ..best };
        }
    }
    Ok(best)
}

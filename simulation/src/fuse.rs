//! Death at a labelled place, in this process: the task that comes by is unwound, and whoever drives
//! the run then throws the whole simulated process away.
//!
//! Each run has a thread of its own and all its tasks stay on it, so the fuse is the thread's.

use std::cell::Cell;

use aviso_core::crash::{self, CrashAt, Point};

thread_local! {
    static FUSE: Cell<Option<CrashAt>> = const { Cell::new(None) };
    static BURNT: Cell<bool> = const { Cell::new(false) };
}

/// What a task is unwound with. No message is printed for it.
struct Death;

/// Lights a fuse: the work dies at this place.
pub(crate) fn light(at: CrashAt) {
    crash::call_at_every_point(pass);
    BURNT.set(false);
    FUSE.set(Some(at));
}

/// Puts the fuse out. `true` when it had burnt down.
pub(crate) fn put_out() -> bool {
    FUSE.set(None);
    BURNT.replace(false)
}

/// Whether the work died.
pub(crate) fn has_burnt() -> bool {
    BURNT.get()
}

fn pass(point: Point) {
    let Some(at) = FUSE.get().filter(|at| at.point == point) else { return };
    if at.pass > 1 {
        FUSE.set(Some(CrashAt { pass: at.pass - 1, ..at }));
        return;
    }
    FUSE.set(None);
    BURNT.set(true);
    std::panic::resume_unwind(Box::new(Death));
}

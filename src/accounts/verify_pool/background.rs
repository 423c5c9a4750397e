//! The place of a thread that computes, behind those that answer.
//!
//! # Why a slice of its own beside niceness
//! Rounds of a hash give way in turns (`hash::lanes::portions`). Who gives way forfeits the rest of its slice: with the
//! usual one of some milliseconds, two busy neighbours stopped all logins (Linux 6.18). Since Linux 6.12 a thread may ask
//! for a slice of its own: one turn leaves little to forfeit. `SCHED_IDLE` is no way out: it leaves programs of other
//! sessions waiting just as long.
//!
//! # Why there is unsafe code here
//! `sched_setattr` has no safe wrapper: it reads the structure that it is given, and only that.

use crate::hash::lanes::portions::TURN;

/// How much nicer than the threads that answer `/get_user`, health and metrics.
const NICENESS: i32 = 10;

/// Lets the threads that answer go before this one, which computes.
pub fn step_back() {
    if !has_stepped_back() {
        // A wish, like the first one: a system that refuses both only loses isolation.
        let _ = rustix::process::setpriority_process(None, NICENESS);
    }
}

/// Asks for both at once; kernels that know no slices of a thread's own leave that field alone.
fn has_stepped_back() -> bool {
    let wanted = libc::sched_attr {
        size: u32::try_from(size_of::<libc::sched_attr>()).unwrap_or(0),
        sched_policy: libc::SCHED_OTHER.unsigned_abs(),
        sched_flags: 0,
        sched_nice: NICENESS,
        sched_priority: 0,
        sched_runtime: u64::try_from(TURN.as_nanos()).unwrap_or(0),
        sched_deadline: 0,
        sched_period: 0,
    };
    #[expect(unsafe_code, reason = "the kernel reads `wanted`, which outlives the call; 0 is this thread")]
    let refused = unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const wanted, 0) };
    refused == 0
}

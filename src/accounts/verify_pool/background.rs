//! The place of a thread that computes, behind those that answer.
//!
//! # Why a long slice beside niceness
//! Niceness shares out time, not moments: a thread that wakes waits until the running one has had its slice, and the
//! kernel looks at that in ticks of up to 10 ms. Since Linux 6.12 a thread may ask for a slice of its own, and whoever
//! wakes with a shorter one goes first at once. A control group counts as the shortest slice in it, so this reaches the
//! database beside us as well. `SCHED_IDLE` does not, and a busy neighbour would stop logins altogether.
//!
//! # Why there is unsafe code here
//! `sched_setattr` has no safe wrapper: it reads the structure that it is given, and only that.

/// How much nicer than the threads that answer `/get_user`, health and metrics.
const NICENESS: i32 = 10;
/// The longest slice that the kernel grants, in nanoseconds.
const SLICE: u64 = 100_000_000;

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
        sched_runtime: SLICE,
        sched_deadline: 0,
        sched_period: 0,
    };
    #[expect(unsafe_code, reason = "the kernel reads `wanted`, which outlives the call; 0 is this thread")]
    let refused = unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const wanted, 0) };
    refused == 0
}

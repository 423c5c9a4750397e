//! System calls, by seccomp: those that nothing in here has any use for are refused with EPERM.
//!
//! # Why a list of the refused, and not of the allowed
//! A list of the allowed breaks with every release of libc, the runtime and the kernel, and always at night: a new
//! spelling of an old call would end the service. What an intruder wants is known and changes slowly: other programs,
//! other processes' memory, other name spaces, and the corners of the kernel that are mostly holes.
use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};
use std::collections::BTreeMap;

/// Refused whatever their arguments are.
const REFUSED: &[c_long] = &[
    // Other programs, and other processes' memory and files.
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    // Another user than the one who was started.
    libc::SYS_setuid,
    libc::SYS_setgid,
    libc::SYS_setreuid,
    libc::SYS_setregid,
    libc::SYS_setresuid,
    libc::SYS_setresgid,
    libc::SYS_setgroups,
    libc::SYS_setfsuid,
    libc::SYS_setfsgid,
    libc::SYS_capset,
    // File systems and name spaces.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_fsconfig,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_open_by_handle_at,
    libc::SYS_mknodat,
    libc::SYS_fanotify_init,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_acct,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    // The kernel itself.
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_reboot,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_vhangup,
    libc::SYS_personality,
    // Large corners that have been holes more often than others.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
];

/// The same on this architecture alone.
#[cfg(target_arch = "x86_64")]
const REFUSED_HERE: &[c_long] =
    &[libc::SYS_kexec_file_load, libc::SYS_mknod, libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_modify_ldt];
#[cfg(not(target_arch = "x86_64"))]
const REFUSED_HERE: &[c_long] = &[];

/// The x32 spelling of a call: a bit, and for some a number of their own (execve, ptrace, kexec_load, process_vm_readv,
/// process_vm_writev, execveat; Linux `syscall_64.tbl`). To the filter it is the same architecture.
const X32: c_long = 0x4000_0000;
const X32_ONLY: [c_long; 6] = [520, 521, 528, 539, 540, 545];

/// A thread is a clone; one in a name space of its own is the beginning of something else.
const NAME_SPACES: [u64; 7] = [
    0x0002_0000, // CLONE_NEWNS
    0x0200_0000, // CLONE_NEWCGROUP
    0x0400_0000, // CLONE_NEWUTS
    0x0800_0000, // CLONE_NEWIPC
    0x1000_0000, // CLONE_NEWUSER
    0x2000_0000, // CLONE_NEWPID
    0x4000_0000, // CLONE_NEWNET
];

/// Restricts this thread and those that it starts; how many calls are refused.
///
/// # Errors
/// Why nothing could be restricted.
pub fn restrict() -> Result<usize, String> {
    let architecture = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| error.to_string())?;
    let mut rules: BTreeMap<c_long, Vec<SeccompRule>> = BTreeMap::new();
    let refused = REFUSED.iter().chain(REFUSED_HERE).copied();
    let count = refused.clone().count();
    for call in refused {
        rules.insert(call, Vec::new());
        if architecture == TargetArch::x86_64 {
            rules.insert(call | X32, Vec::new());
        }
    }
    if architecture == TargetArch::x86_64 {
        rules.extend(X32_ONLY.map(|call| (call | X32, Vec::new())));
    }
    let name_spaces: Result<Vec<_>, _> = NAME_SPACES.iter().map(|flag| with_flag(*flag)).collect();
    rules.insert(libc::SYS_clone, name_spaces.map_err(|error| error.to_string())?);
    apply(rules, libc::EPERM, architecture)?;
    // Its flags are behind a pointer, where no filter can look. Told that there is no such call, libc takes `clone`.
    apply(BTreeMap::from([(libc::SYS_clone3, Vec::new())]), libc::ENOSYS, architecture)?;
    Ok(count)
}

fn with_flag(flag: u64) -> Result<SeccompRule, seccompiler::BackendError> {
    let condition = SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(flag), flag)?;
    SeccompRule::new(vec![condition])
}

fn apply(
    rules: BTreeMap<c_long, Vec<SeccompRule>>,
    answer: libc::c_int,
    architecture: TargetArch,
) -> Result<(), String> {
    let answer = SeccompAction::Errno(answer.unsigned_abs());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, answer, architecture);
    let program: BpfProgram = filter.and_then(TryInto::try_into).map_err(|error| error.to_string())?;
    seccompiler::apply_filter(&program).map_err(|error| error.to_string())
}

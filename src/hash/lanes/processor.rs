//! What this processor can do beyond the portable instructions, and the one place where that is made use of.
//!
//! # Why there is unsafe code here
//! A function that is compiled for more than every processor has may only be called where it has been looked up that
//! this one has it. That promise is all that the `unsafe` blocks of the lanes say: what they call is safe code, compiled
//! once more.
use std::sync::{
    LazyLock,
    atomic::{AtomicBool, Ordering},
};

/// The vectors that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vectors {
    /// What every processor of the architecture has.
    Portable,
    /// 256 bits (AVX2).
    Avx2,
    /// 512 bits (AVX-512 F, BW, DQ and VL).
    Avx512,
}

/// What kernels can choose by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Processor {
    /// The widest vectors.
    pub vectors: Vectors,
    /// Instructions for SHA-1 and SHA-256.
    pub sha: bool,
}

const PORTABLE: Processor = Processor { vectors: Vectors::Portable, sha: false };

static FOUND: LazyLock<Processor> = LazyLock::new(found);
static PORTABLE_ONLY: AtomicBool = AtomicBool::new(false);

/// What kernels may use now.
#[must_use]
pub fn processor() -> Processor {
    if PORTABLE_ONLY.load(Ordering::Relaxed) { PORTABLE } else { *FOUND }
}

/// Of what is wanted, what this processor has: so no caller can ask for more than that.
#[must_use]
pub fn within(wanted: Processor) -> Processor {
    Processor { vectors: wanted.vectors.min(FOUND.vectors), sha: wanted.sha && FOUND.sha }
}

/// From now on only portable instructions are used: to compare, and where a processor's extensions are not trusted.
pub fn use_portable_only(portable: bool) {
    PORTABLE_ONLY.store(portable, Ordering::Relaxed);
}

#[cfg(target_arch = "x86_64")]
fn found() -> Processor {
    let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("bmi2");
    let avx512 = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl");
    let vectors = match (avx2, avx512) {
        (true, true) => Vectors::Avx512,
        (true, false) => Vectors::Avx2,
        (false, _) => Vectors::Portable,
    };
    let sha =
        is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1") && is_x86_feature_detected!("ssse3");
    Processor { vectors, sha }
}

#[cfg(not(target_arch = "x86_64"))]
fn found() -> Processor {
    PORTABLE
}

/// Defines `$name`, which is `$portable` compiled once for each kind of vectors and run as the best that there is, or as
/// the best that `$most` allows.
///
/// `$portable` must be `#[inline(always)]`, as everything in its loop: what is not part of it stays portable.
macro_rules! for_each_vectors {
    ($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $output:ty = $portable:path) => {
        $(#[$doc])*
        fn $name($($argument: $type),*) -> $output {
            $crate::hash::lanes::processor::for_each_vectors! {
                fn at_most(at most processor; $($argument: $type),*) -> $output = $portable
            }
            at_most($crate::hash::lanes::processor::processor(), $($argument),*)
        }
    };
    (
        $(#[$doc:meta])*
        fn $name:ident(at most $most:ident; $($argument:ident: $type:ty),* $(,)?) -> $output:ty = $portable:path
    ) => {
        $(#[$doc])*
        fn $name($most: $crate::hash::lanes::processor::Processor, $($argument: $type),*) -> $output {
            #[cfg(target_arch = "x86_64")]
            {
                use $crate::hash::lanes::processor::{Vectors, within};
                #[target_feature(enable = "avx2,bmi1,bmi2")]
                fn avx2($($argument: $type),*) -> $output {
                    $portable($($argument),*)
                }
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi1,bmi2")]
                fn avx512($($argument: $type),*) -> $output {
                    $portable($($argument),*)
                }
                match within($most).vectors {
                    #[expect(unsafe_code, reason = "this processor has them: `within` looked")]
                    Vectors::Avx512 => return unsafe { avx512($($argument),*) },
                    #[expect(unsafe_code, reason = "this processor has them: `within` looked")]
                    Vectors::Avx2 => return unsafe { avx2($($argument),*) },
                    Vectors::Portable => {}
                }
            }
            #[cfg(not(target_arch = "x86_64"))]
            let _ = $most;
            $portable($($argument),*)
        }
    };
}
pub(super) use for_each_vectors;

//! The innermost step of EksBlowfish in the instructions of x86-64 with BMI1.
//!
//! # Why assembler
//! The compiler mixes the steps of several lanes, runs out of registers and waits for what it put aside: a third of all
//! that a core could verify. Written out, a step takes twelve instructions and two registers beside its own, five lanes
//! fit, and the processor overlaps them by itself.
//!
//! # Why it is sound
//! It reads only: round keys at fixed places, and words of four tables of 256 by indexes of one byte, all within the states
//! that are borrowed. A lane's step is only there where there is such a lane.
#![expect(clippy::inline_always, reason = "a call in the innermost step costs more than the step")]
use super::bcrypt::{Cipher, State};
use std::mem::{offset_of, size_of};

/// Where a control word of BEXTR begins, and that it takes eight bits: of the second and the third byte.
const SECOND_BYTE: u32 = 0x0808;
const THIRD_BYTE: u32 = 0x0810;

/// One step of one lane: `$into ^= P[$round] ^ F($from)`.
macro_rules! step {
    ($states:ident, $lane:literal, $round:expr, $from:expr, $into:expr) => {{
        const TABLES: usize = $lane * size_of::<State>() + offset_of!(State, s);
        #[expect(unsafe_code, reason = "reads within the states that are borrowed, as the module says")]
        unsafe {
            std::arch::asm!(
                "mov {sum:e}, {from:e}",
                "shr {sum:e}, 24",
                "bextr {byte:e}, {from:e}, {third:e}",
                "mov {sum:e}, dword ptr [{states} + {sum:r}*4 + {first_table}]",
                "add {sum:e}, dword ptr [{states} + {byte:r}*4 + {second_table}]",
                "bextr {byte:e}, {from:e}, {second:e}",
                "xor {into:e}, dword ptr [{states} + {key}]",
                "xor {sum:e}, dword ptr [{states} + {byte:r}*4 + {third_table}]",
                "movzx {byte:e}, {from:l}",
                "add {sum:e}, dword ptr [{states} + {byte:r}*4 + {fourth_table}]",
                "xor {into:e}, {sum:e}",
                states = in(reg) $states.as_ptr(),
                from = in(reg) $from,
                into = inout(reg) $into,
                second = in(reg) SECOND_BYTE,
                third = in(reg) THIRD_BYTE,
                sum = out(reg) _,
                byte = out(reg) _,
                first_table = const TABLES,
                second_table = const TABLES + 1024,
                third_table = const TABLES + 2048,
                fourth_table = const TABLES + 3072,
                key = const $lane * size_of::<State>() + offset_of!(State, p) + 4 * $round,
                options(readonly, nostack)
            );
        }
    }};
}

/// One round of up to five lanes.
macro_rules! round {
    ($states:ident, $round:expr, $from:ident, $into:ident) => {
        step!($states, 0, $round, $from[0], $into[0]);
        if N > 1 {
            step!($states, 1, $round, $from[1], $into[1]);
        }
        if N > 2 {
            step!($states, 2, $round, $from[2], $into[2]);
        }
        if N > 3 {
            step!($states, 3, $round, $from[3], $into[3]);
        }
        if N > 4 {
            step!($states, 4, $round, $from[4], $into[4]);
        }
    };
}

/// For at least one and at most five lanes, where the processor has BMI1.
pub struct Assembler;

impl Cipher for Assembler {
    #[inline(always)]
    fn encrypt<const N: usize>(states: &[State; N], mut left: [u32; N], mut right: [u32; N]) -> ([u32; N], [u32; N]) {
        const { assert!(0 < N && N <= 5, "there are steps for five lanes") };
        for (left, state) in left.iter_mut().zip(states) {
            *left ^= state.p[0];
        }
        macro_rules! both {
            ($($number:literal)*) => {$(
                round!(states, $number, left, right);
                round!(states, $number + 1, right, left);
            )*};
        }
        both!(1 3 5 7 9 11 13 15);
        for (right, state) in right.iter_mut().zip(states) {
            *right ^= state.p[17];
        }
        (right, left)
    }
}

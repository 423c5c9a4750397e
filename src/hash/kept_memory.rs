//! The memory that one verification after the other fills, kept by each thread that verifies.
//!
//! # Why it is kept
//! Memory that comes fresh from the system is zeroed by it page by page, and wiped when it goes back: a tenth of what an
//! argon2 hash takes, and one part in thirty of what scrypt does. What stays in it between two verifications is what the
//! algorithm left: no password can be read from it.
#[cfg(target_arch = "x86_64")]
use super::lanes::romix;
use std::{
    cell::{Cell, RefCell},
    thread::LocalKey,
};

type Kept<B> = RefCell<Vec<B>>;

thread_local! {
    static OF_ARGON2: Kept<::argon2::Block> = const { RefCell::new(Vec::new()) };
    static MOST_KEPT: Cell<usize> = const { Cell::new(0) };
}
#[cfg(target_arch = "x86_64")]
thread_local! {
    static OF_SCRYPT: Kept<romix::Block> = const { RefCell::new(Vec::new()) };
}

/// Lets this thread keep so many bytes; before that, and what is larger, goes back at once.
pub fn keep_at_most(bytes: u64) {
    MOST_KEPT.set(usize::try_from(bytes).unwrap_or(usize::MAX));
}

/// Lends so many blocks of 1 KiB, whatever is in them; `None` when there is not so much memory.
pub fn with_argon2_blocks<R>(count: usize, work: impl FnOnce(&mut [::argon2::Block]) -> R) -> Option<R> {
    // A thread keeps the memory of its last verification, and no other.
    #[cfg(target_arch = "x86_64")]
    OF_SCRYPT.take();
    lend(&OF_ARGON2, ::argon2::Block::new(), count, work)
}

/// Lends so many blocks of 64 bytes, whatever is in them; `None` when there is not so much memory.
#[cfg(target_arch = "x86_64")]
pub fn with_scrypt_blocks<R>(count: usize, work: impl FnOnce(&mut [romix::Block]) -> R) -> Option<R> {
    OF_ARGON2.take();
    lend(&OF_SCRYPT, romix::Block::ZERO, count, work)
}

fn lend<B: Clone, R>(
    kept: &'static LocalKey<Kept<B>>,
    fresh: B,
    count: usize,
    work: impl FnOnce(&mut [B]) -> R,
) -> Option<R> {
    kept.with_borrow_mut(|blocks| {
        if let Some(more) = count.checked_sub(blocks.len()).filter(|more| *more > 0) {
            blocks.try_reserve_exact(more).ok()?;
            blocks.resize(count, fresh);
        }
        let result = blocks.get_mut(..count).map(work);
        if blocks.len().saturating_mul(size_of::<B>()) > MOST_KEPT.get() {
            *blocks = Vec::new();
        }
        result
    })
}

/// Gives back what this thread keeps.
pub fn give_back() {
    OF_ARGON2.take();
    #[cfg(target_arch = "x86_64")]
    OF_SCRYPT.take();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> usize {
        OF_ARGON2.with_borrow(Vec::len)
    }

    #[test]
    fn a_thread_keeps_what_it_may_until_it_gives_it_back() {
        assert_eq!(with_argon2_blocks(8, |blocks| blocks.len()), Some(8));
        assert_eq!(kept(), 0, "nothing was allowed");
        keep_at_most(16 << 10);
        assert_eq!(with_argon2_blocks(16, |blocks| blocks.len()), Some(16));
        assert_eq!(with_argon2_blocks(3, |blocks| blocks.len()), Some(3));
        assert_eq!(kept(), 16);
        assert_eq!(with_argon2_blocks(17, |blocks| blocks.len()), Some(17));
        assert_eq!(kept(), 0);
        with_argon2_blocks(5, |_| ());
        give_back();
        assert_eq!(kept(), 0);
        assert_eq!(with_argon2_blocks(usize::MAX / 2048, |_| ()), None, "more than there is");
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn a_thread_keeps_one_kind_at_a_time() {
        keep_at_most(16 << 10);
        with_argon2_blocks(16, |_| ());
        assert_eq!(with_scrypt_blocks(256, |blocks| blocks.len()), Some(256));
        assert_eq!((kept(), OF_SCRYPT.with_borrow(Vec::len)), (0, 256));
        with_argon2_blocks(1, |_| ());
        assert_eq!((kept(), OF_SCRYPT.with_borrow(Vec::len)), (1, 0));
    }
}

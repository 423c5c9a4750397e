//! The memory that one verification after the other fills, kept by each thread that verifies.
//!
//! # Why it is kept
//! Memory that comes fresh from the system is zeroed by it page by page, a tenth of what an argon2 hash takes. What
//! stays in it between two verifications is what the algorithm left: no password can be read from it.
use ::argon2::Block;
use std::cell::{Cell, RefCell};

thread_local! {
    static BLOCKS: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
    static MOST_KEPT: Cell<usize> = const { Cell::new(0) };
}

/// Lets this thread keep so many bytes; before that, and what is larger, goes back at once.
pub fn keep_at_most(bytes: u64) {
    MOST_KEPT.set(usize::try_from(bytes).unwrap_or(usize::MAX) / Block::SIZE);
}

/// Lends so many blocks of 1 KiB, whatever is in them; `None` when there is not so much memory.
pub fn with_blocks<R>(count: usize, work: impl FnOnce(&mut [Block]) -> R) -> Option<R> {
    BLOCKS.with_borrow_mut(|blocks| {
        if let Some(more) = count.checked_sub(blocks.len()).filter(|more| *more > 0) {
            blocks.try_reserve_exact(more).ok()?;
            blocks.resize(count, Block::new());
        }
        let result = blocks.get_mut(..count).map(work);
        if count > MOST_KEPT.get() {
            *blocks = Vec::new();
        }
        result
    })
}

/// Gives back what this thread keeps.
pub fn give_back() {
    BLOCKS.take();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> usize {
        BLOCKS.with_borrow(Vec::len)
    }

    #[test]
    fn a_thread_keeps_what_it_may_until_it_gives_it_back() {
        assert_eq!(with_blocks(8, |blocks| blocks.len()), Some(8));
        assert_eq!(kept(), 0, "nothing was allowed");
        keep_at_most(16 << 10);
        assert_eq!(with_blocks(16, |blocks| blocks.len()), Some(16));
        assert_eq!(with_blocks(3, |blocks| blocks.len()), Some(3));
        assert_eq!(kept(), 16);
        assert_eq!(with_blocks(17, |blocks| blocks.len()), Some(17));
        assert_eq!(kept(), 0);
        with_blocks(5, |_| ());
        give_back();
        assert_eq!(kept(), 0);
        assert_eq!(with_blocks(usize::MAX / 2048, |_| ()), None, "more than there is");
    }
}

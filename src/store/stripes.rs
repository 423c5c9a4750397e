//! Whole keys shared out among several readers: the key space lies in stripes of a fixed width, and every stripe is one
//! reader's. It must never look at the rows: readers that begin at different times would draw different lines.

/// Keys of a stripe. A table of a million has sixty, so that eight readers have about as much to do each; a reader that
/// jumps over the stripes of the others asks once for each of its own.
pub const WIDTH: i128 = 16_384;

/// The stripes of one reader: every `of`th, from the stripe `index` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stripes {
    /// Which reader, from 0.
    pub index: u32,
    /// How many readers.
    pub of: u32,
}

impl Stripes {
    fn ahead(self, key: i128) -> i128 {
        let of = i128::from(self.of.max(1));
        (i128::from(self.index) - key.div_euclid(WIDTH)).rem_euclid(of)
    }

    /// Whether the key is this reader's.
    #[must_use]
    pub fn hold(self, key: i128) -> bool {
        self.ahead(key) == 0
    }

    /// The first key of this reader from this one on.
    #[must_use]
    pub fn from(self, key: i128) -> i128 {
        match self.ahead(key) {
            0 => key,
            stripes => key.div_euclid(WIDTH).saturating_add(stripes).saturating_mul(WIDTH),
        }
    }

    /// Keys from this one, which is the reader's, to the end of its stripe.
    #[must_use]
    pub fn rest(key: i128) -> i128 {
        WIDTH - key.rem_euclid(WIDTH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_key_is_one_readers(key in any::<i64>().prop_map(i128::from), of in 1_u32..=1000) {
            let holders = (0..of).filter(|index| Stripes { index: *index, of }.hold(key)).count();
            prop_assert_eq!(holders, 1);
        }

        #[test]
        fn a_jump_passes_no_key_of_its_reader(key in -200_000_i128..200_000, index in 0_u32..7, width in 1_i128..60_000) {
            let stripes = Stripes { index, of: 7 };
            let next = stripes.from(key);
            prop_assert!(next >= key && stripes.hold(next));
            let passed = (key + width.min(next - key)).min(next);
            prop_assert!(passed == next || !stripes.hold(passed));
            prop_assert!(stripes.hold(next + Stripes::rest(next) - 1));
            prop_assert!(!stripes.hold(next + Stripes::rest(next)));
        }
    }
}

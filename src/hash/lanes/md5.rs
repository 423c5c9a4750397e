//! MD5's compression function (RFC 1321) over N states at once.
#![expect(clippy::indexing_slicing, reason = "a word of a block is within 16, a lane within N")]
#![expect(clippy::inline_always, reason = "the caller is compiled for each kind of vectors, and this with it")]

/// The state before the first block.
pub const INITIAL: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// The constants of the steps: 2^32 times the sine of their number.
static K: [u32; 64] = [
    0xd76a_a478,
    0xe8c7_b756,
    0x2420_70db,
    0xc1bd_ceee,
    0xf57c_0faf,
    0x4787_c62a,
    0xa830_4613,
    0xfd46_9501,
    0x6980_98d8,
    0x8b44_f7af,
    0xffff_5bb1,
    0x895c_d7be,
    0x6b90_1122,
    0xfd98_7193,
    0xa679_438e,
    0x49b4_0821,
    0xf61e_2562,
    0xc040_b340,
    0x265e_5a51,
    0xe9b6_c7aa,
    0xd62f_105d,
    0x0244_1453,
    0xd8a1_e681,
    0xe7d3_fbc8,
    0x21e1_cde6,
    0xc337_07d6,
    0xf4d5_0d87,
    0x455a_14ed,
    0xa9e3_e905,
    0xfcef_a3f8,
    0x676f_02d9,
    0x8d2a_4c8a,
    0xfffa_3942,
    0x8771_f681,
    0x6d9d_6122,
    0xfde5_380c,
    0xa4be_ea44,
    0x4bde_cfa9,
    0xf6bb_4b60,
    0xbebf_bc70,
    0x289b_7ec6,
    0xeaa1_27fa,
    0xd4ef_3085,
    0x0488_1d05,
    0xd9d4_d039,
    0xe6db_99e5,
    0x1fa2_7cf8,
    0xc4ac_5665,
    0xf429_2244,
    0x432a_ff97,
    0xab94_23a7,
    0xfc93_a039,
    0x655b_59c3,
    0x8f0c_cc92,
    0xffef_f47d,
    0x8584_5dd1,
    0x6fa8_7e4f,
    0xfe2c_e6e0,
    0xa301_4314,
    0x4e08_11a1,
    0xf753_7e82,
    0xbd3a_f235,
    0x2ad7_d2bb,
    0xeb86_d391,
];

/// Adds a block of each lane, whose words are already read in little endian, to its state.
#[inline(always)]
pub fn compress<const N: usize>(state: &mut [[u32; N]; 4], block: &[[u32; N]; 16]) {
    let [mut a, mut b, mut c, mut d] = *state;
    // What is known before `b` is added first. The compiler would take the terms in an order of its own, in which a chain
    // that runs alone waits for each of them: a third of the whole.
    macro_rules! steps {
        ($f:ident: $($a:ident $b:ident $c:ident $d:ident $word:literal $turn:literal $constant:literal)*) => {$(
            for lane in 0..N {
                let early = $a[lane].wrapping_add(block[$word][lane]).wrapping_add(K[$constant]);
                let early = if N == 1 { std::hint::black_box(early) } else { early };
                $a[lane] = $f(early, $b[lane], $c[lane], $d[lane]).rotate_left($turn).wrapping_add($b[lane]);
            }
        )*};
    }
    steps!(f:
        a b c d 0 7 0
        d a b c 1 12 1
        c d a b 2 17 2
        b c d a 3 22 3
        a b c d 4 7 4
        d a b c 5 12 5
        c d a b 6 17 6
        b c d a 7 22 7
        a b c d 8 7 8
        d a b c 9 12 9
        c d a b 10 17 10
        b c d a 11 22 11
        a b c d 12 7 12
        d a b c 13 12 13
        c d a b 14 17 14
        b c d a 15 22 15
    );
    steps!(g:
        a b c d 1 5 16
        d a b c 6 9 17
        c d a b 11 14 18
        b c d a 0 20 19
        a b c d 5 5 20
        d a b c 10 9 21
        c d a b 15 14 22
        b c d a 4 20 23
        a b c d 9 5 24
        d a b c 14 9 25
        c d a b 3 14 26
        b c d a 8 20 27
        a b c d 13 5 28
        d a b c 2 9 29
        c d a b 7 14 30
        b c d a 12 20 31
    );
    steps!(h:
        a b c d 5 4 32
        d a b c 8 11 33
        c d a b 11 16 34
        b c d a 14 23 35
        a b c d 1 4 36
        d a b c 4 11 37
        c d a b 7 16 38
        b c d a 10 23 39
        a b c d 13 4 40
        d a b c 0 11 41
        c d a b 3 16 42
        b c d a 6 23 43
        a b c d 9 4 44
        d a b c 12 11 45
        c d a b 15 16 46
        b c d a 2 23 47
    );
    steps!(i:
        a b c d 0 6 48
        d a b c 7 10 49
        c d a b 14 15 50
        b c d a 5 21 51
        a b c d 12 6 52
        d a b c 3 10 53
        c d a b 10 15 54
        b c d a 1 21 55
        a b c d 8 6 56
        d a b c 15 10 57
        c d a b 6 15 58
        b c d a 13 21 59
        a b c d 4 6 60
        d a b c 11 10 61
        c d a b 2 15 62
        b c d a 9 21 63
    );
    for (words, sum) in state.iter_mut().zip([a, b, c, d]) {
        for lane in 0..N {
            words[lane] = words[lane].wrapping_add(sum[lane]);
        }
    }
}

#[inline(always)]
fn f(early: u32, b: u32, c: u32, d: u32) -> u32 {
    early.wrapping_add((b & (c ^ d)) ^ d)
}

/// The two halves have no bit in common: their sum is their union, and the first one is early.
#[inline(always)]
fn g(early: u32, b: u32, c: u32, d: u32) -> u32 {
    early.wrapping_add(!d & c).wrapping_add(d & b)
}

#[inline(always)]
fn h(early: u32, b: u32, c: u32, d: u32) -> u32 {
    early.wrapping_add(b ^ (c ^ d))
}

#[inline(always)]
fn i(early: u32, b: u32, c: u32, d: u32) -> u32 {
    early.wrapping_add(c ^ (b | !d))
}

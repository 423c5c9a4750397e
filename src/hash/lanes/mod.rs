//! Kernels that verify several hashes side by side in one thread.
//!
//! A chain of dependent table look-ups waits for the cache most of its time: independent chains wait together. Pure
//! functions over N states, safe Rust; each is tested lane by lane against a single implementation.
pub mod bcrypt;
mod pi;

use zeroize::Zeroizing;

/// Most lanes of one run: four bcrypt chains take little longer than one, and more would keep the first waiting.
pub const WIDTH: usize = 4;

/// One hash's work in a kernel.
pub enum Lane {
    /// bcrypt of this input at this cost.
    Bcrypt(bcrypt::Input, u32),
}

impl Lane {
    /// Whether two lanes can run side by side: the same kernel, equally long.
    #[must_use]
    pub fn fits(&self, other: &Self) -> bool {
        let (Self::Bcrypt(_, cost), Self::Bcrypt(_, other)) = (self, other);
        cost == other
    }
}

/// The outputs of lanes that fit each other, in their order.
#[must_use]
pub fn run(lanes: &[Lane]) -> Vec<Zeroizing<Vec<u8>>> {
    let Some(Lane::Bcrypt(_, cost)) = lanes.first() else { return Vec::new() };
    let inputs: Vec<&bcrypt::Input> = lanes.iter().map(|Lane::Bcrypt(input, _)| input).collect();
    let mut outputs = Vec::new();
    let mut rest = inputs.as_slice();
    let mut keep = |digests: &[[u8; 24]]| outputs.extend(digests.iter().map(|digest| Zeroizing::new(digest.to_vec())));
    while let Some((four, behind)) = rest.split_first_chunk::<4>() {
        keep(&bcrypt::bcrypt(*four, *cost));
        rest = behind;
    }
    match rest {
        [a, b, c] => keep(&bcrypt::bcrypt([*a, *b, *c], *cost)),
        [a, b] => keep(&bcrypt::bcrypt([*a, *b], *cost)),
        [a] => keep(&bcrypt::bcrypt([*a], *cost)),
        _ => {}
    }
    outputs
}

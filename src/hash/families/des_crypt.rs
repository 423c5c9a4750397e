//! DES as crypt(3) uses it: traditional, BSDi's extended, bigcrypt and Ultrix' crypt16.
//!
//! # Why a DES of its own
//! The salt exchanges bits inside each round, which no cipher crate offers. This one is table driven and plain; its
//! tables are those of FIPS 46-3.
use crate::hash::{
    attempt::Attempt,
    bounds, encoding,
    scheme::{Cost, ParseError, Scheme, Site, Stored, Tell, Verdict, Verifier},
};
use zeroize::Zeroizing;

mod salted_des;
use salted_des::SaltedDes;

/// How a scheme cuts its password and text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// Eight characters, 13 of text.
    Traditional,
    /// Any length, folded into one key; `_` and 19 characters of text.
    Bsdi,
    /// Eight characters each, up to 16 times; every piece salts the next.
    Big,
    /// Twice eight characters, 20 and 5 rounds, one salt.
    Crypt16,
}

/// A DES crypt scheme.
pub struct DesCrypt {
    name: &'static str,
    tell: Tell,
    cut: Cut,
}

/// The one of the first Unix.
pub const DES_CRYPT: DesCrypt = DesCrypt { name: "des_crypt", tell: Tell::Shape, cut: Cut::Traditional };
/// BSDi's, with as many rounds as it says.
pub const BSDI_CRYPT: DesCrypt = DesCrypt { name: "bsdi_crypt", tell: Tell::Shape, cut: Cut::Bsdi };
/// Digital Unix' for long passwords.
pub const BIGCRYPT: DesCrypt = DesCrypt { name: "bigcrypt", tell: Tell::OnlyByName, cut: Cut::Big };
/// Ultrix'.
pub const CRYPT16: DesCrypt = DesCrypt { name: "crypt16", tell: Tell::OnlyByName, cut: Cut::Crypt16 };

struct DesCryptHash {
    cut: Cut,
    rounds: u32,
    salt: u32,
    stored: String,
}

impl Scheme for DesCrypt {
    fn name(&self) -> &'static str {
        self.name
    }

    fn tell(&self) -> Tell {
        self.tell
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let text = stored.hash;
        let length_fits = match self.cut {
            Cut::Traditional => text.len() == 13,
            Cut::Bsdi => text.len() == 20 && text.starts_with('_'),
            Cut::Big => text.len() >= 13 && text.len() <= 178 && (text.len() - 2).is_multiple_of(11),
            Cut::Crypt16 => text.len() == 24,
        };
        let body = text.strip_prefix('_').unwrap_or(text);
        if !length_fits || !body.bytes().all(|byte| encoding::crypt64_value(byte).is_some()) {
            return Err(ParseError::NotMine);
        }
        let number = |from: usize, to: usize| text.get(from..to).and_then(encoding::crypt64_number);
        // The last character holds four bits: others were written by somebody else.
        let last_fits =
            text.bytes().last().and_then(encoding::crypt64_value).is_some_and(|value| value.trailing_zeros() >= 2);
        if !last_fits {
            return Err(ParseError::NotMine);
        }
        let (rounds, salt, digest) = match self.cut {
            Cut::Bsdi => (number(1, 5), number(5, 9), text.get(9..)),
            _ => (Some(25), number(0, 2), text.get(2..)),
        };
        let (Some(rounds), Some(salt), Some(digest)) = (rounds, salt, digest) else { return Err(ParseError::NotMine) };
        bounds::within(rounds, bounds::BSDI_ROUNDS)?;
        Ok(Box::new(DesCryptHash { cut: self.cut, rounds, salt, stored: digest.to_owned() }))
    }
}

impl Verifier for DesCryptHash {
    fn cost(&self) -> Cost {
        let pieces = u64::try_from(self.stored.len() / 11).unwrap_or(1);
        Cost { kind: "des-crypt", rounds: u64::from(self.rounds) * pieces, memory: 0, label: self.rounds.to_string() }
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        let password = &attempt.password;
        let computed = match self.cut {
            Cut::Traditional => encrypted(*first_eight(password), self.salt, self.rounds),
            Cut::Bsdi => encrypted(*folded(password), self.salt, self.rounds),
            Cut::Crypt16 => {
                let rest = password.get(8..).unwrap_or_default();
                let head = encrypted(*first_eight(password), self.salt, 20);
                Zeroizing::new(format!("{}{}", *head, *encrypted(*first_eight(rest), self.salt, 5)))
            }
            Cut::Big => self.big(password),
        };
        Verdict::of(encoding::equal(computed.as_bytes(), self.stored.as_bytes()))
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        Box::new(Self { stored: "-".repeat(self.stored.len()), ..*self })
    }
}

impl DesCryptHash {
    fn big(&self, password: &[u8]) -> Zeroizing<String> {
        let mut salt = self.salt;
        let mut text = Zeroizing::new(String::new());
        let pieces = password.chunks(8).take(16);
        // The empty password has one piece, too.
        for piece in pieces.chain(password.is_empty().then_some::<&[u8]>(&[])) {
            let piece = encrypted(*first_eight(piece), salt, self.rounds);
            salt = piece.get(..2).and_then(encoding::crypt64_number).unwrap_or(salt);
            text.push_str(&piece);
        }
        text
    }
}

/// Seven bits of each of eight characters, above the parity bit.
fn first_eight(password: &[u8]) -> Zeroizing<[u8; 8]> {
    let mut key = Zeroizing::new([0; 8]);
    for (slot, byte) in key.iter_mut().zip(password) {
        *slot = byte << 1;
    }
    key
}

/// BSDi's key: each eight characters are mixed into the encryption of those before.
fn folded(password: &[u8]) -> Zeroizing<[u8; 8]> {
    let mut chunks = password.chunks(8);
    let mut key = first_eight(chunks.next().unwrap_or_default());
    for chunk in chunks {
        let block = SaltedDes::new(*key).encrypt_block(*key);
        let next = first_eight(chunk);
        for ((slot, encrypted), byte) in key.iter_mut().zip(block).zip(next.iter()) {
            *slot = encrypted ^ byte;
        }
    }
    key
}

/// The block of zeros, encrypted again and again, as eleven characters.
fn encrypted(key: [u8; 8], salt: u32, rounds: u32) -> Zeroizing<String> {
    let block = SaltedDes::new(key).encrypt_zeros(salt, rounds);
    // Six bits each from the highest; the last character has two zero bits below.
    let bits = u128::from(block) << 2;
    let text = (0..11)
        .rev()
        .map(|at| char::from(encoding::crypt64_character(u32::try_from(bits >> (6 * at) & 0x3f).unwrap_or(0))));
    Zeroizing::new(text.collect())
}

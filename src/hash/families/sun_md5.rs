//! Solaris' MD5 crypt ("MD5 Muffett"): thousands of rounds, each of which may swallow a monologue.
//!
//! The text that a coin toss mixes in is Hamlet's, in the spelling of Project Gutenberg, with the final NUL.
use crate::hash::{
    attempt::Attempt,
    bounds,
    digest::Digest,
    encoding,
    scheme::{Cost, ParseError, Scheme, Site, Stored, Tell, Verdict, Verifier},
};

/// Rounds that every hash has beside those it names.
const BASE_ROUNDS: u32 = 4096;
const MONOLOGUE: &[u8] = include_bytes!("sun_md5.hamlet.txt");

/// `$md5$salt$$digest` and `$md5,rounds=n$salt$$digest`.
pub struct SunMd5;

struct SunMd5Hash {
    rounds: u32,
    settings: String,
    stored: String,
}

impl Scheme for SunMd5 {
    fn name(&self) -> &'static str {
        "sun_md5_crypt"
    }

    fn tell(&self) -> Tell {
        Tell::Prefix
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let text = stored.hash.strip_prefix("$md5").ok_or(ParseError::NotMine)?;
        let named = text.strip_prefix(",rounds=").or_else(|| text.strip_prefix("$rounds="));
        let rounds = match named.and_then(|rest| rest.split_once('$')) {
            Some((rounds, _)) => bounds::number(rounds)?,
            None if text.starts_with('$') => 0,
            None => return Err(ParseError::NotMine),
        };
        bounds::within(rounds, bounds::SUN_MD5_ROUNDS)?;
        let (settings, digest) = stored.hash.rsplit_once('$').ok_or(ParseError::Malformed)?;
        if digest.len() != 22 || settings.len() < 5 {
            return Err(ParseError::Malformed);
        }
        Ok(Box::new(SunMd5Hash { rounds, settings: settings.to_owned(), stored: digest.to_owned() }))
    }
}

impl Verifier for SunMd5Hash {
    fn cost(&self) -> Cost {
        let rounds = BASE_ROUNDS + self.rounds;
        Cost { kind: "sun-md5", rounds: rounds.into(), memory: 0, label: rounds.to_string() }
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        let mut digest = Digest::Md5.of(&[&attempt.password, self.settings.as_bytes()]);
        for round in 0..BASE_ROUNDS + self.rounds {
            let number = round.to_string();
            let monologue: &[&[u8]] = if coin(&digest, round) { &[MONOLOGUE, &[0]] } else { &[] };
            let parts: Vec<&[u8]> = std::iter::once(digest.as_slice())
                .chain(monologue.iter().copied())
                .chain([number.as_bytes()])
                .collect();
            digest = Digest::Md5.of(&parts);
        }
        let at = |index: usize| digest.get(index).copied().unwrap_or(0);
        let mut shuffled: Vec<u8> = [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)]
            .iter()
            .flat_map(|(a, b, c)| [at(*c), at(*b), at(*a)])
            .collect();
        shuffled.push(at(11));
        let text = encoding::to_crypt64_low_first(&shuffled);
        Verdict::of(encoding::equal(text.as_bytes(), self.stored.as_bytes()))
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        let stored = "-".repeat(self.stored.len());
        Box::new(Self { rounds: self.rounds, settings: self.settings.clone(), stored })
    }
}

/// The coin that each round tosses with bits of its digest, which other bits choose.
fn coin(digest: &[u8], round: u32) -> bool {
    let at = |index: usize| u32::from(digest.get(index % 16).copied().unwrap_or(0));
    let bit = |number: u32| {
        let number = number % 128;
        usize::try_from(number / 8).map_or(0, at) >> (number % 8) & 1
    };
    let chosen = |from: usize| {
        (from..from + 8).zip(0..).fold(0_u32, |word, (index, place)| {
            let shift = at(index + 3) % 5;
            let source = usize::try_from(at(index) >> shift & 0x0f).map_or(0, at);
            let number = source >> (at(index + 3) >> (at(index) & 7) & 1) & 0x7f;
            word | bit(number) << place
        })
    };
    let a = chosen(0) >> bit(round) & 0x7f;
    let b = chosen(8) >> bit(round + 64) & 0x7f;
    bit(a) != bit(b)
}

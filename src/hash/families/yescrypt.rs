//! yescrypt (Debian's and Fedora's crypt(3) default), and its GOST wrapping, as libxcrypt writes them.
use crate::hash::{
    attempt::Attempt,
    bounds, encoding,
    scheme::{Cost, ParseError, Scheme, Site, Stored, Tell, Verdict, Verifier},
};
use ::yescrypt::{Mode, Params};
use hmac::{KeyInit, Mac, SimpleHmac};
use streebog::{Digest as _, Streebog256};
use zeroize::Zeroizing;

/// A yescrypt scheme.
pub struct YescryptScheme {
    name: &'static str,
    prefix: &'static str,
    gost: bool,
}

/// `$y$`.
pub const YESCRYPT: YescryptScheme = YescryptScheme { name: "yescrypt", prefix: "$y$", gost: false };
/// `$gy$`: HMAC-Streebog-256 around it.
pub const GOST_YESCRYPT: YescryptScheme = YescryptScheme { name: "gost_yescrypt", prefix: "$gy$", gost: true };

struct YescryptHash {
    // The text before the digest, where GOST digests it.
    settings: Option<String>,
    params: Params,
    work: u64,
    memory: u64,
    salt: Vec<u8>,
    digest: Vec<u8>,
    label: String,
}

impl Scheme for YescryptScheme {
    fn name(&self) -> &'static str {
        self.name
    }

    fn tell(&self) -> Tell {
        Tell::Prefix
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let text = stored.hash.strip_prefix(self.prefix).ok_or(ParseError::NotMine)?;
        let mut fields = text.split('$');
        let (Some(costs), Some(salt), Some(digest), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(ParseError::Malformed);
        };
        let costs = Costs::read(costs).ok_or(ParseError::Malformed)?;
        if costs.log_n >= 40 || costs.r >= 1 << 20 || costs.p >= 1 << 20 || costs.t > 16 {
            return Err(ParseError::TooCostly);
        }
        let block = 128 * u64::from(costs.r);
        let n = 1_u64 << costs.log_n;
        let memory = block.saturating_mul(n.saturating_add(costs.p.into()));
        bounds::within(memory, (1, bounds::SCRYPT_MEMORY))?;
        let passes = u64::from(costs.p.max(1)) * (u64::from(costs.t) + 1);
        let work = n.saturating_mul(costs.r.into()).saturating_mul(passes);
        bounds::within(work, (1, bounds::SCRYPT_WORK))?;
        let mode = Mode::try_from(costs.flavour).map_err(|_| ParseError::Malformed)?;
        let params =
            Params::new_with_all_params(mode, n, costs.r, costs.p, costs.t, 0).map_err(|_| ParseError::Malformed)?;
        let salt = encoding::crypt64_low_first(salt).filter(|salt| salt.len() <= 64).ok_or(ParseError::Malformed)?;
        let digest =
            encoding::crypt64_low_first(digest).filter(|digest| digest.len() == 32).ok_or(ParseError::Malformed)?;
        let settings = stored.hash.rsplit_once('$').filter(|_| self.gost).map(|(settings, _)| settings.to_owned());
        let label = format!("N=2^{},r={}", costs.log_n, costs.r);
        Ok(Box::new(YescryptHash { settings, params, work, memory, salt, digest, label }))
    }
}

/// The numbers before the salt, in their own encoding of variable length.
struct Costs {
    flavour: u32,
    log_n: u32,
    r: u32,
    p: u32,
    t: u32,
}

impl Costs {
    fn read(text: &str) -> Option<Self> {
        let mut rest = text.bytes();
        let flavour = variable(&mut rest, 0)?;
        let log_n = variable(&mut rest, 1)?;
        let r = variable(&mut rest, 1)?;
        let (mut p, mut t) = (1, 0);
        if rest.len() > 0 {
            let have = variable(&mut rest, 1)?;
            if have & 1 != 0 {
                p = variable(&mut rest, 2)?;
            }
            if have & 2 != 0 {
                t = variable(&mut rest, 1)?;
            }
            // Upgrades and ROMs belong to no table that was seen.
            if have & !3 != 0 {
                return None;
            }
        }
        (rest.len() == 0).then_some(Self { flavour, log_n, r, p, t })
    }
}

/// One number: small ones take one character, each further range one more.
fn variable(rest: &mut std::str::Bytes<'_>, least: u32) -> Option<u32> {
    let mut value = encoding::crypt64_value(rest.next()?)?;
    let (mut start, mut end, mut more, mut bits) = (0_u32, 47_u32, 0_u32, 0_u32);
    let mut number = least;
    while value > end {
        number = number.checked_add((end + 1 - start).checked_shl(bits)?)?;
        start = end + 1;
        end = start + (62 - end) / 2;
        more += 1;
        bits += 6;
    }
    value -= start;
    number = number.checked_add(value.checked_shl(bits)?)?;
    for _ in 0..more {
        bits -= 6;
        number = number.checked_add(encoding::crypt64_value(rest.next()?)?.checked_shl(bits)?)?;
    }
    Some(number)
}

impl Verifier for YescryptHash {
    fn cost(&self) -> Cost {
        Cost { kind: "yescrypt", rounds: self.work, memory: self.memory, label: self.label.clone() }
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        let mut derived = Zeroizing::new([0_u8; 32]);
        if ::yescrypt::yescrypt(&attempt.password, &self.salt, &self.params, &mut *derived).is_err() {
            return Verdict::Undecided;
        }
        let derived = match &self.settings {
            None => Some(derived.to_vec()),
            Some(settings) => gost(&attempt.password, settings, &*derived),
        };
        derived.map_or(Verdict::Undecided, |derived| Verdict::of(encoding::equal(&derived, &self.digest)))
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        Box::new(Self {
            settings: self.settings.clone(),
            params: self.params,
            work: self.work,
            memory: self.memory,
            salt: self.salt.clone(),
            digest: vec![0; 32],
            label: self.label.clone(),
        })
    }
}

fn gost(password: &[u8], settings: &str, derived: &[u8]) -> Option<Vec<u8>> {
    let hmac = |key: &[u8], text: &[u8]| {
        let mut mac = <SimpleHmac<Streebog256> as KeyInit>::new_from_slice(key).ok()?;
        mac.update(text);
        Some(mac.finalize().into_bytes().to_vec())
    };
    let key = Streebog256::digest(password);
    hmac(&hmac(&key, settings.as_bytes())?, derived)
}

//! A smoke run of the fuzz targets: seeded, in this process, bounded in steps. `README.md` says how to run longer.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
mod targets;

use std::{fs, path::Path};

/// Steps of each target; those that verify what they parsed take milliseconds each.
const STEPS: u64 = 4000;
const STEPS_THAT_VERIFY: u64 = 500;

/// Marsaglia's xorshift: the same run every time.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(below.max(1)).expect("a small number")).expect("a small number")
    }

    /// Another text made of some bytes: cut, doubled, mixed with another, or with a byte changed.
    fn mutate(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut data = corpus[self.next(corpus.len())].clone();
        for _ in 0..=self.next(4) {
            let at = self.next(data.len());
            match self.next(6) {
                0 => data.truncate(at),
                1 => data.insert(at.min(data.len()), u8::try_from(self.next(256)).expect("a byte")),
                2 if !data.is_empty() => data[at] ^= 1 << self.next(8),
                3 => data.extend_from_slice(&corpus[self.next(corpus.len())]),
                4 if !data.is_empty() => data[at] = b"$:{}*!.,=|0123456789"[self.next(20)],
                _ if !data.is_empty() => drop(data.remove(at)),
                _ => {}
            }
            data.truncate(8192);
        }
        data
    }
}

fn run(target: fn(&[u8]), corpus: &[Vec<u8>], steps: u64, seed: u64) {
    let mut random = Random(seed);
    for data in corpus.iter().step_by(29) {
        target(data);
    }
    for _ in 0..steps {
        target(&random.mutate(corpus));
    }
}

#[test]
fn stored_hashes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/hash/families");
    let mut corpus = Vec::new();
    for entry in fs::read_dir(folder).expect("the families") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            for line in fs::read_to_string(&path).expect("vectors").lines() {
                let vector: serde_json::Value = serde_json::from_str(line).expect("a vector");
                let text = |key: &str| vector[key].as_str().unwrap_or_default().to_owned();
                corpus.push(format!("{}\x00{}\x00{}", text("hash"), text("salt"), text("password")).into_bytes());
            }
        }
    }
    run(targets::stored_hash, &corpus, STEPS_THAT_VERIFY, 0x9e37_79b9_7f4a_7c15);
}

#[test]
fn recipes() {
    let corpus: Vec<Vec<u8>> = [
        "hex(md5(hex(md5(password)) + salt))\x005f4dcc3b5aa765d61d8327deb882cf99\x00salt\x00password",
        "iterate(100, d, sha512(password + salt), sha512(d + password))\x00x\x00y",
        "verify('bcrypt', split(stored, ':')[0], hex(sha1(password)))\x00$2y$04$abcdefghijklmnopqrstuuwOuvuEB8yOWqrtta0jWB10wzwfcx.sG:1",
        "has(params.pepper) ? hmac('sha256', params.pepper, password) : pbkdf2('sha1', password, salt, 10, 20)\x00aa\x00bb",
        "substring(stored, 0, 8) == upper(hex(slice(md4(utf16le(password)), 1, 5))) || !(size(stored) > 3)\x00ABCDEF01",
        "base64(unhex(stored) + b\"\\x00\") == replace(lower(password), \"a\", \"b\")\x00ff00",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    run(targets::recipe, &corpus, STEPS, 0x2545_f491_4f6c_dd1d);
}

#[test]
fn operator_queries() {
    let corpus: Vec<Vec<u8>> = [
        "SELECT * FROM users u WHERE lower(u.email) = lower(:identifier) -- who",
        "select a, ':identifier' as b, \"q:identifier\" from t /* :identifier */ where x = :identifier or y = :identifier",
        "select $$:identifier$$, e'\\'', `b` from [t] where u = :identifier;",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    run(targets::operator_query, &corpus, STEPS, 0x1234_5678_9abc_def1);
}

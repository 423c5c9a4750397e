//! Oracle up to 10g: DES in CBC mode over username and password in capitals, twice.
use crate::hash::{
    attempt::Attempt,
    encoding,
    scheme::{Cost, ParseError, Reason, Scheme, Site, Stored, Tell, Verdict, Verifier},
};
use des::{
    Des,
    cipher::{BlockCipherEncrypt, KeyInit},
};
use zeroize::Zeroizing;

/// The key of the first pass, the same in every Oracle.
const FIRST_KEY: [u8; 8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef];

/// 16 hex digits.
pub struct Oracle10;

struct Oracle10Hash {
    digest: Vec<u8>,
}

impl Scheme for Oracle10 {
    fn name(&self) -> &'static str {
        "oracle10"
    }

    fn tell(&self) -> Tell {
        Tell::OnlyByName
    }

    fn needs(&self) -> Vec<String> {
        vec!["username".into()]
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let digest = encoding::hex(stored.hash).filter(|digest| digest.len() == 8).ok_or(ParseError::NotMine)?;
        Ok(Box::new(Oracle10Hash { digest }))
    }
}

impl Verifier for Oracle10Hash {
    fn cost(&self) -> Cost {
        Cost { kind: "digest", rounds: 1, memory: 0, label: "1".into() }
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        let Some(username) = &attempt.username else { return Verdict::Unverifiable(Reason::Incomplete) };
        let capitals = Zeroizing::new(format!("{}{}", username.to_uppercase(), attempt.text.to_uppercase()));
        let mut text = encoding::utf16be(&capitals);
        while !text.len().is_multiple_of(8) {
            text.push(0);
        }
        let key = last_block(FIRST_KEY, &text);
        Verdict::of(encoding::equal(&last_block(key, &text), &self.digest))
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        // Seven bytes are never equal to eight.
        Box::new(Self { digest: vec![0; 7] })
    }
}

fn last_block(key: [u8; 8], text: &[u8]) -> [u8; 8] {
    let cipher = Des::new(&key.into());
    text.chunks(8).fold([0; 8], |previous, chunk| {
        let mut block = previous;
        for (slot, octet) in block.iter_mut().zip(chunk) {
            *slot ^= octet;
        }
        let mut block = block.into();
        cipher.encrypt_block(&mut block);
        block.into()
    })
}

//! LAN Manager: two DES keys of seven bytes each, of the password in capitals.
use crate::hash::{
    attempt::Attempt,
    encoding,
    scheme::{Cost, ParseError, Scheme, Site, Stored, Tell, Verdict, Verifier},
};
use des::{
    Des,
    cipher::{BlockCipherEncrypt, KeyInit},
};
use zeroize::Zeroizing;

/// 32 hex digits: the two halves.
pub struct Lm;

struct LmHash {
    digest: Vec<u8>,
}

impl Scheme for Lm {
    fn name(&self) -> &'static str {
        "lm"
    }

    fn tell(&self) -> Tell {
        Tell::OnlyByName
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let digest = encoding::hex(stored.hash).filter(|digest| digest.len() == 16).ok_or(ParseError::NotMine)?;
        Ok(Box::new(LmHash { digest }))
    }
}

impl Verifier for LmHash {
    fn cost(&self) -> Cost {
        Cost { kind: "digest", rounds: 1, memory: 0, label: "1".into() }
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        let capitals = Zeroizing::new(attempt.text.to_uppercase());
        // What code page 437 has no letter for, Windows never stored: such a password matches nothing.
        let Some(octets) = capitals.chars().map(code_page_437).collect::<Option<Vec<u8>>>().map(Zeroizing::new) else {
            return Verdict::Mismatch;
        };
        if octets.len() > 14 {
            return Verdict::Mismatch;
        }
        let mut padded = Zeroizing::new([0_u8; 14]);
        for (slot, octet) in padded.iter_mut().zip(octets.iter()) {
            *slot = *octet;
        }
        let computed: Vec<u8> = padded.chunks(7).flat_map(half).collect();
        Verdict::of(encoding::equal(&computed, &self.digest))
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        // Not both halves of a hash are zero.
        Box::new(Self { digest: vec![0; 16] })
    }
}

fn half(seven: &[u8]) -> [u8; 8] {
    let bits = seven.iter().fold(0_u64, |bits, octet| bits << 8 | u64::from(*octet));
    let mut key = Zeroizing::new([0_u8; 8]);
    for (at, slot) in (0..8).rev().zip(key.iter_mut()) {
        *slot = u8::try_from(bits >> (7 * at) & 0x7f).unwrap_or(0) << 1;
    }
    let mut block = (*b"KGS!@#$%").into();
    Des::new(&(*key).into()).encrypt_block(&mut block);
    block.into()
}

/// The octet of a capital in code page 437.
fn code_page_437(character: char) -> Option<u8> {
    const LETTERS: &[(char, u8)] = &[
        ('Ç', 0x80),
        ('Ä', 0x8e),
        ('Å', 0x8f),
        ('É', 0x90),
        ('Æ', 0x92),
        ('Ö', 0x99),
        ('Ü', 0x9a),
        ('¢', 0x9b),
        ('£', 0x9c),
        ('¥', 0x9d),
        ('Ñ', 0xa5),
        ('ª', 0xa6),
        ('º', 0xa7),
        ('¿', 0xa8),
        ('½', 0xab),
        ('¼', 0xac),
        ('¡', 0xad),
        ('«', 0xae),
        ('»', 0xaf),
        ('ß', 0xe1),
        ('Γ', 0xe2),
        ('Σ', 0xe4),
        ('Φ', 0xe8),
        ('Θ', 0xe9),
        ('Ω', 0xea),
        ('±', 0xf1),
        ('÷', 0xf6),
        ('°', 0xf8),
        ('·', 0xfa),
        ('²', 0xfd),
    ];
    if character.is_ascii() {
        return u8::try_from(u32::from(character)).ok();
    }
    // Capitals that the code page lacks were stored without their accents.
    let plain = match character {
        'À' | 'Á' | 'Â' | 'Ã' => 'A',
        'È' | 'Ê' | 'Ë' => 'E',
        'Ì' | 'Í' | 'Î' | 'Ï' => 'I',
        'Ò' | 'Ó' | 'Ô' | 'Õ' => 'O',
        'Ù' | 'Ú' | 'Û' => 'U',
        other => other,
    };
    if plain.is_ascii() {
        return u8::try_from(u32::from(plain)).ok();
    }
    LETTERS.iter().find(|(letter, _)| *letter == plain).map(|(_, octet)| *octet)
}

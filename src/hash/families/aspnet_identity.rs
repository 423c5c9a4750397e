//! ASP.NET Identity: base64 of a marker byte, the parameters, the salt and the PBKDF2 subkey.
//!
//! Formats: `PasswordHasher` of ASP.NET Core Identity, and `System.Web.Helpers.Crypto` before it.
use super::pbkdf2::Pbkdf2Hash;
use crate::hash::{
    digest::Digest,
    encoding,
    scheme::{ParseError, Scheme, Site, Stored, Tell, Verifier},
};

/// Version 2's rounds: fixed in its source.
const V2_ROUNDS: u32 = 1000;
/// Subkeys and salts that are shorter would be matched by chance; the original refuses them, too.
const LEAST_BYTES: usize = 16;

/// Identity 1 and 2, and `SimpleMembership` under its own name: `0x00`, salt 16, subkey 32.
pub struct IdentityV2 {
    name: &'static str,
    tell: Tell,
}

/// ASP.NET Identity 2.
pub const ASPNET_IDENTITY_V2: IdentityV2 = IdentityV2 { name: "aspnet_identity_v2", tell: Tell::Shape };
/// WebMatrix' `webpages_Membership`.
pub const ASPNET_SIMPLEMEMBERSHIP: IdentityV2 = IdentityV2 { name: "aspnet_simplemembership", tell: Tell::OnlyByName };

impl Scheme for IdentityV2 {
    fn name(&self) -> &'static str {
        self.name
    }

    fn tell(&self) -> Tell {
        self.tell
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let bytes = encoding::base64(stored.hash).ok_or(ParseError::NotMine)?;
        let Some((0x00, rest)) = bytes.split_first() else { return Err(ParseError::NotMine) };
        if rest.len() != 48 {
            return Err(ParseError::NotMine);
        }
        let (salt, subkey) = rest.split_at_checked(16).ok_or(ParseError::Malformed)?;
        Ok(Box::new(Pbkdf2Hash::new(Digest::Sha1, V2_ROUNDS, salt.to_vec(), subkey.to_vec())?))
    }
}

/// ASP.NET Core Identity: `0x01`, PRF, rounds, salt length (big endian), salt, subkey.
pub struct IdentityV3;

impl Scheme for IdentityV3 {
    fn name(&self) -> &'static str {
        "aspnet_identity_v3"
    }

    fn tell(&self) -> Tell {
        Tell::Shape
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let bytes = encoding::base64(stored.hash).ok_or(ParseError::NotMine)?;
        let Some((0x01, rest)) = bytes.split_first() else { return Err(ParseError::NotMine) };
        let (prf, rest) = word(rest)?;
        let (rounds, rest) = word(rest)?;
        let (salt_length, rest) = word(rest)?;
        let prf = match prf {
            0 => Digest::Sha1,
            1 => Digest::Sha256,
            2 => Digest::Sha512,
            // Other text that begins with 0x01 by chance.
            _ => return Err(ParseError::NotMine),
        };
        let salt_length = usize::try_from(salt_length).map_err(|_| ParseError::Malformed)?;
        let (salt, subkey) = rest.split_at_checked(salt_length).ok_or(ParseError::Malformed)?;
        if salt.len() < LEAST_BYTES || subkey.len() < LEAST_BYTES {
            return Err(ParseError::Malformed);
        }
        Ok(Box::new(Pbkdf2Hash::new(prf, rounds, salt.to_vec(), subkey.to_vec())?))
    }
}

fn word(bytes: &[u8]) -> Result<(u32, &[u8]), ParseError> {
    let (word, rest) = bytes.split_first_chunk().ok_or(ParseError::NotMine)?;
    Ok((u32::from_be_bytes(*word), rest))
}

//! Random salts, rounds and passwords of a few dialects, written here as their applications write them.
use super::{auth0_verifier::accepts, imported, schema_errors};
use base64::{Engine, engine::general_purpose::STANDARD};
use drawbridge::{
    accounts::transcode::transcode,
    hash::{
        scheme::{SaltEncoding, Site, Stored},
        typing::{Charset, PepperUse, Typing},
    },
    secret::Secret,
};
use proptest::prelude::*;
use sha2::Digest;

fn utf16le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Imported, the hash belongs to this password and to no other.
pub fn round_trips(scheme: &str, hash: &str, salt: Option<&str>, site: &Site, typing: &Typing, password: &str) {
    let transcoded = transcode(scheme, Stored { hash, salt }, site, typing);
    let user = imported(transcoded).unwrap_or_else(|| panic!("{scheme} is importable"));
    assert_eq!(schema_errors(&user), "");
    assert_eq!(accepts(&user, password), Ok(true), "{scheme}");
    assert_eq!(accepts(&user, &format!("{password}~")), Ok(false), "{scheme}");
}

pub fn plain(scheme: &str, hash: &str, salt: Option<&str>, password: &str) {
    round_trips(scheme, hash, salt, &Site::default(), &Typing::default(), password);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn django(password in "\\PC{0,24}", salt in "[A-Za-z0-9]{1,22}", rounds in 1_u32..50) {
        let mut output = [0; 32];
        pbkdf2::pbkdf2_hmac::<sha2::Sha256>(password.as_bytes(), salt.as_bytes(), rounds, &mut output);
        let hash = format!("pbkdf2_sha256${rounds}${salt}${}", STANDARD.encode(output));
        plain("django_pbkdf2_sha256", &hash, None, &password);
    }

    #[test]
    fn identity_v3(
        password in "\\PC{0,24}",
        salt in proptest::collection::vec(any::<u8>(), 16..40),
        rounds in 1_u32..50,
        prf in 0_u32..3,
        length in 16_usize..64,
    ) {
        let mut output = vec![0; length];
        match prf {
            0 => pbkdf2::pbkdf2_hmac::<sha1::Sha1>(password.as_bytes(), &salt, rounds, &mut output),
            1 => pbkdf2::pbkdf2_hmac::<sha2::Sha256>(password.as_bytes(), &salt, rounds, &mut output),
            _ => pbkdf2::pbkdf2_hmac::<sha2::Sha512>(password.as_bytes(), &salt, rounds, &mut output),
        }
        let words = [prf, rounds, salt.len() as u32].map(u32::to_be_bytes).concat();
        let hash = STANDARD.encode([&[1][..], &words, &salt, &output].concat());
        plain("aspnet_identity_v3", &hash, None, &password);
    }

    #[test]
    fn werkzeug_scrypt(password in "\\PC{0,24}", salt in "[A-Za-z0-9]{1,22}", log in 1_u8..8, r in 1_u32..4, p in 1_u32..3) {
        let mut output = [0; 64];
        let params = scrypt::Params::new(log, r, p).expect("small numbers");
        scrypt::scrypt(password.as_bytes(), salt.as_bytes(), &params, &mut output).expect("64 bytes");
        let hash = format!("scrypt:{}:{r}:{p}${salt}${}", 1_u64 << log, hex::encode(output));
        plain("werkzeug_scrypt", &hash, None, &password);
    }

    #[test]
    fn bcrypt_of_cost_four(password in "[^\\x00]{1,40}", salt in any::<[u8; 16]>(), version in 0_usize..3) {
        let version = ["2a", "2b", "2y"][version];
        let key = [password.as_bytes(), &[0]].concat();
        prop_assume!(key.len() < 72);
        let output = bcrypt::bcrypt(4, salt, &key);
        let engine = base64::engine::GeneralPurpose::new(
            &base64::alphabet::BCRYPT,
            base64::engine::general_purpose::NO_PAD,
        );
        let hash = format!("${version}$04${}{}", engine.encode(salt), engine.encode(&output[..23]));
        plain(&format!("bcrypt_{version}"), &hash, None, &password);
        plain("spring_bcrypt", &format!("{{bcrypt}}{hash}"), None, &password);
    }

    #[test]
    fn salts_of_any_text_and_any_bytes(
        password in "\\PC{0,24}",
        text in "\\PC{1,20}",
        octets in proptest::collection::vec(any::<u8>(), 1..20),
    ) {
        let digest = hex::encode(md5::Md5::digest(format!("{text}{password}")));
        plain("md5_salt_pass", &digest, Some(&text), &password);
        let digest = hex::encode(sha2::Sha512::digest([password.as_bytes(), &octets].concat()));
        let site = Site { salt_encoding: SaltEncoding::Hex, ..Site::default() };
        round_trips("sha512_pass_salt", &digest, Some(&hex::encode(&octets)), &site, &Typing::default(), &password);
        let digest = STANDARD.encode(sha1::Sha1::digest([octets.as_slice(), &utf16le(&password)].concat()));
        plain("aspnet_membership_sha1", &digest, Some(&STANDARD.encode(&octets)), &password);
        let ldap = [sha1::Sha1::digest([password.as_bytes(), &octets].concat()).as_slice(), &octets].concat();
        plain("ldap_ssha", &format!("{{SSHA}}{}", STANDARD.encode(ldap)), None, &password);
    }

    #[test]
    fn mssql(password in "\\PC{0,24}", salt in any::<[u8; 4]>()) {
        let digest = sha2::Sha512::digest([utf16le(&password).as_slice(), &salt].concat());
        plain("mssql2012", &format!("0x0200{}{}", hex::encode(salt), hex::encode_upper(digest)), None, &password);
    }

    #[test]
    fn peppers_and_charsets(password in "[ -~à-ÿ]{0,24}", pepper in "[ -~à-ÿ]{1,12}", salt in "[a-z]{1,8}") {
        let latin1 = |text: &str| text.chars().map(|c| c as u8).collect::<Vec<u8>>();
        let typing = Typing { charset: Charset::Latin1, pepper: Some(PepperUse::Append), ..Typing::default() };
        let site = Site { pepper: Some(Secret::new(pepper.clone())), ..Site::default() };
        let digest = sha1::Sha1::digest([latin1(&password), latin1(&pepper), latin1(&salt)].concat());
        round_trips("sha1_pass_salt", &hex::encode(digest), Some(&salt), &site, &typing, &password);
        let typing = Typing { pepper: Some(PepperUse::Prepend), ..Typing::default() };
        let digest = md4::Md4::digest(utf16le(&format!("{pepper}{password}")));
        round_trips("ntlm", &hex::encode(digest), None, &site, &typing, &password);
    }
}

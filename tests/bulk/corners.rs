//! Texts that no vector has: written here as their applications write them, then imported.
use super::round_trip::{plain, round_trips};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use drawbridge::{
    accounts::transcode::{Transcoded, reason, transcode},
    hash::{
        scheme::{Site, Stored},
        typing::Typing,
    },
    secret::Secret,
};
use sha2::Digest;

const PASSWORD: &str = "pässword";

fn digest<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    D::digest(parts.concat()).to_vec()
}

fn bcrypt(version: &str) -> String {
    let engine =
        base64::engine::GeneralPurpose::new(&base64::alphabet::BCRYPT, base64::engine::general_purpose::NO_PAD);
    let salt = *b"0123456789abcdef";
    let output = bcrypt::bcrypt(5, salt, format!("{PASSWORD}\0").as_bytes());
    format!("${version}$05${}{}", engine.encode(salt), engine.encode(&output[..23]))
}

fn argon2(kind: argon2::Algorithm, lanes: u32) -> (String, [u8; 32]) {
    let mut output = [0; 32];
    let params = argon2::Params::new(64, 2, lanes, Some(32)).expect("small numbers");
    argon2::Argon2::new(kind, argon2::Version::V0x13, params)
        .hash_password_into(PASSWORD.as_bytes(), b"0123456789abcdef", &mut output)
        .expect("32 bytes");
    let (salt, hash) = (STANDARD_NO_PAD.encode(b"0123456789abcdef"), STANDARD_NO_PAD.encode(output));
    (format!("${}$v=19$m=64,t=2,p={lanes}${salt}${hash}", kind.ident()), output)
}

fn why(scheme: &str, hash: &str) -> &'static str {
    match transcode(scheme, Stored { hash, salt: None }, &Site::default(), &Typing::default()) {
        Transcoded::No(reason) => reason,
        _ => panic!("{scheme} is not importable"),
    }
}

#[test]
fn wrappers_of_bcrypt_and_argon2() {
    let (argon2id, _) = argon2(argon2::Algorithm::Argon2id, 1);
    let (argon2i, _) = argon2(argon2::Algorithm::Argon2i, 1);
    for (scheme, hash) in [
        ("ldap_crypt", format!("{{CRYPT}}{}", bcrypt("2y"))),
        ("dovecot_crypt_prefixed", format!("{{BLF-CRYPT}}{}", bcrypt("2y"))),
        ("dovecot_crypt_prefixed", format!("{{ARGON2ID}}{argon2id}")),
        ("liferay_prefixed", format!("{{BCRYPT}}{}", bcrypt("2a"))),
        ("woltlab_prefixed", format!("Argon2:{argon2id}")),
        ("xenforo2_bcrypt", format!("a:1:{{s:4:\"hash\";s:{}:\"{argon2id}\";}}", argon2id.len())),
        ("nextcloud", format!("2|{argon2i}")),
        ("django_argon2", format!("argon2{argon2id}")),
        ("shiro2_argon2", format!("$shiro2{}", argon2id.replace("m=64,t=2", "t=2,m=64"))),
    ] {
        plain(scheme, &hash, None, PASSWORD);
    }
    assert_eq!(why("ldap_crypt", "{CRYPT}$1$38652870$DUjsu4TTlTsOe/xxZ05uf/"), reason::CRYPT);
    assert_eq!(why("xenforo2_bcrypt", &format!("a:1:{{s:4:\"hash\";s:60:\"{}\";}}", bcrypt("2x"))), reason::VERSION);
    assert_eq!(why("argon2id", &argon2(argon2::Algorithm::Argon2id, 2).0), reason::PARAMETERS);
    assert_eq!(why("argon2d", &argon2(argon2::Algorithm::Argon2d, 1).0), reason::VERSION);
    assert_eq!(why("argon2id", &argon2id.replace("v=19", "v=16")), reason::VERSION);
}

#[test]
fn keycloak_with_argon2() {
    let (_, output) = argon2(argon2::Algorithm::Argon2id, 1);
    let secret = serde_json::json!({ "value": STANDARD.encode(output), "salt": STANDARD.encode(b"0123456789abcdef") });
    let data = serde_json::json!({
        "hashIterations": 2,
        "algorithm": "argon2",
        "additionalParameters": { "type": ["id"], "version": ["1.3"], "memory": ["64"], "parallelism": ["1"] },
    });
    let hash = serde_json::json!({ "secretData": secret.to_string(), "credentialData": data.to_string() });
    plain("keycloak_json", &hash.to_string(), None, PASSWORD);
}

#[test]
fn one_round_of_what_may_have_many() {
    let (p, salt) = (PASSWORD.as_bytes(), &[0xff, 0, 7, 0x80, 1, 2, 3, 4][..]);
    let b64 = |octets: &[u8]| STANDARD.encode(octets);
    let sha256 = digest::<sha2::Sha256>(&[salt, p]);
    let sha1 = digest::<sha1::Sha1>(&[p, salt]);
    for (scheme, hash) in [
        ("shiro1", format!("$shiro1$SHA-256$1${}${}", b64(salt), b64(&sha256))),
        ("tomcat_messagedigest", format!("{}$1${}", hex::encode(salt), hex::encode(&sha256))),
        ("tomcat_messagedigest", hex::encode(digest::<md5::Md5>(&[p]))),
        ("fshp", format!("{{FSHP1|8|1}}{}", b64(&[salt, &sha256].concat()))),
        ("sap_codvn_h", format!("{{x-issha, 1}}{}", b64(&[sha1.as_slice(), salt].concat()))),
    ] {
        plain(scheme, &hash, None, PASSWORD);
    }
    let tomcat = |rounds: u32| format!("{}${rounds}${}", hex::encode(salt), hex::encode(&sha256));
    assert_eq!(why("tomcat_messagedigest", &tomcat(2)), reason::NESTED);
    assert_eq!(why("tomcat_messagedigest", &tomcat(3)), reason::ROUNDS);
    let once = |name: &str| Site { params: [(name.to_owned(), Secret::new("1".into()))].into(), ..Site::default() };
    let sha512 = hex::encode(digest::<sha2::Sha512>(&[p, b"Salt"]));
    round_trips("authlogic_sha512", &sha512, Some("Salt"), &once("stretches"), &Typing::default(), PASSWORD);
    let sha1 = hex::encode(digest::<sha1::Sha1>(&[p, b"--Salt"]));
    round_trips("authlogic_sha1", &sha1, Some("Salt"), &once("stretches"), &Typing::default(), PASSWORD);
}

#[test]
fn sha384_goes_as_a_directorys_text() {
    let (p, salt) = (PASSWORD.as_bytes(), b"Salt".as_slice());
    let sha384 = |parts: &[&[u8]]| digest::<sha2::Sha384>(parts);
    plain("jboss_b64_digest", &STANDARD.encode(sha384(&[p])), None, PASSWORD);
    plain("nopcommerce_sha", &hex::encode_upper(sha384(&[p, salt])), Some("Salt"), PASSWORD);
    plain("liferay_prefixed", &format!("{{SHA-384}}{}", STANDARD.encode(sha384(&[p]))), None, PASSWORD);
    let prefixed = format!("$shiro1$SHA-384$1${}${}", STANDARD.encode(salt), STANDARD.encode(sha384(&[salt, p])));
    assert_eq!(why("shiro1", &prefixed), reason::DIGEST);
}

#[test]
fn every_text_of_dovecot() {
    let (p, salt) = (PASSWORD.as_bytes(), [9, 0, 0xfe, 1].as_slice());
    let with = |output: Vec<u8>| [output.as_slice(), salt].concat();
    for (kind, octets) in [
        ("SSHA", with(digest::<sha1::Sha1>(&[p, salt]))),
        ("SSHA256", with(digest::<sha2::Sha256>(&[p, salt]))),
        ("SSHA512", with(digest::<sha2::Sha512>(&[p, salt]))),
        ("SMD5", with(digest::<md5::Md5>(&[p, salt]))),
        ("SHA1", digest::<sha1::Sha1>(&[p])),
        ("SHA256", digest::<sha2::Sha256>(&[p])),
        ("SHA512", digest::<sha2::Sha512>(&[p])),
        ("PLAIN-MD5", digest::<md5::Md5>(&[p])),
        ("PLAIN-MD4", digest::<md4::Md4>(&[p])),
        ("LDAP-MD5", digest::<md5::Md5>(&[p])),
    ] {
        plain("dovecot_digest_encodings", &format!("{{{kind}.HEX}}{}", hex::encode(&octets)), None, PASSWORD);
        plain("dovecot_digest_encodings", &format!("{{{kind}.B64}}{}", STANDARD.encode(&octets)), None, PASSWORD);
    }
}

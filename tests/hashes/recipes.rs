//! Formulas: what they give, what is refused when they are loaded, and what stops them.
//!
//! Expected digests are of coreutils' `md5sum`, `sha256sum` and Python's hashlib, as noted.
use drawbridge::{
    hash::{
        attempt::Attempt,
        recipe::Recipe,
        scheme::{Identified, Reason, SaltEncoding, Scheme, Site, Stored, Verdict},
        schemes::Schemes,
    },
    secret::Secret,
};
use std::{collections::BTreeMap, sync::Arc};
use zeroize::Zeroizing;

fn recipe(formula: &str) -> Recipe {
    Recipe::of_operator("own", formula, &["created".into()]).unwrap_or_else(|error| panic!("{}", error.message))
}

fn verdict_with(formula: &str, hash: &str, salt: Option<&str>, site: &Site, attempt: &Attempt) -> Verdict {
    match recipe(formula).parse(Stored { hash, salt }, site) {
        Ok(verifier) => verifier.verify(attempt),
        Err(error) => Verdict::Unverifiable(error.reason().unwrap_or(Reason::Unknown)),
    }
}

fn verdict(formula: &str, hash: &str, salt: Option<&str>, password: &str) -> Verdict {
    verdict_with(formula, hash, salt, &Site::default(), &Attempt::with_password(password))
}

fn refused(formula: &str) -> String {
    match Recipe::of_operator("own", formula, &[]) {
        Ok(_) => panic!("{formula} was taken"),
        Err(error) => format!("{}: {}", error.column, error.message),
    }
}

// echo -n password | md5sum
const MD5: &str = "5f4dcc3b5aa765d61d8327deb882cf99";

#[test]
fn text_is_held_against_text_and_bytes_against_their_spellings() {
    for (formula, stored) in [
        ("hex(md5(password))", MD5),
        ("hex(md5(password))", "5F4DCC3B5AA765D61D8327DEB882CF99"),
        ("md5(password)", MD5),
        ("md5(password)", "X03MO1qnZdYdgyfeuILPmQ=="),
        ("md5(password)", "X03MO1qnZdYdgyfeuILPmQ"),
        ("md5(password)", "0x5F4DCC3B5AA765D61D8327DEB882CF99"),
        ("base64(md5(password))", "X03MO1qnZdYdgyfeuILPmQ"),
        ("password.md5().hex()", MD5),
        ("'$X$' + hex(md5(password))", "$X$5f4dcc3b5aa765d61d8327deb882cf99"),
        ("stored == hex(md5(password))", MD5),
        ("startsWith(stored, '5f') ? md5(password) : sha1(password)", MD5),
    ] {
        assert_eq!(verdict(formula, stored, None, "password"), Verdict::Match, "{formula}");
        assert_eq!(verdict(formula, stored, None, "Password"), Verdict::Mismatch, "{formula}");
    }
    // base64 has its case.
    assert_eq!(verdict("base64(md5(password))", "x03mo1qnzdydgyfeuilpmq==", None, "password"), Verdict::Mismatch);
}

#[test]
fn every_function_computes_what_others_do() {
    for (formula, stored) in [
        // python: hmac.new(b"salt", b"password", "sha256").hexdigest()
        ("hmac('sha256', salt, password)", "84ec44c7d6fc41917953a1dafca3c7d7856f7a9d0328b991b76f0d36be1224b9"),
        // python: hashlib.pbkdf2_hmac("sha1", b"password", b"salt", 2).hex(), RFC 6070
        ("pbkdf2('sha1', password, salt, 2, 20)", "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"),
        ("iterate(4, d, password, md5(d))", "e8a57d90b52f2cb729a9ab89fd198270"),
        ("iterate(3, d, md5(password), md5(d))", "e8a57d90b52f2cb729a9ab89fd198270"),
        ("md5(utf16le(password))", "b081dbe85e1ec3ffc3d4e7d0227400cd"),
        ("md5(lower(upper(password)))", MD5),
        ("md5(substring('x' + password + 'y', 1, 9))", MD5),
        ("md5(split('a:' + password, ':')[1])", MD5),
        ("md5(trim(' ' + password + ' '))", MD5),
        ("md5(replace(replace(password, 's', '$'), '$', 's'))", MD5),
        ("md5(unhex(hex(password)))", MD5),
        ("md5(unbase64(base64(password)))", MD5),
        ("ripemd160(password)", "2c08e8f5884750a7b99f6f2f342fc638db25ff31"),
        ("sha3_256(password)", "c0067d4af4e87f00dbac63b6156828237059172d1bbeac67427345d6a9fda484"),
        ("md4(password)", "8a9d093f14f8701df17732b2bb182c74"),
    ] {
        assert_eq!(verdict(formula, stored, Some("salt"), "password"), Verdict::Match, "{formula}");
    }
}

#[test]
fn the_row_and_the_site_can_be_named() {
    let site = Site {
        params: BTreeMap::from([("key".to_owned(), Secret::new("k".into()))]),
        pepper: Some(Secret::new("p".into())),
        ..Site::default()
    };
    let text = |text: &str| Some(Zeroizing::new(text.to_owned()));
    let attempt = Attempt {
        username: text("ada"),
        email: text("ada@example.com"),
        user_id: text("7"),
        columns: BTreeMap::from([("created".to_owned(), Zeroizing::new("2009".to_owned()))]),
        ..Attempt::with_password("password")
    };
    let formula = "md5(username + ':' + email + ':' + user_id + ':' + created + ':' + pepper + params.key + password)";
    // echo -n ada:ada@example.com:7:2009:pkpassword | md5sum
    let stored = "4c20e0b1a0b6188024f84135a8367aa2";
    assert_eq!(verdict_with(formula, stored, None, &site, &attempt), Verdict::Match);
    let without = Attempt::with_password("password");
    assert_eq!(verdict_with(formula, stored, None, &site, &without), Verdict::Unverifiable(Reason::Incomplete));
    assert_eq!(verdict("md5(params.key + password)", MD5, None, "password"), Verdict::Unverifiable(Reason::Incomplete));
    assert_eq!(verdict("md5(salt + password)", MD5, None, "password"), Verdict::Unverifiable(Reason::Incomplete));
}

#[test]
fn salts_are_text_unless_the_site_says_otherwise() {
    let of = |salt_encoding| Site { salt_encoding, ..Site::default() };
    let attempt = Attempt::with_password("password");
    // printf 'saltpassword' | md5sum
    let stored = "67a1e09bb1f83f5007dc119c14d663aa";
    for (encoding, salt) in
        [(SaltEncoding::Text, "salt"), (SaltEncoding::Hex, "73616c74"), (SaltEncoding::Base64, "c2FsdA==")]
    {
        assert_eq!(verdict_with("md5(salt + password)", stored, Some(salt), &of(encoding), &attempt), Verdict::Match);
    }
}

#[test]
fn a_cut_column_is_compared_as_far_as_it_goes() {
    let site = Site { cut_to: Some(30), ..Site::default() };
    let attempt = Attempt::with_password("password");
    for formula in ["hex(md5(password))", "md5(password)"] {
        assert_eq!(verdict_with(formula, &MD5[..30], None, &site, &attempt), Verdict::Match, "{formula}");
        assert_eq!(verdict_with(formula, &MD5[..29], None, &site, &attempt), Verdict::Mismatch, "{formula}");
        assert_eq!(verdict_with(formula, &MD5[..30], None, &Site::default(), &attempt), Verdict::Mismatch, "{formula}");
    }
}

#[test]
fn an_inner_hash_has_its_own_scheme_and_its_own_ceiling() {
    // Generated with Python's bcrypt 4.0 of hashlib.md5(b"password").hexdigest().
    let stored = "$2b$04$sRFByso2jQ1SRdo5cuTsZOyvuSX0U9bOIYUUb.gr7nT7z7wWtml6y";
    let formula = "verify('bcrypt', stored, hex(md5(password)))";
    assert_eq!(verdict(formula, stored, None, "password"), Verdict::Match);
    assert_eq!(verdict(formula, stored, None, "Password"), Verdict::Mismatch);
    let cut = "$2b$04$abcdefghijklmnopqrstuu";
    assert_eq!(verdict(formula, cut, None, "password"), Verdict::Unverifiable(Reason::Malformed));
    let costly = "$2b$31$abcdefghijklmnopqrstuuwOuvuEB8yOWqrtta0jWB10wzwfcx.sG";
    assert_eq!(verdict(formula, costly, None, "password"), Verdict::Unverifiable(Reason::TooCostly));
}

#[test]
fn what_is_wrong_is_told_when_it_is_loaded() {
    let refusals: Vec<String> = [
        "hex(mdd5(password))",
        "hex(md5(pasword))",
        "hex(md5(password)",
        "md5(password) + 1",
        "size(password)",
        "md5(salt)",
        "password == ''",
        "hmac('sha9', salt, password)",
        "[1, 2].map(x, x)",
        "iterate(10, 5, password, md5(d))",
        "verify('nothing', stored, password)",
        "verify('bcrypt', password, stored)",
        "substring(password)",
        "true ? md5(password) : 'x'",
        "password.field",
    ]
    .into_iter()
    .map(|formula| format!("{formula}\n    {}", refused(formula)))
    .collect();
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn no_formula_runs_for_ever() {
    for formula in [
        "iterate(1000000000, d, md5(password), md5(d))",
        "iterate(100000, d, md5(password), iterate(100000, e, d, md5(e)))",
        "pbkdf2('sha512', password, salt, 2000000000, 64)",
        "pbkdf2('sha512', password, salt, 10, 1000000000)",
        "iterate(60, d, password, d + d)",
        "md5(repeat(password, 1000000000))",
        "md5(repeat(repeat(password, 60000), 60000))",
    ] {
        let verdict = verdict(formula, MD5, Some("salt"), "password");
        assert_eq!(verdict, Verdict::Unverifiable(Reason::TooCostly), "{formula}");
    }
    for formula in [
        "md5(split(stored, ':')[5] + password)",
        "md5(unhex('xyz') + password)",
        "iterate(int(salt), d, md5(password), md5(d))",
    ] {
        assert_eq!(
            verdict(formula, MD5, Some("no number"), "password"),
            Verdict::Unverifiable(Reason::Malformed),
            "{formula}"
        );
    }
}

#[test]
fn a_list_tries_every_scheme_whose_text_is_alike() {
    let own = Arc::new(recipe("md5('x' + password)"));
    let names: Vec<String> = ["raw_md5", "ntlm", "own"].map(Into::into).to_vec();
    let schemes = Schemes::with_recipes(&names, vec![own]).expect("known names");
    // raw MD5; NTLM (from Samba's documentation); echo -n xpassword | md5sum
    for stored in [MD5, "8846f7eaee8fb117ad06bdd830b7586c", "12735683dee9c7d59a54d30251bb29d0"] {
        let Identified::Hash { verifier, .. } = schemes.identify(Stored { hash: stored, salt: None }, &Site::default())
        else {
            panic!("not read")
        };
        assert_eq!(verifier.verify(&Attempt::with_password("password")), Verdict::Match, "{stored}");
        assert_eq!(verifier.verify(&Attempt::with_password("another")), Verdict::Mismatch);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(1000))]

    /// Whatever an operator writes is a formula or an error, never a panic.
    #[test]
    fn no_text_breaks_the_compiler(text in "[a-z0-9 ()+\"'?:.,\\[\\]!=&|<>*/%-]{0,60}") {
        let _ = Recipe::of_operator("own", &text, &[]);
    }
}

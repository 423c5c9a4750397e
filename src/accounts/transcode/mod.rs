//! What Auth0's bulk import makes of a stored hash: the same hash in its words, or the reason why it cannot be said.
//!
//! A hash that is imported wrong locks its person out without a trace, because an imported person is never asked about
//! here again. So nothing is exported that the documented rules do not say exactly; whoever is not exported crosses at
//! the next login.
//!
//! # Why it stands with the accounts
//! The census tells what the import would take, the import writes it: both ask here, and neither imports the other.
mod crypt;
mod formula;
mod lines;
mod object;
pub mod reason;
pub mod row;
mod typed;

use crate::hash::{
    families::keycloak,
    registry,
    scheme::{Identified, Scheme, Site, Stored},
    schemes::Schemes,
    typing::Typing,
};
use formula::{Found, Reader};
use lines::Line;
use typed::Typed;

/// A stored hash in the words of the import.
#[derive(Clone, PartialEq, Eq)]
pub enum Transcoded {
    /// For `password_hash`.
    PasswordHash(String),
    /// For `custom_password_hash`.
    Custom(serde_json::Value),
    /// Not importable; one of `reason::ALL`.
    No(&'static str),
}

/// A result, or why there is none.
type Told<T> = Result<T, &'static str>;

impl Transcoded {
    /// Whether the import takes it.
    #[must_use]
    pub fn is_importable(&self) -> bool {
        !matches!(self, Self::No(_))
    }
}

/// What the import takes for a stored hash that was identified as of this scheme.
#[must_use]
pub fn transcode(scheme: &str, stored: Stored<'_>, site: &Site, typing: &Typing) -> Transcoded {
    let told = Typed::of(typing, site).and_then(|typed| by_name(scheme, stored, site, &typed));
    told.unwrap_or_else(Transcoded::No)
}

fn by_name(name: &str, stored: Stored<'_>, site: &Site, typed: &Typed) -> Told<Transcoded> {
    let scheme = registry::find(name).ok_or(reason::RECIPE)?;
    let trimmed = Stored { hash: stored.hash.trim(), ..stored };
    // What is not verified here is not imported: bounds and lengths are held by the scheme itself.
    let read = |stored| Some((stored, scheme.parse(stored, site).ok()?));
    let (stored, verifier) = [stored, trimmed].into_iter().find_map(read).ok_or(reason::UNREADABLE)?;
    if let Some(line) = Line::find(name) {
        return by_formula(scheme, line, stored, site, typed);
    }
    if let Some(parts) = verifier.parts() {
        return object::parts(parts, typed);
    }
    match name {
        "bcrypt_2a" | "bcrypt_2b" | "bcrypt_2y" | "bcrypt_2x" | "bcrypt_2" => crypt::bcrypt(stored.hash, typed),
        "argon2id" | "argon2i" | "argon2d" => crypt::argon2(stored.hash, typed),
        "keycloak_json" => {
            let text = keycloak::argon2_text(stored.hash).map_err(|_| reason::UNREADABLE)?;
            crypt::argon2(&text, typed)
        }
        "phpass_P" | "phpbb3_H" | "drupal7" => Err(reason::ROUNDS),
        // The gem's old texts hold a digest of the output.
        "wcf2_double_bcrypt" | "ruby_scrypt" => Err(reason::MADE),
        "better_auth_scrypt" | "lucia_v2_scrypt" => Err(reason::CHANGED),
        "lm" | "oracle10" | "mysql323" | "firebase_scrypt" | "firescrypt_kratos" | "scrypt_kdf_b64" => {
            Err(reason::ALGORITHM)
        }
        _ => Err(reason::CRYPT),
    }
}

fn by_formula(scheme: &dyn Scheme, line: &Line, stored: Stored<'_>, site: &Site, typed: &Typed) -> Told<Transcoded> {
    let row = line.row(stored, site)?;
    let formula = line.formula().ok_or(reason::UNREADABLE)?;
    match Reader::new(&row, formula, typed).read()? {
        // As the directory wrote it, where the import knows that text, too.
        Found::Digest(digest, typed, output) if scheme.name().starts_with("ldap_") => {
            object::ldap(digest, &typed, &output).or_else(|_| object::digest(digest, &typed, &output))
        }
        Found::Digest(digest, typed, output) => object::digest(digest, &typed, &output),
        Found::Hmac(digest, key, typed, output) => object::hmac(digest, &key, &typed, &output),
        Found::Inner(schemes, hash, typed) => inner(&schemes, Stored { hash: &hash, salt: stored.salt }, site, &typed),
    }
}

/// A hash inside another scheme's text; `schemes` is the scheme or the group that the formula names.
fn inner(schemes: &str, stored: Stored<'_>, site: &Site, typed: &Typed) -> Told<Transcoded> {
    if registry::find(schemes).is_some() {
        return by_name(schemes, stored, site, typed);
    }
    // The texts of a group tell what they are: what they are told to be must be of the group.
    if registry::parse_inner(schemes, stored, site).is_err() {
        return Err(reason::UNREADABLE);
    }
    match Schemes::auto().identify(stored, site) {
        Identified::Hash { scheme, .. } => by_name(scheme, stored, site, typed),
        _ => Err(reason::UNREADABLE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::typing::{Charset, FoldCase, PepperUse};
    use crate::secret::Secret;
    use serde_json::json;

    const MD5: Stored<'_> = Stored { hash: "5f4dcc3b5aa765d61d8327deb882cf99", salt: None };

    fn md5(site: &Site, typing: Typing) -> Transcoded {
        transcode("raw_md5", MD5, site, &typing)
    }

    fn no(reason: &'static str) -> Transcoded {
        Transcoded::No(reason)
    }

    #[test]
    fn what_was_done_to_a_password_is_said_or_refused() {
        let site = Site { pepper: Some(Secret::new("pep per".into())), ..Site::default() };
        let bare = Site::default();
        let default = Typing::default();
        for (typing, why) in [
            (Typing { trim: true, ..default }, reason::CHANGED),
            (Typing { fold_case: FoldCase::Lower, ..default }, reason::CHANGED),
            (Typing { truncate: Some(72), ..default }, reason::CHANGED),
            (Typing { charset: Charset::Windows1252, ..default }, reason::CHARSET),
            (Typing { pepper: Some(PepperUse::WORDS[2].1), ..default }, reason::PEPPER),
        ] {
            assert!(md5(&site, typing) == no(why), "{typing:?}");
        }
        let Transcoded::Custom(appended) = md5(&site, Typing { pepper: Some(PepperUse::Append), ..default }) else {
            panic!("a pepper behind the password is a salt");
        };
        assert_eq!(appended["salt"], json!({ "value": "70657020706572", "encoding": "hex", "position": "suffix" }));
        let Transcoded::Custom(latin1) = md5(&bare, Typing { charset: Charset::Latin1, ..default }) else {
            panic!("the import knows this charset");
        };
        assert_eq!(latin1["password"], json!({ "encoding": "latin1" }));
    }

    #[test]
    fn bcrypt_cuts_by_itself_and_has_no_pepper() {
        let stored = Stored { hash: "$2y$05$abcdefghijklmnopqrstuuwOuvuEB8yOWqrtta0jWB10wzwfcx.sG", salt: None };
        let site = Site { pepper: Some(Secret::new("pepper".into())), ..Site::default() };
        let default = Typing::default();
        let told = |typing: Typing| transcode("bcrypt_2y", stored, &site, &typing);
        assert!(told(Typing { truncate: Some(72), ..default }).is_importable());
        assert!(told(Typing { truncate: Some(71), ..default }) == no(reason::CHANGED));
        assert!(told(Typing { charset: Charset::Utf16le, ..default }) == no(reason::CHARSET));
        assert!(told(Typing { pepper: Some(PepperUse::Append), ..default }) == no(reason::PEPPER));
    }

    #[test]
    fn stray_bits_and_padding_are_not_passed_on() {
        let plain = |scheme, hash| transcode(scheme, Stored { hash, salt: None }, &Site::default(), &Typing::default());
        // `v` and `u` differ in bits behind the salt's last byte only.
        let stray = plain("bcrypt_2a", "$2a$10$abcdefghijklmnopqrstuvwOuvuEB8yOWqrtta0jWB10wzwfcx.sG");
        let exact = "$2a$10$abcdefghijklmnopqrstuuwOuvuEB8yOWqrtta0jWB10wzwfcx.sG";
        assert!(stray == Transcoded::PasswordHash(exact.into()));
        let text =
            "$argon2id$v=19$t=2,m=65536,p=1$J6Q/82PCyaNpYKRELJyTZg==$m04qUAB8rexWDR4+/0f+SFB+4XMFxt7YAvAq2UycYos=";
        let Transcoded::Custom(argon2) = plain("argon2id", text) else { panic!("an argon2 of one lane") };
        let exact = "$argon2id$v=19$m=65536,t=2,p=1$J6Q/82PCyaNpYKRELJyTZg$m04qUAB8rexWDR4+/0f+SFB+4XMFxt7YAvAq2UycYos";
        assert_eq!(argon2["hash"]["value"], exact);
    }

    #[test]
    fn the_sites_own_recipes_are_not_guessed() {
        assert!(transcode("our_recipe", MD5, &Site::default(), &Typing::default()) == no(reason::RECIPE));
    }
}

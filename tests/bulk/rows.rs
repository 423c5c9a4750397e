//! Rows of a table: what the configuration says of them decides what is exported.
use drawbridge::{
    accounts::transcode::{Transcoded, reason, row::Rows},
    config::password::{Password, SchemeColumn},
    hash::{scheme::Site, schemes::Schemes, typing::Typing},
    store::legacy_row::{LegacyRow, LegacyValue},
};
use std::collections::BTreeMap;

fn password(schemes: &[&str]) -> Password {
    let names: Vec<String> = schemes.iter().map(|name| (*name).to_owned()).collect();
    Password {
        column: "hash".into(),
        salt: Some("salt".into()),
        scheme: None,
        schemes: Schemes::from_names(&names).expect("known schemes"),
        site: Site::default(),
        typing: Typing::default(),
    }
}

fn row(values: &[(&str, &str)]) -> LegacyRow {
    let text = |(name, value): &(&str, &str)| ((*name).to_owned(), LegacyValue::Text((*value).to_owned()));
    LegacyRow::new(values.iter().map(text).collect())
}

/// MD5 of `salt` and `password`, with a blank that the column's type added.
const MD5: &str = "67a1e09bb1f83f5007dc119c14d663aa ";

#[test]
fn the_column_of_the_salt_is_read() {
    let row = row(&[("hash", MD5), ("salt", "salt")]);
    let Transcoded::Custom(object) = Rows::of(&password(&["md5_salt_pass"])).transcode(&row, "md5_salt_pass") else {
        panic!("one round of MD5 is importable");
    };
    assert_eq!(object["salt"]["value"], "salt");
    assert_eq!(object["hash"]["value"], MD5.trim());
}

#[test]
fn a_text_of_several_listed_schemes_is_not_exported_as_the_first() {
    let row = row(&[("hash", MD5), ("salt", "salt")]);
    let told = Rows::of(&password(&["md5_salt_pass", "md5_pass_salt"])).transcode(&row, "md5_salt_pass");
    assert!(told == Transcoded::No(reason::READINGS));
    // Without a salt it is of one only.
    let unsalted = self::row(&[("hash", MD5)]);
    assert!(Rows::of(&password(&["raw_md5", "md5_salt_pass"])).transcode(&unsalted, "raw_md5").is_importable());
    // Two names for one computation are one.
    let told = Rows::of(&password(&["vbulletin3", "vbulletin4"])).transcode(&row, "vbulletin3");
    assert!(told == Transcoded::No(reason::NESTED));
}

#[test]
fn a_column_that_names_the_scheme_leaves_no_doubt() {
    let row = row(&[("hash", MD5), ("salt", "salt"), ("kind", "1")]);
    let values = BTreeMap::from([("1".to_owned(), "md5_salt_pass".to_owned())]);
    let mut password = password(&["md5_salt_pass", "md5_pass_salt"]);
    password.scheme = Some(SchemeColumn { column: "kind".into(), values });
    assert!(Rows::of(&password).transcode(&row, "md5_salt_pass").is_importable());
}

#[test]
fn without_a_list_the_text_tells() {
    let bcrypt = row(&[("hash", "$2a$10$abcdefghijklmnopqrstuuwOuvuEB8yOWqrtta0jWB10wzwfcx.sG")]);
    assert!(matches!(Rows::of(&password(&["auto"])).transcode(&bcrypt, "bcrypt_2a"), Transcoded::PasswordHash(_)));
    assert!(Rows::of(&password(&["auto"])).transcode(&row(&[]), "bcrypt_2a") == Transcoded::No(reason::UNREADABLE));
}

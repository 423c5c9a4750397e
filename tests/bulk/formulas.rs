//! Texts of a profile take a short way where they stand in a column. The oracle: formulas that say the same, which take the
//! long one.
use drawbridge::{
    accounts::profile,
    config::{
        Config,
        load::{self, Needs},
    },
    store::legacy_row::{LegacyRow, LegacyValue},
};
use proptest::prelude::*;

const KEYS: [&str; 8] =
    ["email", "username", "name", "nickname", "given_name", "family_name", "picture", "phone_number"];

fn config(source: impl Fn(&str) -> String) -> Config {
    let mut text = "[database]\nurl = \"sqlite:legacy.db\"\n[users]\ntable = \"users\"\nidentifiers = [\"email\"]\n\
                    user_id = { column = \"id\", prefix = \"legacy|\" }\n[password]\ncolumn = \"password\"\n[users.profile]\n"
        .to_owned();
    for key in KEYS {
        text.push_str(&format!("{key} = {}\n", source(key)));
    }
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("drawbridge.toml");
    std::fs::write(&path, text).expect("the configuration");
    load::load(&path, std::iter::empty(), Needs::database()).expect("a sound configuration")
}

fn text() -> impl Strategy<Value = String> {
    // Lengths at every limit, in bytes and in characters.
    let long = (prop_oneof![Just("x"), Just("é")], 120_usize..310).prop_map(|(letter, times)| letter.repeat(times));
    let blank = "[ \\t\u{a0}]{0,3}";
    prop_oneof![".{0,20}", "[a-z\"\\\\\\x00-\\x1f]{0,20}", long, blank, "\\+[0-9]{0,17}"]
}

fn address() -> impl Strategy<Value = String> {
    let near =
        (0_usize..70, 0_usize..200).prop_map(|(local, domain)| format!("{}@{}", "l".repeat(local), "d".repeat(domain)));
    prop_oneof![4 => " ?[a-zA-Zé.]{1,9}@[a-z]{1,9}\\.example ?", 2 => near, 1 => text()]
}

proptest! {
    #[test]
    fn a_column_is_told_as_a_formula_of_it_would_be(address in address(), texts in proptest::collection::vec(text(), 7)) {
        let columns = config(|key| format!("\"{key}\""));
        let formulas = config(|key| format!("{{ cel = \"row.{key}\" }}"));
        let values = std::iter::once(address).chain(texts).map(LegacyValue::Text);
        let mut row: Vec<_> = KEYS.iter().map(|key| (*key).to_owned()).zip(values).collect();
        row.push(("id".to_owned(), LegacyValue::Int(7)));
        let row = LegacyRow::new(row);
        let told = |config: &Config| profile::of(&row, &config.users).map(|told| (told.email.clone(), told.json.clone()));
        prop_assert!(told(&columns) == told(&formulas), "a column that is told otherwise than its formula");
    }
}

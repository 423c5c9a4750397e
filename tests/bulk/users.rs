//! Users of random rows: what is written straight into bytes is what the rules say, and what the schema of the import takes.
//!
//! The oracles: the schema as Auth0 documents it, and the same user put together from its parts, field by field.
use super::schema_errors;
use drawbridge::{
    accounts::{
        plain_profile::Profiles, profile, profile::Profile, stored_hash, transcode::Transcoded, transcode::row::Rows,
    },
    bulk::auth0_user::{Reason, Writer},
    config::{
        Config,
        load::{self, Needs},
    },
    hash::scheme::Identified,
    store::legacy_row::{LegacyRow, LegacyValue},
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

const ALL: &str = r#"
[database]
url = "sqlite:legacy.db"
[users]
table = "users"
identifiers = ["email"]
user_id = { column = "id", prefix = "legacy|" }
active = "active"
mfa_factors = "factors"
[users.profile]
email = "email"
email_verified = "verified"
username = "username"
name = "name"
nickname = { cel = "row.name == null ? null : row.name + '!'" }
given_name = "given"
family_name = "family"
picture = "picture"
phone_number = "phone"
phone_verified = "verified"
[users.metadata]
plan = "plan"
"a \"key\"" = { column = "plan", type = "string" }
[users.user_metadata]
any = "any"
[password]
column = "password"
salt = "salt"
"#;

const SCHEMES: [&str; 4] = [
    r#"["auto"]"#,
    r#"["bcrypt_2a", "bcrypt_2b"]"#,
    r#"["bcrypt_2y", "wcf2_double_bcrypt", "md5_salt_pass"]"#,
    r#"["raw_md5", "django_pbkdf2_sha256"]"#,
];

/// A mapping of columns and constants alone, whose plain rows are written without a look at the rules.
const PLAIN: &str = r#"
[database]
url = "sqlite:legacy.db"
[users]
table = "users"
identifiers = ["email"]
user_id = { column = "id", prefix = "legacy|" }
[users.profile]
email = "email"
email_verified = "verified"
username = "username"
name = "name"
nickname = "salt"
given_name = "given"
family_name = "family"
picture = "picture"
[users.metadata]
"a \"key\"" = "any"
plan = { column = "plan", type = "string" }
number = { column = "plan", type = "int" }
flag = { column = "active", type = "bool" }
[users.user_metadata]
any = "any"
[password]
column = "password"
"#;

static PLAIN_CONFIGS: LazyLock<Vec<Config>> = LazyLock::new(|| {
    let directory = tempfile::tempdir().expect("a directory");
    // With a column for the flag of the address and without; with no metadata that most values of a row do not fit.
    let fewer =
        PLAIN.replace("email_verified = \"verified\"\n", "").replace("number = ", "# ").replace("flag = ", "# ");
    let load = |(n, text): (usize, &str)| {
        let path = directory.path().join(format!("{n}.toml"));
        std::fs::write(&path, text).expect("the configuration");
        load::load(&path, std::iter::empty(), Needs::database()).expect("a sound configuration")
    };
    [PLAIN, &fewer].into_iter().enumerate().map(load).collect()
});

static CONFIGS: LazyLock<Vec<Config>> = LazyLock::new(|| {
    let directory = tempfile::tempdir().expect("a directory");
    let load = |(n, schemes): (usize, &&str)| {
        let path = directory.path().join(format!("{n}.toml"));
        std::fs::write(&path, format!("{ALL}schemes = {schemes}\n")).expect("the configuration");
        load::load(&path, std::iter::empty(), Needs::database()).expect("a sound configuration")
    };
    SCHEMES.iter().enumerate().map(load).collect()
});

fn bcrypt() -> impl Strategy<Value = String> {
    let version = prop_oneof![Just("a"), Just("b"), Just("y"), Just("x"), Just("")];
    // Mostly as writers write them; ends with stray bits, costs out of bounds, blanks and lengths that no text has.
    let ends = ("[.Oeu]", "[.CGKOSWaeimquy26]");
    let exact = (version, "1[0-6]|0[4-9]", "[./A-Za-z0-9]{21}", ends.0, "[./A-Za-z0-9]{30}", ends.1)
        .prop_map(|(version, cost, salt, end, output, last)| format!("$2{version}${cost}${salt}{end}{output}{last}"));
    let near = "\\$2[abxy]?\\$[0-9]{1,3}\\$[./A-Za-z0-9=+]{52,54} ?";
    prop_oneof![6 => exact, 2 => near]
}

fn password() -> impl Strategy<Value = LegacyValue> {
    let text = prop_oneof![
        8 => bcrypt(),
        1 => "[0-9a-f]{32}",
        1 => "pbkdf2_sha256\\$[1-9][0-9]{0,3}\\$[a-z]{1,9}\\$[A-Za-z0-9+/]{43}=",
        1 => "\\{SSHA\\}[A-Za-z0-9+/]{32}",
        1 => Just("!".to_owned()),
        1 => ".{0,20}",
    ];
    prop_oneof![9 => text.prop_map(LegacyValue::Text), 1 => any_value()]
}

fn any_value() -> impl Strategy<Value = LegacyValue> {
    prop_oneof![
        Just(LegacyValue::Null),
        any::<bool>().prop_map(LegacyValue::Bool),
        any::<i64>().prop_map(|number| LegacyValue::Int(number.into())),
        (-1e12_f64..1e12).prop_map(LegacyValue::Float),
        "-?[0-9]{1,20}(\\.[0-9]{1,9})?".prop_map(LegacyValue::Decimal),
        any::<String>().prop_map(LegacyValue::Text),
        proptest::collection::vec(any::<u8>(), 0..30).prop_map(LegacyValue::Bytes),
        Just(LegacyValue::Json(json!({"a": [1, "x\n", null]}))),
        proptest::collection::vec("[a-z\"]{0,5}".prop_map(LegacyValue::Text), 0..4).prop_map(LegacyValue::List),
        Just(LegacyValue::Moment("2024-02-29T10:00:00Z".into())),
        Just(LegacyValue::Undecodable("point".into())),
    ]
}

fn texts(of: &'static str) -> impl Strategy<Value = LegacyValue> {
    prop_oneof![6 => of.prop_map(LegacyValue::Text), 1 => any_value()]
}

fn factors() -> impl Strategy<Value = LegacyValue> {
    let factor = prop_oneof![
        "[A-Z2-7]{0,8}".prop_map(|secret| json!({"totp": {"secret": secret}})),
        "\\+?[0-9]{0,16}".prop_map(|number| json!({"phone": {"value": number}})),
        Just(json!({"email": {"value": "a@example.com"}})),
        Just(json!({"email": {"value": "a@example.com", "more": 1}})),
        Just(json!({"other": {}})),
        Just(json!({})),
    ];
    let some = proptest::collection::vec(factor, 0..12);
    prop_oneof![3 => some.prop_map(|some| LegacyValue::Json(Value::Array(some))), 2 => Just(LegacyValue::Null), 1 => any_value()]
}

fn row() -> impl Strategy<Value = LegacyRow> {
    let keys = prop_oneof![any::<i64>().prop_map(|key| LegacyValue::Int(key.into())), texts("[a-zA-Z0-9-]{1,40}")];
    let first = (keys, texts("[A-Za-zé.\"\\\\]{1,20}@[a-z]{1,9}\\.example"), password(), texts("[a-z]{0,9}"));
    let second = (texts("t|f|1|0"), texts(".{0,140}"), texts("\\PC{0,300}"), texts("[A-Z][a-z]{1,9}"));
    let third = (
        texts("[A-Z][a-z]{1,160}"),
        texts("https://[a-z]{1,9}\\.example/\\PC{0,9}"),
        texts("\\+[0-9]{1,15}"),
        any_value(),
    );
    (first, second, third, (any_value(), factors(), any::<bool>())).prop_map(
        |(
            (id, email, password, salt),
            (active, username, name, given),
            (family, picture, phone, plan),
            (any, factors, verified),
        )| {
            let columns = [
                ("id", id),
                ("email", email),
                ("password", password),
                ("salt", salt),
                ("active", active),
                ("username", username),
                ("name", name),
                ("given", given),
                ("family", family),
                ("picture", picture),
                ("phone", phone),
                ("plan", plan),
                ("any", any),
                ("factors", factors),
                ("verified", LegacyValue::Bool(verified)),
            ];
            LegacyRow::new(columns.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
        },
    )
}

/// The user from its parts: the profile of the routes, and what the transcoder says.
fn expected(row: &LegacyRow, config: &Config) -> Option<Value> {
    let profile = profile::of(row, &config.users).ok()?;
    let mut user: Map<String, Value> = serde_json::from_slice(&profile.json).expect("a profile is JSON");
    assert_eq!(user["user_id"], profile.user_id);
    let metadata = user.remove("metadata").expect("always there");
    user.insert("app_metadata".into(), metadata);
    let Identified::Hash { scheme, .. } = stored_hash::identify(row, &config.password) else { return None };
    match Rows::of(&config.password).transcode(row, scheme) {
        Transcoded::PasswordHash(hash) => user.insert("password_hash".into(), hash.into()),
        Transcoded::Custom(object) => user.insert("custom_password_hash".into(), object),
        Transcoded::No(_) => return None,
    };
    Some(Value::Object(user))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_user_is_its_parts_and_fits_the_schema(rows in proptest::collection::vec(row(), 1..4), config in 0..SCHEMES.len()) {
        let config = &CONFIGS[config];
        let mut writer = Writer::new(config, &[]).expect("the schema");
        let mut json = Vec::new();
        for row in &rows {
            json.clear();
            let written = writer.read(row).and_then(|()| writer.write(row, &mut json));
            match written {
                Ok(()) => {
                    let user: Value = serde_json::from_slice(&json).expect("a user is JSON");
                    prop_assert_eq!(schema_errors(&user), "");
                    prop_assert_eq!(user["email"].as_str(), Some(writer.email()));
                    prop_assert!(expected(row, config) == Some(user), "a user that differs from its parts");
                }
                // The operator's rule, which the parts do not know.
                Err(Reason::Disabled | Reason::Unmappable("the active rule cannot be read")) => {}
                Err(reason) => prop_assert!(expected(row, config).is_none(), "left out: {reason:?}"),
            }
        }
    }

    #[test]
    fn plain_rows_have_the_profile_that_the_rules_give_them(rows in proptest::collection::vec(row(), 1..4), fewer in 0..2_usize) {
        let users = &PLAIN_CONFIGS[fewer].users;
        let (mut profiles, mut written) = (Profiles::of(users), Profile::default());
        for row in &rows {
            let told = profiles.write(row, &mut written).map_err(|refusal| refusal.rule());
            match profile::of(row, users) {
                Ok(profile) => {
                    prop_assert_eq!(told, Ok(()));
                    prop_assert!(written.json == profile.json && written.around_metadata() == profile.around_metadata());
                    prop_assert!(written.user_id == profile.user_id && written.email == profile.email);
                }
                Err(refusal) => prop_assert_eq!(told, Err(refusal.rule())),
            }
        }
    }

    #[test]
    fn an_exact_bcrypt_text_is_handed_on_as_the_transcoder_says(text in bcrypt(), config in 0..SCHEMES.len()) {
        let password = &CONFIGS[config].password;
        let row = LegacyRow::new(vec![("password".into(), LegacyValue::Text(text.clone()))]);
        let rows = Rows::of(password);
        if let Some(verbatim) = rows.verbatim(&row) {
            let Identified::Hash { scheme, .. } = stored_hash::identify(&row, password) else {
                panic!("a text that no login would verify");
            };
            match rows.transcode(&row, scheme) {
                Transcoded::PasswordHash(hash) => prop_assert!(verbatim.at_ten && hash == text),
                Transcoded::Custom(object) => {
                    prop_assert!(!verbatim.at_ten);
                    let constant = json!({"algorithm": "bcrypt", "hash": {"value": text, "encoding": "utf8"}});
                    prop_assert!(object == constant);
                }
                Transcoded::No(_) => panic!("a text that the import does not take"),
            }
        }
    }
}

#[test]
fn usual_bcrypt_is_handed_on() {
    let rows = Rows::of(&CONFIGS[0].password);
    for (version, cost, at_ten) in [("a", "10", true), ("b", "10", true), ("y", "10", false), ("b", "12", false)] {
        let text = format!("$2{version}${cost}$abcdefghijklmnopqrstuuwOuvuEB8yOWqrtta0jWB10wzwfcx.sG");
        let row = LegacyRow::new(vec![("password".into(), LegacyValue::Text(text))]);
        assert_eq!(rows.verbatim(&row).map(|verbatim| verbatim.at_ten), Some(at_ten), "2{version} at {cost}");
    }
    // Where a login tries several schemes, the text is read.
    let row = LegacyRow::new(vec![("password".into(), LegacyValue::Text(format!("$2y$10${}", ".".repeat(53))))]);
    assert!(Rows::of(&CONFIGS[2].password).verbatim(&row).is_none());
}

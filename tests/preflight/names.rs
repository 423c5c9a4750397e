//! Names that have to be quoted: reserved words, mixed case, blanks, quotes and letters beyond ASCII, in schemas and views.
use super::Case;
use serde_json::{Value, json};

const HASH: &str = "$2a$05$MBCzKhG1KhezLh.0LRa0Kuw12nLJtpHy6DIaU.JAnqJUDYspHC.Ou";

fn is_shown(case: &Case, expected: Value) {
    let script = case.apply_script();
    let (code, findings) = case.check();
    let errors: Vec<_> = findings.iter().filter(|(code, ..)| code != "index").collect();
    assert_eq!((code, errors.len()), (Some(0), 0), "{findings:?}\n{script}");
    let (code, json, errors) = case.run(&["user", "show", "ADA@example.com", "--json"]);
    assert_eq!(code, Some(0), "{errors}");
    let shown: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(shown["profile"], expected);
    assert_eq!((&shown["scheme"], &shown["active"]), (&json!("bcrypt_2a"), &json!(true)));
}

#[test]
fn postgres() {
    let case = Case::postgres();
    case.exec(&format!(
        r#"create schema "Ältere App"; create table "Ältere App"."Order" ("ID" bigint primary key, "E-Mail" text, "Paß""wort" text,
           "select" boolean, "Größe" int, geheim text);
           insert into "Ältere App"."Order" values (1, 'Ada@Example.com', '{HASH}', true, 7, 'x');
           create table "Ältere App"."Gruppe" ("Order" bigint, "Name" text); insert into "Ältere App"."Gruppe" values (1, 'Bücher')"#
    ));
    case.configure(
        r#"
[users]
table = '"Ältere App"."Order"'
identifiers = ["E-Mail"]
user_id = { column = "ID" }
active = "select"
[users.columns]
"die Gruppe" = 'select min(g."Name") from "Ältere App"."Gruppe" g where g."Order" = u."ID"'
[users.reads]
'"Ältere App"."Gruppe"' = ["Order", "Name"]
[users.profile]
email = "E-Mail"
[users.metadata]
"größe" = "Größe"
gruppe = "die Gruppe"
double = { cel = "row['Größe'] * 2" }
[password]
column = 'Paß"wort'
"#,
    );
    is_shown(
        &case,
        json!({"user_id": "legacy|1", "email": "Ada@Example.com", "email_verified": false,
               "metadata": {"größe": 7, "gruppe": "Bücher", "double": 14}}),
    );
}

#[test]
fn mariadb() {
    let case = Case::mariadb();
    case.exec(&format!(
        "create table `Order` (`ID` bigint primary key, `E-Mail` varchar(100), `Paß``wort` varchar(100), `select` tinyint(1), \
         `Größe` int, geheim text); insert into `Order` values (1, 'Ada@Example.com', '{HASH}', 1, 7, 'x'); \
         create view `die Kunden` as select * from `Order`"
    ));
    case.configure(
        r#"
[users]
table = "`die Kunden`"
identifiers = ["E-Mail"]
user_id = { column = "ID" }
active = "select"
[users.profile]
email = "E-Mail"
[users.metadata]
"größe" = "Größe"
[password]
column = 'Paß`wort'
"#,
    );
    is_shown(
        &case,
        json!({"user_id": "legacy|1", "email": "Ada@Example.com", "email_verified": false, "metadata": {"größe": 7}}),
    );
}

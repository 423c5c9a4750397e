//! The people of the demo's legacy database, with a different stored hash each.
//!
//! The hashes were written by other implementations: bcrypt, passlib's PBKDF2 and phpass by passlib 1.7.4; Django's by
//! Django; argon2 by argon2-cffi; PHC and ASP.NET by Python's hashlib after the formats' sources. The passwords are
//! public by design.
use diesel::{Connection, ConnectionError, SqliteConnection, connection::SimpleConnection};
use std::path::Path;

/// How a person's login ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// With the profile.
    Crosses,
    /// With `account_disabled`.
    Disabled,
    /// With `no_password`.
    NoPassword,
}

/// One person.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    /// Primary key.
    pub id: u32,
    /// E-mail address, at example.com.
    pub email: &'static str,
    /// Username.
    pub username: &'static str,
    /// Full name.
    pub name: &'static str,
    /// The password, as typed.
    pub password: &'static str,
    /// The scheme of the stored hash.
    pub scheme: &'static str,
    /// The stored hash.
    pub hash: &'static str,
    /// Metadata.
    pub plan: &'static str,
    /// User metadata.
    pub locale: &'static str,
    /// Whether the account is active.
    pub active: bool,
    /// How the login ends.
    pub ending: Ending,
    /// What is special.
    pub note: &'static str,
}

/// Everybody.
#[must_use]
pub fn all() -> Vec<Person> {
    PEOPLE.to_vec()
}

const PEOPLE: &[Person] = &[
    Person {
        id: 1,
        email: "ada@example.com",
        username: "ada",
        name: "Ada Pontis",
        password: "open the gates",
        scheme: "bcrypt_2b",
        hash: "$2b$10$1hLbWqIpCs5shuv/zRr7mOILI11Oune7ZK1VgpwTxvOS6.EzKb6/S",
        plan: "gold",
        locale: "en",
        active: true,
        ending: Ending::Crosses,
        note: "",
    },
    Person {
        id: 2,
        email: "bruno@example.com",
        username: "bruno",
        name: "Bruno Castell",
        password: "over the moat",
        scheme: "bcrypt_2y",
        hash: "$2y$10$8TzPpc6E7TvOpPgpAqCFB.tQfYY7qvDMXBjF7jQru1dykfXuH1o/K",
        plan: "free",
        locale: "de",
        active: true,
        ending: Ending::Crosses,
        note: "",
    },
    Person {
        id: 3,
        email: "chiara@example.com",
        username: "chiara",
        name: "Chiara Ponte",
        password: "a chain of iron",
        scheme: "django_pbkdf2_sha256",
        hash: "pbkdf2_sha256$260000$Gq7vZ2rT9xLmKp1w$Yi1OCiso/WfoVKeBRSQ9KJD13sm6DaZPfPnEwPTQ7g8=",
        plan: "free",
        locale: "it",
        active: true,
        ending: Ending::Crosses,
        note: "",
    },
    Person {
        id: 4,
        email: "dmitri@example.com",
        username: "dmitri",
        name: "Dmitri Most",
        password: "seven stone towers",
        scheme: "phc_pbkdf2",
        hash: "$pbkdf2-sha256$i=100000,l=32$AAECAwQFBgcICQoLDA0ODw$095I1J1TzxMvZR0BIFFqkCPR4DgRX97LN+m0bZ7rlLI",
        plan: "silver",
        locale: "ru",
        active: true,
        ending: Ending::Crosses,
        note: "",
    },
    Person {
        id: 5,
        email: "emil@example.com",
        username: "emil",
        name: "Emil Bro",
        password: "the watchman sleeps",
        scheme: "pbkdf2_sha512_passlib",
        hash: "$pbkdf2-sha512$25000$2Lu3NoYwBkAoZSzlnHPOGQ$0Xw4Jqzcq2rCoofWogxjV8jL8nJhIIGndP3ifZmj8A.TpdbzFcJNmuieHY38HkCAuU1/MScOVvnz9YP..mcgQg",
        plan: "free",
        locale: "da",
        active: true,
        ending: Ending::Crosses,
        note: "",
    },
    Person {
        id: 6,
        email: "fatima@example.com",
        username: "fatima",
        name: "Fatima Qantara",
        password: "torch and banner",
        scheme: "aspnet_identity_v2",
        hash: "ABAREhMUFRYXGBkaGxwdHh9FiD1RxGS/f1z4q1F/CCsXkG20UcRqqfFAqempMsuSGQ==",
        plan: "gold",
        locale: "ar",
        active: true,
        ending: Ending::Crosses,
        note: "",
    },
    Person {
        id: 7,
        email: "goran@example.com",
        username: "goran",
        name: "Goran Most",
        password: "drawn at dusk",
        scheme: "aspnet_identity_v3",
        hash: "AQAAAAIAAYagAAAAECAhIiMkJSYnKCkqKywtLi/iQRwG0WN0fwJrmc6fBukd2F2HwoXQ9hTcC/Sb7HLGwA==",
        plan: "free",
        locale: "hr",
        active: true,
        ending: Ending::Crosses,
        note: "",
    },
    Person {
        id: 8,
        email: "hana@example.com",
        username: "hana",
        name: "Hana Hashi",
        password: "the old portcullis",
        scheme: "argon2id",
        hash: "$argon2id$v=19$m=19456,t=2,p=1$haPve6yohBh+UZDOdvLxew$9f+iIfPQWaRpLXoJ3o0usJcKZ1nS7O3Jco7gmKoODnQ",
        plan: "gold",
        locale: "ja",
        active: true,
        ending: Ending::Crosses,
        note: "",
    },
    Person {
        id: 9,
        email: "ines@example.com",
        username: "ines",
        name: "Inés Puente",
        password: "salt for the well",
        scheme: "phpass_P",
        hash: "$P$BmfyVKlh.evjJKWono/epmQvAW1p0..",
        plan: "free",
        locale: "es",
        active: true,
        ending: Ending::Crosses,
        note: "",
    },
    Person {
        id: 10,
        email: "jan@example.com",
        username: "jan",
        name: "Jan Brug",
        password: "rope and windlass",
        scheme: "pbkdf2_sha1_passlib",
        hash: "$pbkdf2$30000$21uLUUpJaW1tzbkXQqh1rg$ACwejlw/dYd9T4HgEr1WxfyaJ2g",
        plan: "free",
        locale: "nl",
        active: true,
        ending: Ending::Crosses,
        note: "",
    },
    Person {
        id: 11,
        email: "kerstin@example.com",
        username: "kerstin",
        name: "Kerstin Bro",
        password: "two ravens",
        scheme: "phpbb3_H",
        hash: "$H$93/.qrDrKVDaYFzjIDHskpgW3cz.ix.",
        plan: "silver",
        locale: "sv",
        active: true,
        ending: Ending::Crosses,
        note: "",
    },
    Person {
        id: 12,
        email: "liam@example.com",
        username: "liam",
        name: "Liam Droichead",
        password: "the keep is warm",
        scheme: "bcrypt_2a",
        hash: "$2a$08$IPBuSOQa2g0hdOImgew5Me4pslWLBS8k86klqAdmScRcs4us8pP7y",
        plan: "free",
        locale: "ga",
        active: false,
        ending: Ending::Disabled,
        note: "disabled: 422 account_disabled",
    },
    Person {
        id: 13,
        email: "mona@example.com",
        username: "mona",
        name: "Mona Bro",
        password: "quiet water",
        scheme: "unusable",
        hash: "!",
        plan: "free",
        locale: "nb",
        active: true,
        ending: Ending::NoPassword,
        note: "no password: 422 no_password",
    },
];

/// Makes the legacy database of the demo.
///
/// # Errors
/// When the file cannot be made.
pub fn create_database(path: &Path) -> Result<(), ConnectionError> {
    let mut connection = SqliteConnection::establish(&path.to_string_lossy())?;
    let mut sql = String::from(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, username TEXT NOT NULL, full_name TEXT, \
         password TEXT, plan_code TEXT, locale TEXT, is_active BOOLEAN NOT NULL); \
         CREATE UNIQUE INDEX users_email ON users (lower(email)); \
         CREATE UNIQUE INDEX users_username ON users (lower(username));",
    );
    for person in PEOPLE {
        // Our own constants, none of which holds a quote.
        sql.push_str(&format!(
            "INSERT INTO users VALUES ({}, '{}', '{}', '{}', '{}', '{}', '{}', {});",
            person.id,
            person.email,
            person.username,
            person.name,
            person.hash,
            person.plan,
            person.locale,
            u8::from(person.active)
        ));
    }
    connection.batch_execute(&sql).map_err(ConnectionError::CouldntSetupConfiguration)
}

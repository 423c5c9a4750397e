//! How tables and columns of users are called, in the languages that legacy databases are written in.

/// What a column may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Word {
    /// The stored hash.
    Password,
    /// Its salt.
    Salt,
    /// An address.
    Email,
    /// What a person types that is no address.
    Username,
    /// The primary key.
    Id,
    /// Whether a user may log in.
    Active,
    /// Whether a user may not.
    Blocked,
    /// When or that a user was deleted.
    Deleted,
    /// Whether the address is verified.
    EmailVerified,
    /// The whole name.
    Name,
    /// The first name.
    GivenName,
    /// The last name.
    FamilyName,
    /// A short name.
    Nickname,
    /// A telephone number.
    Phone,
    /// The address of a picture.
    Picture,
    /// What a person may do.
    Role,
    /// A plan, a tier.
    Plan,
    /// Language.
    Locale,
    /// The scheme of the row's hash.
    Scheme,
}

/// The words for each, without separators, in lower case; a name that ends in one counts, too.
const WORDS: &[(Word, &[&str])] = &[
    (
        Word::Password,
        &[
            "password",
            "passwordhash",
            "passwd",
            "passwdhash",
            "pass",
            "passhash",
            "pwd",
            "pwdhash",
            "pwhash",
            "pw",
            "hashedpassword",
            "encryptedpassword",
            "cryptedpassword",
            "passworddigest",
            "passwordhashed",
            "userpass",
            "userpassword",
            "hash",
            "credential",
            "secret",
            "kennwort",
            "passwort",
            "passworthash",
            "motdepasse",
            "mdp",
            "contrasena",
            "contraseña",
            "clave",
            "senha",
            "wachtwoord",
            "haslo",
            "hasło",
            "parola",
            "lösenord",
            "losenord",
            "salasana",
            "jelszo",
            "jelszó",
            "heslo",
            "sifre",
            "şifre",
            "пароль",
            "パスワード",
            "密码",
            "密碼",
        ],
    ),
    (Word::Salt, &["salt", "passwordsalt", "passsalt", "pwsalt", "hashsalt", "salz", "sel", "соль"]),
    (
        Word::Email,
        &[
            "email",
            "emailaddress",
            "mail",
            "mailaddress",
            "emailid",
            "primaryemail",
            "courriel",
            "correo",
            "correoelectronico",
            "correio",
            "eposta",
            "epost",
            "posta",
            "mailadresse",
            "emailadresse",
            "почта",
            "メール",
            "邮箱",
        ],
    ),
    (
        Word::Username,
        &[
            "username",
            "login",
            "loginname",
            "loginid",
            "userlogin",
            "userid",
            "uname",
            "nick",
            "nickname",
            "account",
            "accountname",
            "screenname",
            "handle",
            "benutzer",
            "benutzername",
            "nutzername",
            "anmeldename",
            "identifiant",
            "nomutilisateur",
            "utilisateur",
            "usuario",
            "nombreusuario",
            "usuário",
            "utilizador",
            "gebruikersnaam",
            "gebruiker",
            "uzytkownik",
            "użytkownik",
            "anvandarnamn",
            "användarnamn",
            "kullanici",
            "kullanıcı",
            "логин",
            "用户名",
        ],
    ),
    (
        Word::Id,
        &["id", "uid", "userid", "guid", "uuid", "pk", "key", "no", "nr", "number", "kundennummer", "customerid"],
    ),
    (
        Word::Active,
        &[
            "active",
            "isactive",
            "enabled",
            "isenabled",
            "approved",
            "isapproved",
            "aktiv",
            "istaktiv",
            "actif",
            "activo",
            "ativo",
            "attivo",
            "actief",
            "aktywny",
            "activated",
            "isactivated",
            "活动",
        ],
    ),
    (
        Word::Blocked,
        &[
            "disabled",
            "isdisabled",
            "blocked",
            "isblocked",
            "banned",
            "isbanned",
            "locked",
            "islocked",
            "suspended",
            "issuspended",
            "inactive",
            "isinactive",
            "gesperrt",
            "bloque",
            "bloqueado",
            "bloccato",
            "geblokkeerd",
        ],
    ),
    (
        Word::Deleted,
        &["deleted", "isdeleted", "deletedat", "deletedon", "removed", "geloescht", "gelöscht", "supprime"],
    ),
    (
        Word::EmailVerified,
        &[
            "emailverified",
            "isemailverified",
            "emailverifiedat",
            "emailconfirmed",
            "isemailconfirmed",
            "emailconfirmedat",
            "confirmedat",
            "confirmed",
            "isconfirmed",
            "verified",
            "isverified",
            "verifiedat",
            "mailverified",
        ],
    ),
    (
        Word::Name,
        &[
            "name",
            "fullname",
            "displayname",
            "realname",
            "completename",
            "nomcomplet",
            "nombrecompleto",
            "nome",
            "naam",
            "имя",
        ],
    ),
    (
        Word::GivenName,
        &[
            "firstname",
            "givenname",
            "fname",
            "forename",
            "first",
            "vorname",
            "prenom",
            "prénom",
            "nombre",
            "voornaam",
            "imie",
        ],
    ),
    (
        Word::FamilyName,
        &[
            "lastname",
            "familyname",
            "surname",
            "lname",
            "last",
            "secondname",
            "nachname",
            "familienname",
            "nom",
            "apellido",
            "apellidos",
            "cognome",
            "achternaam",
            "nazwisko",
            "efternamn",
        ],
    ),
    (Word::Nickname, &["nickname", "nick", "alias", "spitzname"]),
    (
        Word::Phone,
        &["phone", "phonenumber", "telephone", "tel", "mobile", "mobilephone", "mobilenumber", "cell", "telefon"],
    ),
    (
        Word::Picture,
        &["picture", "avatar", "avatarurl", "photo", "photourl", "image", "imageurl", "profilepicture", "bild"],
    ),
    (Word::Role, &["role", "roles", "usertype", "rolle", "isadmin", "admin", "issuperuser", "isstaff", "userrole"]),
    (Word::Plan, &["plan", "plancode", "tier", "subscription", "membership", "tarif"]),
    (Word::Locale, &["locale", "language", "lang", "sprache", "langue", "idioma"]),
    (
        Word::Scheme,
        &["passwordformat", "hashtype", "hashalgorithm", "passwordtype", "passwordscheme", "hashmethod", "algorithm"],
    ),
];

/// Tables of users.
const TABLES: &[&str] = &[
    "user",
    "users",
    "account",
    "accounts",
    "member",
    "members",
    "customer",
    "customers",
    "people",
    "person",
    "login",
    "logins",
    "appuser",
    "authuser",
    "userentity",
    "useraccount",
    "useraccounts",
    "client",
    "clients",
    "benutzer",
    "kunde",
    "kunden",
    "nutzer",
    "mitglied",
    "mitglieder",
    "utilisateur",
    "utilisateurs",
    "usuario",
    "usuarios",
    "usuário",
    "utente",
    "utenti",
    "gebruiker",
    "gebruikers",
    "klant",
    "klanten",
    "uzytkownik",
    "uzytkownicy",
    "användare",
    "пользователи",
    "用户",
];

/// Tables that look like it and are not.
const NOT_TABLES: &[&str] = &[
    "reset", "resets", "token", "tokens", "session", "sessions", "history", "historie", "archive", "archiv", "backup",
    "bak", "old", "alt", "tmp", "temp", "log", "logs", "audit", "copy", "kopie", "import", "staging", "test",
    "attempt", "attempts", "email", "emails", "admin", "admins", "deleted",
];

/// How well a name is the word: 100 for the word itself, less for a name that ends in it, 0 for another.
#[must_use]
pub fn likeness(name: &str, word: Word) -> u32 {
    let words = WORDS.iter().find(|(known, _)| *known == word).map(|(_, words)| *words).unwrap_or_default();
    let parts = parts(name);
    let whole: String = parts.concat();
    if words.contains(&whole.as_str()) {
        return 100;
    }
    // `usr_email`, `c_mail`, `strPassword`: what stands before is the table's own habit.
    (1..parts.len())
        .filter_map(|from| {
            let tail: String = parts.get(from..)?.concat();
            words.contains(&tail.as_str()).then_some(if from == 1 { 85 } else { 70 })
        })
        .max()
        .unwrap_or_else(|| {
            let inside = |known: &str| known.len() > 4 && whole.contains(known);
            if words.iter().any(|known| inside(known)) { 45 } else { 0 }
        })
}

/// How well a name is that of a table of users; below zero for one of their tokens or their past.
#[must_use]
pub fn table_likeness(name: &str) -> i64 {
    let parts = parts(name);
    let whole: String = parts.concat();
    let mut likeness = 0;
    if TABLES.contains(&whole.as_str()) {
        likeness += 40;
    } else if parts.iter().any(|part| TABLES.contains(&part.as_str())) {
        likeness += 25;
    }
    if parts.iter().any(|part| NOT_TABLES.contains(&part.as_str())) {
        likeness -= 60;
    }
    likeness
}

/// `UserName`, `user_name` and `USER-NAME` are `user` and `name`.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut before_was_lower = false;
    for character in name.chars() {
        if !character.is_alphanumeric() {
            parts.push(String::new());
            before_was_lower = false;
            continue;
        }
        if character.is_uppercase() && before_was_lower {
            parts.push(String::new());
        }
        before_was_lower = character.is_lowercase() || character.is_numeric();
        if let Some(part) = parts.last_mut() {
            part.extend(character.to_lowercase());
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_recognised_in_their_habits() {
        for name in ["password", "PASSWORD_HASH", "usr_pwd", "strPassword", "Kennwort", "mot_de_passe", "PasswordHash"]
        {
            assert!(likeness(name, Word::Password) >= 85, "{name}");
        }
        for name in ["email", "EMail", "cust_email_address", "E-Mail", "mailadresse"] {
            assert!(likeness(name, Word::Email) >= 85, "{name}");
        }
        assert_eq!(likeness("created_at", Word::Password), 0);
        assert!(likeness("username", Word::Username) > likeness("username", Word::Name));
        assert!(table_likeness("app_users") > 0);
        assert!(table_likeness("password_resets") < 0);
        assert!(table_likeness("users_old") < 0);
    }
}

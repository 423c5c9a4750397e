//! Passwords of database servers' own accounts, which applications borrowed (`PASSWORD()`, `pwdencrypt()`).
use super::Line;
use crate::hash::scheme::Tell::{OnlyByName, Prefix, Shape};

/// The schemes of this family.
pub const LINES: &[Line] = &[
    ("mysql41", Shape, "*", "(?<digest>[0-9a-fA-F]{40})", "sha1(sha1(password))"),
    ("postgres_md5", Shape, "md5", "(?<digest>[0-9a-f]{32})", "md5(password + username)"),
    (
        "postgres_scram_sha256",
        Prefix,
        "SCRAM-SHA-256$",
        "(?<rounds>[0-9]{1,9}):(?<salt>[^$]+)[$](?<digest>[^:]+):(?<server>.+)",
        "sha256(hmac(\"sha256\", pbkdf2(\"sha256\", saslprep(password), unbase64(salt), int(rounds), 32), \"Client Key\"))",
    ),
    // The second half is of the password in capitals: it decides, because the server compared without case.
    (
        "mssql2000",
        Shape,
        "0x0100",
        "(?<salt>[0-9a-fA-F]{8})(?:[0-9a-fA-F]{40})(?<digest>[0-9a-fA-F]{40})",
        "sha1(utf16le(upper(password)) + unhex(salt))",
    ),
    (
        "mssql2005",
        Shape,
        "0x0100",
        "(?<salt>[0-9a-fA-F]{8})(?<digest>[0-9a-fA-F]{40})",
        "sha1(utf16le(password) + unhex(salt))",
    ),
    (
        "mssql2012",
        Shape,
        "0x0200",
        "(?<salt>[0-9a-fA-F]{8})(?<digest>[0-9a-fA-F]{128})",
        "sha512(utf16le(password) + unhex(salt))",
    ),
    // nvarchar is UTF-16, varchar the code page: both are tried, since the column's type is not in the text.
    (
        "mssql_hashbytes",
        OnlyByName,
        "",
        "0[xX](?<hash>[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{128})",
        "equal(unhex(hash), digest_of(size(hash) / 2, utf16le(password))) || \
         equal(unhex(hash), digest_of(size(hash) / 2, latin1(password))) || \
         equal(unhex(hash), digest_of(size(hash) / 2, password))",
    ),
    (
        "oracle11_s",
        Prefix,
        "S:",
        "(?<digest>[0-9a-fA-F]{40})(?<salt>[0-9a-fA-F]{20})(?:;.*)?",
        "sha1(password + unhex(salt))",
    ),
    (
        "oracle12_t",
        Prefix,
        "T:",
        "(?<digest>[0-9a-fA-F]{128})(?<salt>[0-9a-fA-F]{32})(?:;.*)?",
        "sha512(pbkdf2(\"sha512\", password, unhex(salt) + \"AUTH_PBKDF2_SPEEDY_KEY\", 4096, 64) + unhex(salt))",
    ),
    (
        "sybase_ase",
        Shape,
        "0xc007",
        "(?<salt>[0-9a-fA-F]{16})(?<digest>[0-9a-fA-F]{64})",
        "sha256(slice(utf16be(password) + repeat(b\"\\x00\", 510), 0, 510) + unhex(salt))",
    ),
    (
        "nthash_crypt_3",
        Prefix,
        "$3$$",
        "(?<hash>[0-9a-fA-F]{32})",
        // NetBSD and libxcrypt widen each byte of UTF-8, others convert: both wrote this text.
        "equal(unhex(hash), md4(utf16le(password))) || equal(unhex(hash), md4(widen(password)))",
    ),
    (
        "fshp",
        Prefix,
        "{FSHP",
        "(?<kind>[0-3])[|](?<length>[0-9]{1,3})[|](?<rounds>[0-9]{1,9})[}](?<hash>[A-Za-z0-9+/]+={0,2})",
        "kind == \"0\" ? equal(slice(unbase64(hash), int(length)), iterate(int(rounds) - 1, d, sha1(slice(unbase64(hash), 0, int(length)) + password), sha1(d))) : \
         kind == \"1\" ? equal(slice(unbase64(hash), int(length)), iterate(int(rounds) - 1, d, sha256(slice(unbase64(hash), 0, int(length)) + password), sha256(d))) : \
         kind == \"2\" ? equal(slice(unbase64(hash), int(length)), iterate(int(rounds) - 1, d, sha384(slice(unbase64(hash), 0, int(length)) + password), sha384(d))) : \
         equal(slice(unbase64(hash), int(length)), iterate(int(rounds) - 1, d, sha512(slice(unbase64(hash), 0, int(length)) + password), sha512(d)))",
    ),
];

#!/usr/bin/env python3
"""Our verification of one password against the fastest that others offer, in turns, as ratios.

Needs a release build (`cargo build --release`) and Python 3 with the `bcrypt` and `argon2-cffi` packages; libcrypt.so.1
is the host's. Called with a binary and names of schemes it measures those alone. Each pair runs ours, theirs, theirs, ours; the ratio is of the medians. Above 1.0 we are faster.
"""
import ctypes
import hashlib
import json
import statistics
import subprocess
import sys
import time

BINARY = sys.argv[1] if len(sys.argv) > 1 else "target/release/drawbridge"
CHOSEN = sys.argv[2:]
SECONDS = 2
ROUNDS = 3
PASSWORD = b"a password of usual length"
SALT = b"abcdefghijklmnop"


def crypt3(setting):
    library = ctypes.CDLL("libcrypt.so.1")
    library.crypt.restype = ctypes.c_char_p
    return lambda: library.crypt(PASSWORD, setting)


def peers():
    """Scheme, name of the peer, one verification."""
    pbkdf2 = hashlib.pbkdf2_hmac
    yield "bcrypt_2b", "libxcrypt", crypt3(b"$2b$10$abcdefghijklmnopqrstuu")
    try:
        import bcrypt

        yield "bcrypt_2b", "Python bcrypt", lambda: bcrypt.hashpw(PASSWORD, b"$2b$10$abcdefghijklmnopqrstuu")
    except ImportError:
        print("bcrypt is not installed: left out", file=sys.stderr)
    yield "django_pbkdf2_sha256", "OpenSSL", lambda: pbkdf2("sha256", PASSWORD, SALT, 600_000)
    yield "pbkdf2_sha512_passlib", "OpenSSL", lambda: pbkdf2("sha512", PASSWORD, SALT, 210_000)
    yield "pbkdf2_sha1_passlib", "OpenSSL", lambda: pbkdf2("sha1", PASSWORD, SALT, 10_000)
    try:
        from argon2.low_level import Type, hash_secret_raw

        yield "argon2id", "libargon2", lambda: hash_secret_raw(PASSWORD, SALT, 2, 19456, 1, 32, Type.ID)
    except ImportError:
        print("argon2-cffi is not installed: left out", file=sys.stderr)
    yield "scrypt_phc", "OpenSSL", lambda: hashlib.scrypt(PASSWORD, salt=SALT, n=16384, r=8, p=1, maxmem=1 << 26, dklen=32)
    yield "sha512_crypt", "libxcrypt", crypt3(b"$6$abcdefghijklmnop$")
    yield "sha256_crypt", "libxcrypt", crypt3(b"$5$abcdefghijklmnop$")
    yield "md5_crypt", "libxcrypt", crypt3(b"$1$abcdefgh$")
    yield "yescrypt", "libxcrypt", crypt3(b"$y$j9T$abcdefghijklmnop$")


def ours(scheme):
    command = [BINARY, "hash", "bench", "--scheme", scheme, "--seconds", str(SECONDS), "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)[0]["single_per_second"]


def theirs(verify):
    verify()
    begun, runs = time.perf_counter(), 0
    while time.perf_counter() - begun < SECONDS:
        verify()
        runs += 1
    return runs / (time.perf_counter() - begun)


def main():
    print("| scheme | peer | ours a second | theirs | ratio |\n|---|---|---|---|---|")
    for scheme, peer, verify in peers():
        if CHOSEN and scheme not in CHOSEN:
            continue
        mine, other = [], []
        for _ in range(ROUNDS):
            mine.append(ours(scheme))
            other.append(theirs(verify))
            other.append(theirs(verify))
            mine.append(ours(scheme))
        a, b = statistics.median(mine), statistics.median(other)
        print(f"| `{scheme}` | {peer} | {a:,.1f} | {b:,.1f} | {a / b:.2f} |", flush=True)


if __name__ == "__main__":
    main()

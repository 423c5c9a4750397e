"""A password against a stored hash of one of five schemes. Every one of the libraries but phpass's lets go of the GIL."""

import base64
import hashlib
import hmac

import argon2
import bcrypt
from passlib.hash import phpass, sha512_crypt

DECOY = "$2b$10$abcdefghijklmnopqrstuuOuvuEB8yOWqrtta0jWB10wzwfcx.sGe"
ARGON2 = argon2.PasswordHasher()


def matches(password, stored):
    """Blocks: for a thread."""
    if stored.startswith("$2"):
        # This version refuses what bcrypt itself would cut off.
        return bcrypt.checkpw(password.encode()[:72], stored.encode())
    if stored.startswith("pbkdf2_sha256$"):
        _, rounds, salt, digest = stored.split("$")
        expected = base64.b64decode(digest)
        return hmac.compare_digest(hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), int(rounds)), expected)
    if stored.startswith("$6$"):
        return sha512_crypt.verify(password, stored)
    if stored.startswith("$P$"):
        return phpass.verify(password, stored)
    if stored.startswith("$argon2"):
        try:
            return ARGON2.verify(stored, password)
        except argon2.exceptions.VerifyMismatchError:
            return False
    return False

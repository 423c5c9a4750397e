"""What a bridge is told, the same for all that start one: the table, and then what each of them wants beside."""

import os

# The table of `users.py`.
USERS = """[users]
table = "users"
identifiers = ["email", "username"]
user_id = { column = "id", prefix = "legacy|" }
active = "is_active"
[users.profile]
email = "email"
username = "username"
name = "full_name"
[users.metadata]
plan = "plan_code"
"""
# Who asks is not counted, and nothing is said about a request.
UNHINDERED = """[limits]
client_rate = "off"
account_attempts = "off"
[log]
level = "error"
"""


def database(url, *keys):
    """The section of the database with more keys."""
    return "\n".join(["[database]", f'url = "{url}"', *keys, ""])


def command(url, users=USERS):
    """For a command that asks the database alone."""
    return f'{database(url)}{users}[password]\ncolumn = "password"\n'


def serve(port, ops, issuer, audience, url, *keys, users=USERS):
    """For `serve`; `keys` are more of `[database]`."""
    return (f'[server]\nlisten = "127.0.0.1:{port}"\n[ops]\nlisten = "127.0.0.1:{ops}"\n'
            f'[token]\nissuer = "{issuer}"\naudience = "{audience}"\n'
            f'{database(url, *keys)}{users}[password]\ncolumn = "password"\n{UNHINDERED}')


def write(path, text):
    """A file that its owner alone may read, as one with a database's URL should be; its path."""
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, 0o600)
    return path

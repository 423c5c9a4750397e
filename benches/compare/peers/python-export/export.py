#!/usr/bin/env python3
"""The export that somebody would write in an afternoon: the files that Auth0 imports, and who is not in them.

usage: export.py DSN LAST DIRECTORY     users up to this id; the directory is made
"""

import hashlib
import json
import os
import sys

import psycopg

COLUMNS = "id, email, username, full_name, is_active, plan_code, password"
MAX_BYTES = 480_000


def export(dsn, last, out):
    """One pass with a server-side cursor."""
    os.makedirs(out)
    files, rejects, users, size, exported, migrated, rows = [], [], [], 0, 0, 0, 0
    seen = set()

    def close():
        content = ("[" + ",".join(users) + "]\n").encode()
        name = f"users-{len(files) + 1:06}.json"
        with open(f"{out}/{name}", "wb") as file:
            file.write(content)
        digest = hashlib.sha256(content).hexdigest()
        files.append({"name": name, "users": len(users), "bytes": len(content), "sha256": digest})

    with psycopg.connect(dsn) as connection:
        marked = {user_id for user_id, in connection.execute("select user_id from drawbridge_migrated_users")}
        with connection.cursor(name="export") as cursor:
            cursor.itersize = 10_000
            cursor.execute(f"select {COLUMNS} from users where id <= %s order by id", (last,))
            for key, email, username, name, active, plan, password in cursor:
                rows += 1
                user_id = f"legacy|{key}"
                if user_id in marked:
                    migrated += 1
                    continue
                if not active:
                    rejects.append({"user_id": user_id, "reason": "account_disabled"})
                    continue
                if email.lower() in seen:
                    rejects.append({"user_id": user_id, "reason": "another user has the same e-mail address"})
                    continue
                seen.add(email.lower())
                user = {"user_id": user_id, "email": email, "email_verified": False, "username": username,
                        "name": name, "app_metadata": {"plan": plan}}
                if password.startswith(("$2a$10$", "$2b$10$")):
                    user["password_hash"] = password
                else:
                    hash = {"value": password, "encoding": "utf8"}
                    user["custom_password_hash"] = {"algorithm": "bcrypt", "hash": hash}
                text = json.dumps(user, ensure_ascii=False, separators=(",", ":"))
                if size + len(text.encode()) + 3 > MAX_BYTES:
                    close()
                    users, size = [], 0
                users.append(text)
                size += len(text.encode()) + 1
                exported += 1
    if users:
        close()
    with open(f"{out}/rejects.jsonl", "w") as file:
        file.writelines(json.dumps(reject) + "\n" for reject in rejects)
    with open(f"{out}/manifest.json", "w") as file:
        json.dump({"rows": rows, "exported": exported, "already_migrated": migrated, "files": files}, file)


if __name__ == "__main__":
    export(sys.argv[1], int(sys.argv[2]), sys.argv[3])

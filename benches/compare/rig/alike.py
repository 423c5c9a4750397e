"""Do all servers answer alike? Whoever gives another answer does other work, and is not compared."""

from .process import Failed

# Route, body, status, code; where the status is 200, all bodies must be the same.
RIGHT = "correct horse 0"
QUESTIONS = [
    ("/login", {"identifier": "user8@example.com", "password": RIGHT}, 200, None),
    ("/login", {"identifier": "USER8@Example.com", "password": RIGHT}, 200, None),
    ("/login", {"identifier": "user8", "password": RIGHT}, 200, None),
    ("/login", {"identifier": "user8@example.com", "password": "wrong"}, 422, "wrong_password"),
    ("/login", {"identifier": "nobody@example.com", "password": RIGHT}, 404, "user_not_found"),
    ("/login", {"identifier": "inactive@example.com", "password": RIGHT}, 422, "account_disabled"),
    ("/login", {"identifier": "inactive@example.com", "password": "wrong"}, 422, "wrong_password"),
    ("/login", {"identifier": "locked@example.com", "password": RIGHT}, 422, "no_password"),
    ("/login", {"identifier": "migrated@example.com", "password": RIGHT}, 404, "user_not_found"),
    ("/login", {"identifier": "twice@example.com", "password": RIGHT}, 409, "ambiguous_user"),
    ("/login", {"identifier": "user8@example.com"}, 400, "invalid_request"),
    ("/login", {"identifier": "slow1@example.com", "password": RIGHT}, 200, None),
    ("/login", {"identifier": "slow1@example.com", "password": "wrong"}, 422, "wrong_password"),
    ("/get_user", {"identifier": "user8@example.com"}, 200, None),
    ("/get_user", {"identifier": "User8"}, 200, None),
    ("/get_user", {"identifier": "nobody@example.com"}, 404, "user_not_found"),
    ("/get_user", {"identifier": "inactive@example.com"}, 404, "user_not_found"),
    ("/get_user", {"identifier": "migrated@example.com"}, 404, "user_not_found"),
    ("/get_user", {"identifier": "twice@example.com"}, 409, "ambiguous_user"),
    ("/get_user", {"identifier": ""}, 400, "invalid_request"),
    ("/get_user", {"identifier": "user8", "other": 1}, 400, "invalid_request"),
    ("/get_user", "{", 400, "invalid_request"),
    ("/mark_migrated", {"user_id": "legacy|no"}, 404, "user_not_found"),
    ("/mark_migrated", {"user_id": "legacy|999999999"}, 404, "user_not_found"),
]
# Who verifies five schemes is asked for each of them.
MIXED = [
    ("/login", {"identifier": f"mixed{n}@example.com", "password": password}, status, code)
    for n in range(1, 6)
    for password, status, code in ((RIGHT, 200, None), ("wrong", 422, "wrong_password"))
]
MIXES = ("drawbridge", "fastapi", "bare", "bare-cache")


def questions(server):
    yield from ((*question, None) for question in QUESTIONS)
    if server.name in MIXES:
        yield from ((*question, None) for question in MIXED)
    for status, code, token in server.rig.issuer.bad_tokens():
        yield "/get_user", {"identifier": "user8@example.com"}, status, code, token
        yield "/login", {"identifier": "user8@example.com", "password": RIGHT}, status, code, token


def check(servers, database):
    """Asks every server everything, and compares."""
    told, asked = {}, 0
    for server in servers:
        for number, (path, body, status, code, token) in enumerate(questions(server)):
            answer = server.ask(path, body, token)
            asked += 1
            if (answer[0], answer[1].get("code")) != (status, code):
                raise Failed(f"{server.name} answers question {number} ({path}) with {answer[0]} {answer[1].get('code')}, "
                             f"not with {status} {code}")
            if status == 200 and told.setdefault((path, str(body)), answer[1]) != answer[1]:
                raise Failed(f"{server.name} tells another profile than the others (question {number}, {path})")
        marks = [server.ask("/mark_migrated", {"user_id": user_id}) for user_id in ("legacy|9", "auth0|legacy|9")]
        first, again = (mark[1] for mark in marks)
        if [mark[0] for mark in marks] != [200, 200] or [first["newly_marked"], again["newly_marked"]] != [True, False]:
            raise Failed(f"{server.name} does not mark as it should")
        if (first["user_id"], first["migrated_at"]) != (again["user_id"], again["migrated_at"]):
            raise Failed(f"{server.name} tells another mark the second time")
        if server.ask("/get_user", {"identifier": "user9"})[0] != 404:
            raise Failed(f"{server.name} does not hide a migrated user")
        database.unmark()
    return asked

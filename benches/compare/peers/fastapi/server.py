"""The three routes as a good Python engineer writes them in an afternoon: FastAPI, asyncpg, PyJWT, bcrypt in threads.

Environment: DATABASE_URL, ISSUER, AUDIENCE. Run by uvicorn with two workers.
"""

import asyncio
import os
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Annotated

import asyncpg
import jwt
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from passwords import DECOY, matches
from pydantic import BaseModel, ConfigDict, Field

ISSUER, AUDIENCE = os.environ["ISSUER"], os.environ["AUDIENCE"]
FIND = """select u.id, u.email, u.username, u.full_name, u.is_active, u.plan_code, u.password,
    (select m.migrated_at from drawbridge_migrated_users m where m.user_id = 'legacy|' || u.id) as migrated_at
  from users u where lower(u.email) = lower($1) or lower(u.username) = lower($1) limit 2"""
MARK = """with marked as (insert into drawbridge_migrated_users (user_id, migrated_at, marked_by)
    select 'legacy|' || u.id, now() at time zone 'utc', $2 from users u where u.id = $1
    on conflict do nothing returning user_id, migrated_at, true as newly_marked)
  select user_id, newly_marked, to_char(migrated_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as migrated_at
  from (select * from marked union all select user_id, migrated_at, false
        from drawbridge_migrated_users where user_id = 'legacy|' || $1::bigint) told limit 1"""
USER_ID = re.compile(r"(?:auth0\|)?(?:legacy\|)?([0-9]{1,18})")
HASHING = ThreadPoolExecutor(max_workers=os.cpu_count())


class Problem(Exception):
    def __init__(self, status, code):
        self.status, self.code = status, code


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


Text = Annotated[str, Field(min_length=1, max_length=320)]


class GetUser(Body):
    identifier: Text


class Login(Body):
    identifier: Text
    password: str


class MarkMigrated(Body):
    user_id: Text


@asynccontextmanager
async def lifespan(app):
    app.state.keys = jwt.PyJWKClient(f"{ISSUER}.well-known/jwks.json", cache_keys=True, lifespan=600)
    await asyncio.to_thread(app.state.keys.get_signing_keys)
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=2, max_size=8, statement_cache_size=100) as app.state.pool:
        yield


app = FastAPI(lifespan=lifespan, openapi_url=None)


def problem(status, code):
    body = {"type": "about:blank", "title": code, "status": status, "code": code, "request_id": str(uuid.uuid4())}
    return JSONResponse(body, status, {"cache-control": "no-store"}, "application/problem+json")


def told(body):
    return JSONResponse(body, headers={"cache-control": "no-store", "x-request-id": str(uuid.uuid4())})


@app.exception_handler(Problem)
async def refused(_, error):
    return problem(error.status, error.code)


@app.exception_handler(RequestValidationError)
async def invalid(request, _):
    # FastAPI reads the body before any code of ours: who is not let in learns nothing of it all the same.
    caller(request, request.url.path[1:])
    return problem(400, "invalid_request")


@app.exception_handler(asyncpg.PostgresError)
@app.exception_handler(OSError)
async def outage(*_):
    return problem(503, "database_unavailable")


def caller(request, scope):
    header = request.headers.get("authorization", "")
    try:
        if not header.startswith("Bearer "):
            raise jwt.InvalidTokenError
        token = header[7:]
        key = app.state.keys.get_signing_key_from_jwt(token)
        claims = jwt.decode(token, key, ["RS256"], audience=AUDIENCE, issuer=ISSUER, leeway=30, options={"require": ["exp"]})
    except jwt.PyJWTError:
        raise Problem(401, "invalid_token") from None
    client = claims.get("azp") or claims.get("client_id")
    if not client or claims.get("sub") != f"{client}@clients":
        raise Problem(403, "not_a_client_token")
    if f"legacy:{scope}" not in claims.get("scope", "").split(" "):
        raise Problem(403, "insufficient_scope")
    return client


async def find(identifier):
    rows = await app.state.pool.fetch(FIND, identifier)
    if len(rows) > 1:
        raise Problem(409, "ambiguous_user")
    return rows[0] if rows and rows[0]["migrated_at"] is None else None


def profile(user):
    return told({
        "user_id": f"legacy|{user['id']}",
        "email": user["email"],
        "email_verified": False,
        "username": user["username"],
        "name": user["full_name"],
        "metadata": {"plan": user["plan_code"]},
    })


@app.post("/get_user")
async def get_user(request: Request, body: GetUser):
    caller(request, "get_user")
    user = await find(body.identifier)
    if not user or not user["is_active"]:
        raise Problem(404, "user_not_found")
    return profile(user)


@app.post("/login")
async def login(request: Request, body: Login):
    caller(request, "login")
    user = await find(body.identifier)
    stored = user["password"] if user else None
    right = await asyncio.get_running_loop().run_in_executor(HASHING, matches, body.password, stored or DECOY)
    if not user:
        raise Problem(404, "user_not_found")
    if not stored:
        raise Problem(422, "no_password")
    if not right:
        raise Problem(422, "wrong_password")
    if not user["is_active"]:
        raise Problem(422, "account_disabled")
    return profile(user)


@app.post("/mark_migrated")
async def mark_migrated(request: Request, body: MarkMigrated):
    client = caller(request, "mark_migrated")
    key = USER_ID.fullmatch(body.user_id)
    mark = await app.state.pool.fetchrow(MARK, int(key[1]), client) if key else None
    if not mark:
        raise Problem(404, "user_not_found")
    return told(dict(mark))

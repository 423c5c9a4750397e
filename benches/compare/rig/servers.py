"""The servers that are compared: how each is started, and when it answers."""

import http.client
import json
import os
import time

from . import prepare
from .issuer import AUDIENCE
from .process import Failed, cpu_seconds, end, free_port, pss_mib, start

DRAWBRIDGE = "drawbridge"
# Name, and what is written above its column.
PEERS = {
    "fastify": "Fastify",
    "fastify-cache": "Fastify, token cache",
    "fastapi": "FastAPI",
    "bare": "bare actix",
    "bare-cache": "bare actix, token cache",
}
CONFIGURATION = """[server]
listen = "127.0.0.1:{port}"
[ops]
listen = "127.0.0.1:{ops}"
[token]
issuer = "{issuer}"
audience = "{audience}"
[database]
url = "{url}"
pool = {pool}
[users]
table = "users"
identifiers = ["email", "username"]
user_id = {{ column = "id", prefix = "legacy|" }}
active = "is_active"
[users.profile]
email = "email"
username = "username"
name = "full_name"
[users.metadata]
plan = "plan_code"
[password]
column = "password"
[limits]
client_rate = "off"
account_attempts = "off"
[log]
level = "error"
"""


class Server:
    """One of them. Everything that a person could choose is the same for all: database, issuer, two workers."""

    def __init__(self, name, rig, pool=None):
        self.name, self.rig, self.pool, self.process = name, rig, pool or 16, None
        # Under which its figures stand.
        self.label = name if pool is None else str(pool)
        self.port = free_port()
        self.command, self.environment = self.how()

    def how(self):
        rig, environment = self.rig, dict(os.environ)
        if self.name == DRAWBRIDGE:
            path = f"{rig.directory}/drawbridge-{self.port}.toml"
            with open(path, "w") as file:
                file.write(CONFIGURATION.format(port=self.port, ops=free_port(), issuer=rig.issuer.url, audience=AUDIENCE,
                                                url=rig.database.url, pool=self.pool))
            os.chmod(path, 0o600)
            return [rig.programs[DRAWBRIDGE], "serve", "--config", path], rig.ours()
        program, _, cache = self.name.partition("-")
        command = list(rig.programs[program])
        if program == "fastapi":
            command.append(str(self.port))
        environment |= {"PORT": str(self.port), "DATABASE_URL": rig.database.url, "ISSUER": rig.issuer.url, "AUDIENCE": AUDIENCE,
                        "NODE_ENV": "production", "WORKERS": "2", "TOKEN_CACHE": "1" if cache else "0"}
        return command, environment

    def up(self, patience=60):
        """Starts it; seconds to the first user that it tells."""
        begun = time.perf_counter()
        self.process = start(self.command, f"{self.rig.directory}/{self.name}.log", env=self.environment, cwd=self.rig.directory)
        while time.perf_counter() - begun < patience:
            if self.process.poll() is not None:
                break
            try:
                if self.ask("/get_user", {"identifier": "user1@example.com"})[0] == 200:
                    return time.perf_counter() - begun
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.001)
        with open(f"{self.rig.directory}/{self.name}.log", errors="replace") as file:
            raise Failed(f"{self.name} did not answer within {patience} s: {file.read()[-1500:].strip()}")

    def ask(self, path, body, token=None):
        """Status and parsed body of one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            headers = {"content-type": "application/json", "authorization": f"Bearer {token or self.rig.issuer.token}"}
            connection.request("POST", path, body if isinstance(body, str) else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, {}

    def cpu(self):
        return cpu_seconds(self.process.pid)

    def memory(self):
        return pss_mib(self.process.pid)

    def down(self):
        if self.process is not None:
            end(self.process)
            self.process = None


def commands(peers, bridge):
    """The programs of all that take part."""
    programs = {DRAWBRIDGE: bridge or prepare.bridge()}
    for name in dict.fromkeys(peer.partition("-")[0] for peer in peers):
        programs[name] = {"fastify": prepare.fastify, "fastapi": prepare.fastapi, "bare": prepare.bare}[name]()
    if not os.access(programs[DRAWBRIDGE], os.X_OK):
        raise Failed(f"`{programs[DRAWBRIDGE]}` is no program: build it with `cargo build --release`, or name another by --bridge")
    return programs

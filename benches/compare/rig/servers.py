"""The servers that are compared: how each is started, and when it answers."""

import http.client
import json
import os
import time

from . import bridge_config, prepare
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


class Server:
    """One of them. Everything that a person could choose is the same for all: database, issuer, two workers."""

    def __init__(self, name, rig, pool=None):
        self.name, self.rig, self.pool, self.process = name, rig, pool or 16, None
        # Under which its figures stand.
        self.label = name if pool is None else str(pool)
        # The second one is for the bridge's metrics.
        self.port, self.ops = free_port(), free_port()
        self.command, self.environment = self.how()

    def how(self):
        rig, environment = self.rig, dict(os.environ)
        if self.name == DRAWBRIDGE:
            text = bridge_config.serve(self.port, self.ops, rig.issuer.url, AUDIENCE, rig.database.url,
                                       f"pool = {self.pool}")
            path = bridge_config.write(f"{rig.directory}/drawbridge-{self.port}.toml", text)
            return [rig.programs[DRAWBRIDGE], "serve", "--config", path], rig.ours()
        program, _, cache = self.name.partition("-")
        command = list(rig.programs[program])
        if program == "fastapi":
            command.append(str(self.port))
        environment |= {"PORT": str(self.port), "DATABASE_URL": rig.database.url, "ISSUER": rig.issuer.url,
                        "AUDIENCE": AUDIENCE, "NODE_ENV": "production", "WORKERS": "2",
                        "TOKEN_CACHE": "1" if cache else "0"}
        return command, environment

    def up(self, patience=60):
        """Starts it; seconds to the first user that it tells."""
        begun = time.perf_counter()
        log = f"{self.rig.directory}/{self.name}.log"
        self.process = start(self.command, log, env=self.environment, cwd=self.rig.directory)
        while time.perf_counter() - begun < patience:
            if self.process.poll() is not None:
                break
            try:
                if self.ask("/get_user", {"identifier": "user1@example.com"})[0] == 200:
                    return time.perf_counter() - begun
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.001)
        with open(log, errors="replace") as file:
            raise Failed(f"{self.name} did not answer within {patience} s: {file.read()[-1500:].strip()}")

    def ask(self, path, body, token=None):
        """Status and parsed body of one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            bearer = f"Bearer {token or self.rig.issuer.token}"
            headers = {"content-type": "application/json", "authorization": bearer}
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
        raise Failed(f"`{programs[DRAWBRIDGE]}` is no program: build it with `cargo build --release`, "
                     "or name another by --bridge")
    return programs

"""One turn of load by wrk: random users, one connection pool, one figure of each kind."""

import json
import random
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .process import STARTED, Failed, end
from .users import OTHERS

SCRIPT = Path(__file__).with_name("load.lua")
# The connections of a steady rate: many, so that one slow answer holds up little of it.
STEADY = 20


@dataclass
class Turn:
    """What one turn showed; milliseconds."""

    per_second: float
    p50: float
    p99: float
    # Processor milliseconds for each right answer: of the server's whole tree, of PostgreSQL's.
    cpu: float
    database_cpu: float
    # Answers other than 200, and requests that got none.
    refused: int
    lost: int


def command(server, route, connections, seconds, pause=0):
    users = OTHERS if route in ("mixed", "slow") else server.rig.database.users
    arguments = [route, server.rig.issuer.token, str(users), str(random.randrange(1 << 30)), str(pause)]
    return ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(SCRIPT),
            f"http://127.0.0.1:{server.port}", "--", *arguments]


def result(output):
    for line in output.decode(errors="replace").splitlines():
        if line.startswith("RESULT "):
            return json.loads(line[7:])
    raise Failed(f"wrk told nothing: {output.decode(errors='replace')[-500:]}")


def read(process, seconds):
    try:
        output, _ = process.communicate(timeout=seconds + 60)
    except subprocess.TimeoutExpired:
        raise Failed("wrk does not end") from None
    finally:
        end(process)
    return result(output)


def spawn(*arguments, **more):
    process = subprocess.Popen(command(*arguments, **more), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    STARTED.append(process)
    return process


def turn(server, route, connections, seconds):
    """A flood over so many connections."""
    database = server.rig.database
    before = server.cpu(), database.cpu()
    told = read(spawn(server, route, connections, seconds), seconds)
    after = server.cpu(), database.cpu()
    right = told["requests"] - told["refused"]
    of_each = [(b - a) * 1e3 / max(right, 1) for a, b in zip(before, after)]
    return Turn(right / (told["micros"] / 1e6), told["p50"] / 1e3, told["p99"] / 1e3, *of_each, told["refused"], told["lost"])


def steady(server, seconds, beside=None):
    """`/get_user` about 100 times a second; with `beside`, while logins take all that is left."""
    flood = spawn(server, "login", beside, seconds + 2) if beside else None
    try:
        if flood:
            # The queue of logins is full before anything is measured.
            time.sleep(1)
        told = read(spawn(server, "get_user", STEADY, seconds, pause=1000 * STEADY // 100 - 1), seconds)
    finally:
        if flood:
            end(flood)
    return Turn((told["requests"] - told["refused"]) / (told["micros"] / 1e6), told["p50"] / 1e3, told["p99"] / 1e3, 0, 0,
                told["refused"], told["lost"])

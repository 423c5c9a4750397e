#!/usr/bin/env python3
"""An hour of a hostile mix against one bridge, and whether it stays as it was: a row of figures a minute.

All at once: more logins than it can verify (several schemes, wrong passwords, nobody, hashes that take sixteen times as long), a
steady rate of look-ups and of marks, requests that are none, and connections that say nothing.
"""

import argparse
import contextlib
import os
import re
import socket
import statistics
import tempfile
import time
import urllib.request

from logins import Rig, carried_out
from rig import load, prepare
from rig.issuer import Issuer
from rig.servers import DRAWBRIDGE, Server
from rig.users import OTHERS, Database

# `correct horse 0` at cost 14, by PHP 8.2.
DEAR = "$2y$14$ZUSJNiAghVqpqDNsWUpFgOPW.y1B4DfQUOdKpt26o7yq8NVuv4GMW"
# Connections that send half of a head and wait.
SILENT = 100
HEAD = "| minute | logins a second | median | p99 | look-ups: p99 | marks a second | MiB | threads | files | 5xx |"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--users", type=int, default=100_000, help="rows of the table (100,000)")
    parser.add_argument("--bridge", metavar="PATH", help="a release binary; without it one is built")
    options = parser.parse_args()
    if min(options.minutes, options.users) < 1:
        parser.error("--minutes and --users are at least 1")
    return options


def silent(port):
    """Connections that begin a request and never end it."""
    for _ in range(SILENT):
        with contextlib.suppress(OSError):
            connection = socket.create_connection(("127.0.0.1", port), timeout=5)
            connection.sendall(b"POST /login HTTP/1.1\r\nHost: bridge\r\nAuth")
            yield connection


def faults(server):
    """Answers so far that were the bridge's fault, by status; 503 is how it refuses what it could not do in time."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.ops}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    found = {}
    for status, count in re.findall(r'drawbridge_http_requests_total\{[^}]*status="(5\d\d)"[^}]*\} (\d+)', text):
        found[status] = found.get(status, 0) + int(count)
    return found


def minute(server, seconds=60):
    """One minute of everything."""
    # Who is marked logs in no more: without this there would be fewer from minute to minute.
    server.rig.database.unmark()
    running = {
        "hostile": load.spawn(server, "hostile", 32, seconds),
        "get_user": load.spawn(server, "get_user", load.STEADY, seconds, pause=1000 * load.STEADY // 100 - 1),
        "mark_migrated": load.spawn(server, "mark_migrated", 2, seconds, pause=199),
        "rubbish": load.spawn(server, "rubbish", 4, seconds, pause=99),
    }
    waiting = list(silent(server.port))
    told = {name: load.read(process, seconds) for name, process in running.items()}
    for connection in waiting:
        connection.close()
    return told


def row(number, server, told):
    pid, faulty = server.process.pid, faults(server)
    rate = {name: (part["requests"] - part["refused"]) / (part["micros"] / 1e6) for name, part in told.items()}
    mib = server.memory()
    cells = [number, f"{rate['hostile']:.1f}", f"{told['hostile']['p50'] / 1e3:.0f} ms", f"{told['hostile']['p99'] / 1e3:.0f} ms",
             f"{told['get_user']['p99'] / 1e3:.2f} ms", f"{rate['mark_migrated']:.1f}", f"{mib:.1f}",
             len(os.listdir(f"/proc/{pid}/task")), len(os.listdir(f"/proc/{pid}/fd")),
             ", ".join(f"{count} × {status}" for status, count in sorted(faulty.items()) if count) or "none"]
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    return rate["hostile"], mib


def soak(options, rig):
    prepare.host([])
    rig.programs = {DRAWBRIDGE: os.path.abspath(options.bridge) if options.bridge else prepare.bridge()}
    prepare.say(f"PostgreSQL with {options.users:,} users …")
    rig.issuer, rig.database = Issuer(rig.directory), Database(rig.directory, options.users)
    rig.database.fill()
    last = options.users + 3 * OTHERS
    rig.database.sql(f"insert into users select {last} + n, 'dear' || n || '@example.com', 'dear' || n, 'Dear', true, 'free', '{DEAR}' "
                     f"from generate_series(1, {OTHERS}) n")
    server = Server(DRAWBRIDGE, rig)
    server.up()
    print(HEAD + "\n|" + "---|" * HEAD.count(" | ") + "---|")
    rows = [row(number, server, minute(server)) for number in range(1, options.minutes + 1)]
    # What it holds at the beginning is not yet what it needs.
    third = max(1, len(rows) // 3)
    early, late = rows[third:2 * third] or rows, rows[-third:]
    for name, place in (("logins a second", 0), ("memory", 1)):
        before, after = (statistics.median(part[place] for part in rows) for rows in (early, late))
        print(f"\n{name}: {after:.1f} in the last third, {before:.1f} in the one before ({after / before:.2f})")


if __name__ == "__main__":
    carried_out(soak, arguments(), Rig(tempfile.mkdtemp(prefix="drawbridge-soak-"), {}))

#!/usr/bin/env python3
"""Logins, look-ups, marks and the export of Drawbridge beside those of honest peers, in turns, as one Markdown table with the goals.

`benches/compare/README.md` says what honest means, and how to read the table.
"""

import argparse
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field

from rig import alike, measures, prepare, table
from rig.issuer import Issuer
from rig.process import Failed, end_all, run
from rig.servers import DRAWBRIDGE, PEERS, Server, commands
from rig.users import Database


ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Rig:
    """What all servers have in common."""

    directory: str
    environment: dict
    cores: int = os.cpu_count()
    programs: dict = field(default_factory=dict)
    issuer: Issuer = None
    database: Database = None

    def ours(self):
        """The environment of the bridge."""
        return os.environ | self.environment


def names(text):
    return [name.strip() for name in text.split(",") if name.strip()]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true",
                        help="some minutes: one round of short turns, 100,000 users, fewer numbers of connections")
    parser.add_argument("--only", type=names, default=list(measures.ALL), metavar="A,B", help=f"some of: {', '.join(measures.ALL)}")
    parser.add_argument("--peers", type=names, default=list(PEERS), metavar="A,B", help=f"some of: {', '.join(PEERS)}")
    parser.add_argument("--seconds", type=int, help="of one turn, at least (3; quick: 2)")
    parser.add_argument("--rounds", type=int, help="of turns there and back (3; quick: 1, only there)")
    parser.add_argument("--users", type=int, help="rows of the table (1,000,000; quick: 100,000)")
    parser.add_argument("--bridge", metavar="PATH", help="a release binary; without it one is built")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE",
                        help="an environment variable of the bridge alone")
    parser.add_argument("--portable", action="store_true", help="the bridge without the processor's extensions")
    options = parser.parse_args()
    for given, known, name in ((options.only, measures.ALL, "--only"), (options.peers, PEERS, "--peers")):
        for word in given:
            if word not in known:
                parser.error(f"{name}: `{word}` is none of {', '.join(known)}")
    if any("=" not in pair for pair in options.env):
        parser.error("--env: NAME=VALUE")
    if options.portable:
        options.env.append("DRAWBRIDGE__LIMITS__CPU_EXTENSIONS=false")
    options.seconds = options.seconds or (2 if options.quick else 3)
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.users = options.users or (100_000 if options.quick else 1_000_000)
    if min(options.seconds, options.rounds, options.users) < 1:
        parser.error("--seconds, --rounds and --users are at least 1")
    return options


def load_average():
    return " ".join(open("/proc/loadavg").read().split()[:3])


def versions(rig):
    """Machine and programs, for whoever reads the table later."""
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), platform.machine())
    said = [f"{rig.cores} cores of {model}", run(f"{rig.database.programs}/postgres", "--version").decode().strip()]
    if "fastify" in rig.programs:
        said.append(f"Node {run(rig.programs['fastify'][0], '--version').decode().strip()}")
    if "fastapi" in rig.programs:
        said.append(run(rig.programs["fastapi"][0], "--version").decode().strip())
    return ", ".join(said)


def compare(options, rig):
    prepare.host(options.peers, exports="export" in options.only)
    rig.programs = commands(options.peers, os.path.abspath(options.bridge) if options.bridge else None)
    prepare.say(f"PostgreSQL with {options.users:,} users …")
    rig.issuer = Issuer(rig.directory)
    rig.database = Database(rig.directory, options.users)
    rig.database.fill()
    # Ours stands first, and so, on the way back, last.
    servers = [Server(name, rig) for name in (DRAWBRIDGE, *(peer for peer in PEERS if peer in options.peers))]
    for server in servers:
        server.up()
    asked = alike.check(servers, rig.database)
    prepare.say(f"{len(servers)} servers, {asked} questions, the same answers")
    before, begun = load_average(), time.strftime("%Y-%m-%d %H:%M")
    measured = measures.Measures(rig, servers, options, prepare.say)
    try:
        for name in measures.ALL:
            if name in options.only:
                getattr(measured, name)()
    finally:
        # What was measured is shown, even where the rest fails.
        print(f"{begun}; {versions(rig)}; {options.users:,} users, {options.rounds} rounds of turns of {options.seconds} s"
              f"{', quick' if options.quick else ''}{', portable' if options.portable else ''}"
              f"{''.join(f', {pair}' for pair in options.env)}; load {before} before, {load_average()} after.\n")
        print(table.write(measured.figures, options.peers), flush=True)


def leave(number, _):
    # A second one must not leave servers behind.
    for each in ENDINGS:
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


def carried_out(work, options, rig):
    """Does the work with a rig, and leaves nothing running behind, however it ends."""
    for number in ENDINGS:
        signal.signal(number, leave)
    try:
        work(options, rig)
    except Failed as failed:
        sys.exit(f"error: {failed}")
    finally:
        if rig.database:
            rig.database.stop()
        end_all()
        if rig.issuer:
            rig.issuer.stop()
        shutil.rmtree(rig.directory, ignore_errors=True)


def main():
    options = arguments()
    environment = dict(pair.split("=", 1) for pair in options.env)
    carried_out(compare, options, Rig(tempfile.mkdtemp(prefix="drawbridge-compare-"), environment))


if __name__ == "__main__":
    main()

"""What is measured, and in which order: short turns A B C … C B A, so that whatever else the machine does meets all alike."""

import json
import math
import statistics
import subprocess
import time
from collections import defaultdict
from dataclasses import asdict, dataclass, field

from . import load
from .alike import MIXES
from .exports import COPY, SCRIPT, Exports
from .process import STARTED, Failed, end, quiet
from .servers import DRAWBRIDGE, Server

CONNECTIONS = (1, 8, 16, 32, 64, 250)
POOLS = (1, 2, 4, 8, 16)
# Rounds of exports: each is a second or two.
EXPORTS = 5
# The marks of a quick run; the goals' own numbers of connections are among them.
QUICK = {"login": (1, 8, 32), "get_user": (1, 64)}


@dataclass
class Figures:
    """Of every figure its values by server, one a round."""

    values: dict = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    # Turns with answers other than 200: figure, server, how many refused and lost.
    troubles: dict = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def add(self, key, server, turns):
        """The mean of a round's turns."""
        self.values[key][server].append(statistics.fmean(turns))

    def median(self, key, server):
        values = self.values.get(key, {}).get(server)
        return statistics.median(values) if values else None

    def ratio(self, key, others, pick, other_key=None):
        """The median of the ratios within a round: ours to the one of the others that `pick` takes."""
        ours, of = self.values.get(key, {}).get(DRAWBRIDGE), self.values.get(other_key or key, {})
        theirs = [of[name] for name in others if of.get(name)]
        if not ours or not theirs:
            return None
        ratios = [mine / pick(row) for mine, row in zip(ours, zip(*theirs)) if pick(row)]
        return statistics.median(ratios) if ratios else None


class Measures:
    def __init__(self, rig, servers, options, say):
        self.rig, self.options, self.say, self.figures = rig, options, say, Figures()
        self.servers = servers
        # Those that may be at work.
        self.running = list(servers)
        # What a token costs is nothing beside a hash: the same program twice would only take time.
        self.hashing = [server for server in servers if not server.name.endswith("-cache")]

    def rounds(self, servers, measure):
        """Yields the turns of every server, round by round."""
        for _ in range(self.options.rounds):
            order = servers if self.options.quick else [*servers, *reversed(servers)]
            turns = defaultdict(list)
            for server in order:
                turns[server.label].append(measure(server))
            yield turns

    def flood(self, servers, route, connections, label=None, before=None):
        """Rounds of floods over one route; every field of a turn becomes a figure."""
        label = label or f"{route} {connections}"
        seconds = self.long_enough(route, connections)
        self.say(f"{label}, turns of {seconds} s …")

        def measure(server):
            if before:
                before()
            self.quiet()
            return load.turn(server, route, connections, seconds)

        for turns in self.rounds(servers, measure):
            for name, told in turns.items():
                for part in ("per_second", "p50", "p99", "cpu", "database_cpu"):
                    self.figures.add((label, part), name, [asdict(turn)[part] for turn in told])
                trouble = self.figures.troubles[label, name]
                trouble[0] += sum(turn.refused for turn in told)
                trouble[1] += sum(turn.lost for turn in told)

    def quiet(self):
        """Waits until nobody works for those who went away."""
        quiet([process.pid for process in (server.process for server in self.running) if process])

    def long_enough(self, route, connections):
        """Seconds of a turn: everybody who waits is served a few times, or only the quick answers would be counted."""
        # The same for all, by the slowest: who waits longest has to be waited for.
        rates = [rate for (label, part), of in self.figures.values.items() for values in of.values() for rate in values
                 if part == "per_second" and label.startswith(f"{route} ")]
        slowest = min(rates, default=40)
        longest = 6 if self.options.quick else 30
        return max(self.options.seconds, min(longest, math.ceil(3 * connections / max(slowest, 1))))

    def connections(self, route):
        return QUICK[route] if self.options.quick else CONNECTIONS

    def start(self):
        """Milliseconds to the first answer, and memory when nothing was asked of it but that."""
        self.say("start and idle memory …")
        self.down()

        def measure(server):
            took = server.up()
            time.sleep(1)
            memory = server.memory()
            server.down()
            return took * 1e3, memory

        for turns in self.rounds(self.servers, measure):
            for name, told in turns.items():
                self.figures.add(("start", "ms"), name, [took for took, _ in told])
                self.figures.add(("idle", "mib"), name, [memory for _, memory in told])
        for server in self.servers:
            server.up()

    def down(self):
        """Ends all: of two processes of one program each would be told half of what they share."""
        for server in self.servers:
            server.down()

    def login(self):
        for connections in self.connections("login"):
            self.flood(self.hashing, "login", connections)
        kernel = [self.kernel("bcrypt_2b") for _ in range(self.options.rounds)]
        if all(kernel):
            self.figures.values["kernel", "per_second"][DRAWBRIDGE] = kernel

    def kernel(self, scheme):
        """Verifications a second of the lanes alone on all cores at once; nothing where `hash bench` knows of no lanes."""
        self.quiet()
        command = [self.rig.programs[DRAWBRIDGE], "hash", "bench", "--scheme", scheme, "--seconds",
                   str(max(2, self.options.seconds)), "--json"]
        running = []
        for _ in range(self.rig.cores):
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.rig.ours())
            STARTED.append(process)
            running.append(process)
        total = 0
        for process in running:
            output, _ = process.communicate(timeout=120)
            end(process)
            if process.returncode != 0:
                raise Failed("`hash bench` failed")
            told = json.loads(output)[0]
            total += told["lanes_per_second"] if told["lanes"] > 1 else 0
        return total

    def get_user(self):
        for connections in self.connections("get_user"):
            self.flood(self.servers, "get_user", connections)

    def mark_migrated(self):
        self.flood(self.servers, "mark_migrated", 16, before=self.rig.database.unmark)
        self.rig.database.unmark()

    def slow(self):
        """PBKDF2-SHA256 at 600,000 rounds, as Django writes it."""
        self.flood(self.hashing, "slow", 32)

    def mix(self):
        """Five schemes, a fifth of the people each."""
        self.flood([server for server in self.hashing if server.name in MIXES], "mixed", 32)

    def beside(self):
        """`/get_user` 100 times a second, alone and while logins take all that is left."""
        self.say("get_user beside saturated logins …")
        # The 99th percentile of a few hundred would be that of four of them.
        seconds = 4 if self.options.quick else max(10, self.options.seconds)

        def measure(server):
            self.quiet()
            alone = load.steady(server, seconds)
            return alone, load.steady(server, seconds, beside=32)

        for turns in self.rounds(self.hashing, measure):
            for name, told in turns.items():
                for place, label in enumerate(("alone", "beside")):
                    for part in ("per_second", "p50", "p99"):
                        self.figures.add((label, part), name, [asdict(turn[place])[part] for turn in told])
                    trouble = self.figures.troubles[label, name]
                    trouble[0] += sum(turn[place].refused for turn in told)
                    trouble[1] += sum(turn[place].lost for turn in told)
                self.figures.add(("beside", "ratio"), name, [beside.p99 / alone.p99 for alone, beside in told])

    def pool(self):
        """Ours with fewer connections to the database."""
        pools = [Server(DRAWBRIDGE, self.rig, pool) for pool in POOLS]
        self.running += pools
        try:
            for server in pools:
                server.up()
            for route, connections in (("get_user", 64), ("login", 32)):
                self.flood(pools, route, connections, label=f"pool {route}")
        finally:
            for server in pools:
                server.down()

    def memory(self):
        """What a tree holds when it has served both routes under load and is quiet again."""
        self.say("memory after load …")
        self.down()
        for server in self.servers:
            server.up()
            load.turn(server, "get_user", 64, self.options.seconds)
            load.turn(server, "login", 64, self.options.seconds)
            quiet([server.process.pid])
            self.figures.add(("loaded", "mib"), server.name, [server.memory()])
            server.down()


    def export(self):
        """All users, of whom one in twenty is marked, out of the table into files."""
        exports = Exports(self.rig)
        self.down()
        self.rig.database.mark_some()
        self.say(f"export of {exports.check():,} users, the same by both …")
        order = [DRAWBRIDGE, COPY, SCRIPT]
        for _ in range(1 if self.options.quick else EXPORTS):
            order.reverse()
            for name in order:
                took, memory = exports.turn(name)
                exports.clear()
                # They are no servers: all stand in our column.
                self.figures.add((f"export {name}", "seconds"), DRAWBRIDGE, [took])
                self.figures.add((f"export {name}", "mib"), DRAWBRIDGE, [memory])
        self.rig.database.unmark()


# In this order; those last that leave no server running.
ALL = ("start", "login", "get_user", "mark_migrated", "beside", "slow", "mix", "pool", "memory", "export")

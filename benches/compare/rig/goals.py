"""The goals of the design, each as a figure, a bound, and whom it is held against."""

from dataclasses import dataclass

from .measures import Figures
from .servers import DRAWBRIDGE, PEERS

NODE = ("fastify",)
NODE_CACHED = ("fastify-cache",)
BARE = ("bare", "bare-cache")
ANYBODY = tuple(PEERS)


@dataclass(frozen=True)
class Goal:
    """`>=` or `<=` a bound: of the best of some peers, or, without peers, of the figure itself."""

    sign: str
    bound: float
    peers: tuple = ()
    # Where it is held against another figure than its own.
    of: tuple = ()
    text: str = ""

    def told(self, unit):
        sign = {">=": "≥", "<=": "≤"}[self.sign]
        return f"{sign} {self.bound:.3g} × {self.text}" if self.text else f"{sign} {self.bound:g} {unit}".strip()

    def reached(self, figures: Figures, key):
        """The figure that is held against the bound, and whether it keeps to it; `None` where nothing was measured."""
        best = max if self.sign == ">=" else min
        if self.peers:
            figure = figures.ratio(key, self.peers, best, self.of or None)
        elif self.of:
            figure = figures.ratio(key, (DRAWBRIDGE,), best, self.of)
        else:
            figure = figures.median(key, DRAWBRIDGE)
        if figure is None:
            return None
        return figure, figure >= self.bound if self.sign == ">=" else figure <= self.bound


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    key: tuple
    text: str
    unit: str = ""
    digits: int = 0
    goals: tuple = ()


def of_route(route, connections, goals):
    """Three lines about one route at one number of connections; `goals` by field."""
    beside = "connection" if connections == 1 else "connections"
    for part, text, unit, digits in (("per_second", "a second", "", 1), ("p50", "median", "ms", 2), ("p99", "p99", "ms", 2)):
        yield Row((f"{route} {connections}", part), f"`/{route}`, {connections} {beside}: {text}", unit, digits,
                  goals.get((connections, part), ()))


LOGIN = {
    (32, "per_second"): (Goal(">=", 3.5, NODE, text="Fastify"),
                         Goal(">=", 0.95, of=("kernel", "per_second"), text="the kernel alone")),
    (8, "p50"): (Goal("<=", 0.4, NODE, text="Fastify"),),
    (1, "p50"): (Goal("<=", 1.05, ANYBODY, text="the fastest peer"),),
}
GET_USER = {
    (64, "per_second"): (Goal(">=", 5, NODE, text="Fastify"), Goal(">=", 2.5, NODE_CACHED, text="Fastify with a token cache"),
                         Goal(">=", 0.9, BARE, text="the best bare actix")),
}


def rows(connections, pools):
    """All lines, in their order."""
    yield Row(("start", "ms"), "start to the first 200", "ms", 0, (Goal("<=", 50),))
    yield Row(("idle", "mib"), "memory (PSS), idle", "MiB", 1, (Goal("<=", 20),))
    yield Row(("loaded", "mib"), "memory (PSS), after load", "MiB", 1, (Goal("<=", 32),))
    for count in connections:
        yield from of_route("login", count, LOGIN)
    yield Row(("kernel", "per_second"), "bcrypt kernel alone, all cores: a second", "", 1)
    yield Row(("login 32", "cpu"), "`/login`: processor of the server for each", "ms", 2)
    for count in connections:
        yield from of_route("get_user", count, GET_USER)
    yield Row(("get_user 64", "cpu"), "`/get_user`: processor of the server for each", "ms", 3)
    yield Row(("get_user 64", "database_cpu"), "`/get_user`: processor of PostgreSQL for each", "ms", 3)
    yield Row(("mark_migrated 16", "per_second"), "`/mark_migrated`, 16 connections: a second", "", 0,
              (Goal(">=", 2, NODE_CACHED, text="Fastify with a token cache"),))
    yield Row(("alone", "p99"), "`/get_user` at 100 a second, alone: p99", "ms", 2)
    yield Row(("beside", "p99"), "… beside saturated logins: p99", "ms", 2)
    yield Row(("beside", "ratio"), "… the one by the other", "", 2, (Goal("<=", 1.5),))
    yield Row(("beside", "per_second"), "… answered of about 100 a second", "", 1)
    yield Row(("slow 32", "per_second"), "PBKDF2-SHA256 logins, 32 connections: a second", "", 1,
              (Goal(">=", 2, BARE, text="RustCrypto (bare)"), Goal(">=", 4, NODE, text="Node's crypto")))
    yield Row(("mixed 32", "per_second"), "logins of five schemes, 32 connections: a second", "", 1)
    yield Row(("mixed 32", "p50"), "… median", "ms", 1)
    for route, count in (("get_user", 64), ("login", 32)):
        for pool in pools:
            text = f"`/{route}`, {count} connections, `database.pool` {pool}: a second"
            yield Row((f"pool {route}", "per_second", str(pool)), text, "", 1)
    yield Row(("export drawbridge", "seconds"), "`bulk export`", "s", 2,
              (Goal("<=", 1.5, of=("export copy", "seconds"), text="`psql COPY`"),
               Goal("<=", 1 / 7, of=("export python", "seconds"), text="the Python script")))
    yield Row(("export copy", "seconds"), "… `psql COPY` of the same rows to nowhere", "s", 2)
    yield Row(("export python", "seconds"), "… a Python script (psycopg)", "s", 2)
    yield Row(("export drawbridge", "mib"), "… peak memory of `bulk export`", "MiB", 0, (Goal("<=", 64),))
    yield Row(("export python", "mib"), "… of the Python script", "MiB", 0)

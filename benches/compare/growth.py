#!/usr/bin/env python3
"""Does /get_user cost the same before a small table and a large one?

usage: growth.py [BINARY] [ROWS]      (target/release/drawbridge, 10000000)

Starts a private PostgreSQL and MariaDB, fills a table of 10,000 and one of ROWS users in each, and asks bridges before
the two in turns for random users. Prints medians in microseconds, and the ratio of the two. Needs openssl, and the
servers' programs.
"""
import base64, glob, http.client, http.server, json, os, random, shutil, signal, socket, statistics, subprocess, sys
import tempfile, threading, time

from rig import bridge_config

BINARY = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "target/release/drawbridge")
LARGE = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000
SMALL, ROUNDS, REQUESTS = 10_000, 10, 300
AUDIENCE = "https://legacy-users.example"
HASH = "$2a$05$MBCzKhG1KhezLh.0LRa0Kuw12nLJtpHy6DIaU.JAnqJUDYspHC.Ou"
# Nobody is active or has a username: one look-up, by one index.
USERS = """[users]
table = "{table}"
identifiers = ["email"]
user_id = "id"
[users.profile]
email = "email"
name = "name"
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more).stdout


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """A key, its JWKS on loopback, and one token."""

    def __init__(self, directory):
        key = f"{directory}/key.pem"
        run("openssl", "genrsa", "-out", key, "2048")
        modulus = bytes.fromhex(run("openssl", "rsa", "-in", key, "-noout", "-modulus").decode().strip().split("=")[1])
        jwks = json.dumps({"keys": [{"kty": "RSA", "kid": "k", "use": "sig", "n": b64(modulus), "e": "AQAB"}]}).encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(jwks)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}/"
        now = int(time.time())
        claims = {"iss": self.url, "sub": "bench@clients", "azp": "bench", "aud": AUDIENCE, "iat": now,
                  "exp": now + 86400, "gty": "client-credentials",
                  "scope": "legacy:login legacy:get_user legacy:mark_migrated"}
        header = {"alg": "RS256", "typ": "JWT", "kid": "k"}
        signed = ".".join(b64(json.dumps(part).encode()) for part in (header, claims))
        signature = run("openssl", "dgst", "-sha256", "-sign", key, input=signed.encode())
        self.token = f"{signed}.{b64(signature)}"


def postgres(directory):
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
    data, port = f"{directory}/pg", free_port()
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if as_user:
        os.makedirs(data)
        shutil.chown(data, "postgres")
        os.chmod(directory, 0o755)
    run(*as_user, f"{programs}/initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", cwd="/")
    server = subprocess.Popen([*as_user, f"{programs}/postgres", "-D", data, "-p", str(port), "-k", data,
                               "-h", "127.0.0.1", "-c", "fsync=off", "-c", "max_wal_size=8GB",
                               "-c", "maintenance_work_mem=512MB"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
    sql = lambda text: run(f"{programs}/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(port),
                           "-U", "postgres", "-c", text)
    wait(lambda: sql("select 1"))
    for name, rows in (("small", SMALL), ("large", LARGE)):
        sql(f"create table {name} (id bigint, email text, name text, password text)")
        sql(f"insert into {name} select n, 'user' || n || '@example.com', 'User ' || n, '{HASH}' "
            f"from generate_series(1, {rows}) n")
        sql(f"alter table {name} add primary key (id)")
        sql(f"create index on {name} (lower(email))")
        sql(f"vacuum analyze {name}")
    return server, f"postgres://postgres@127.0.0.1:{port}/postgres"


def mariadb(directory):
    data, port = f"{directory}/mariadb", free_port()
    run("mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal")
    if os.getuid() == 0:
        run("chown", "-R", "mysql", data)
        os.chmod(directory, 0o755)
    as_user = ["--user=mysql"] if os.getuid() == 0 else []
    server = subprocess.Popen(["mariadbd", "--no-defaults", *as_user, f"--datadir={data}", f"--port={port}",
                               "--bind-address=127.0.0.1", f"--socket={data}/s", "--innodb-buffer-pool-size=4G",
                               "--innodb-flush-log-at-trx-commit=0", "--innodb-log-file-size=1G",
                               "--plugin-load-add=ha_sequence"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    sql = lambda text: run("mariadb", "--no-defaults", f"--socket={data}/s", "-u", "root", "-e", text)
    wait(lambda: sql("select 1"))
    sql("create database bench; create user bridge@'%' identified by 'bridge'; grant all on bench.* to bridge@'%'; "
        "create user bridge@localhost identified by 'bridge'; grant all on bench.* to bridge@localhost")
    for name, rows in (("small", SMALL), ("large", LARGE)):
        sql(f"use bench; create table {name} (id bigint primary key, email varchar(100), name varchar(100), "
            f"password char(60)) character set utf8mb4; insert into {name} select seq, "
            f"concat('user', seq, '@example.com'), concat('User ', seq), '{HASH}' from seq_1_to_{rows}; "
            f"create index by_email on {name} (email); analyze table {name}")
    return server, f"mysql://bridge:bridge@127.0.0.1:{port}/bench"


def stop(server, directory):
    if server.poll() is not None:
        return
    try:
        # Whoever switched the user does not hand signals on: the server tells its own process.
        with open(f"{directory}/pg/postmaster.pid") as file:
            os.kill(int(file.readline()), signal.SIGINT)
    except (OSError, ValueError):
        server.send_signal(signal.SIGTERM)
    server.wait(120)


def wait(answers):
    for _ in range(200):
        try:
            return answers()
        except subprocess.CalledProcessError:
            time.sleep(0.1)
    raise SystemExit("a server did not start")


class Bridge:
    def __init__(self, directory, issuer, url, table, rows):
        self.rows, self.port = rows, free_port()
        text = bridge_config.serve(self.port, free_port(), issuer.url, AUDIENCE, url, 'statement_timeout = "30s"',
                                   users=USERS.format(table=table))
        ledger = f"sqlite:{directory}/ledger-{table}.db"
        text = f'{text}[migration]\nmode = "proxy"\nstore = "{ledger}"\n'
        path = bridge_config.write(f"{directory}/{table}.toml", text)
        self.process = subprocess.Popen([BINARY, "serve", "--config", path])
        self.headers = {"authorization": f"Bearer {issuer.token}", "content-type": "application/json"}
        for _ in range(1200):
            try:
                return self.connect()
            except OSError:
                time.sleep(0.1)
        raise SystemExit("a bridge did not start")

    def connect(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self):
        body = json.dumps({"identifier": f"USER{random.randint(1, self.rows)}@example.com"})
        begun = time.perf_counter()
        self.connection.request("POST", "/get_user", body, self.headers)
        answer = self.connection.getresponse()
        told = answer.read()
        took = time.perf_counter() - begun
        assert answer.status == 200, told
        return took * 1e6

    def turn(self):
        # A bridge gives up a connection on which nobody asks, as while it is another's turn on a busy machine.
        self.connect()
        self.ask()
        return [self.ask() for _ in range(REQUESTS)]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def main():
    directory = tempfile.mkdtemp(prefix="drawbridge-growth-")
    servers, bridges = [], []
    try:
        issuer = Issuer(directory)
        print(f"{'database':<12} {'10,000 rows':>14} {f'{LARGE:,} rows':>18} {'ratio':>7}   "
              f"(median of {ROUNDS * REQUESTS} requests, µs)")
        for name, start in (("PostgreSQL", postgres), ("MariaDB", mariadb)):
            server, url = start(directory)
            servers.append(server)
            for table, rows in (("small", SMALL), ("large", LARGE)):
                bridges.append(Bridge(directory, issuer, url, table, rows))
            for bridge in bridges:
                bridge.turn()
            took = [[], []]
            for _ in range(ROUNDS):
                for times, bridge in zip(took, bridges):
                    times.extend(bridge.turn())
            small, large = map(statistics.median, took)
            print(f"{name:<12} {small:>14.0f} {large:>18.0f} {large / small:>7.2f}", flush=True)
            while bridges:
                bridges.pop().stop()
            stop(server, directory)
    finally:
        for bridge in bridges:
            bridge.stop()
        for server in servers:
            stop(server, directory)
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""`drawbridge bulk export` of a million users from PostgreSQL against `psql COPY` to nowhere and a plain Python script.

usage: export.py [BINARY] [USERS] [ROUNDS]      (target/release/drawbridge, 1000000, 7)

Starts a private PostgreSQL, fills a table of USERS users with bcrypt texts of random characters (nobody computes a
million hashes), of whom one in twenty is marked and one in fifty disabled, and lets the three take turns: A B C C B A.
Prints medians, ratios within each turn, and the peak memory of each process. Checks once that the script and the bridge
export the same users. Needs Python's psycopg with its C part (`pip install "psycopg[binary]"`), and PostgreSQL's
programs.
"""
import glob, hashlib, json, os, shutil, signal, socket, statistics, subprocess, sys, tempfile, time

from rig import bridge_config

CALL = [] if sys.argv[1:2] in (["--script"], ["--digest"]) else sys.argv[1:]
BINARY = os.path.abspath(CALL[0] if CALL else "target/release/drawbridge")
USERS = int(CALL[1]) if len(CALL) > 1 else 1_000_000
ROUNDS = int(CALL[2]) if len(CALL) > 2 else 7
COLUMNS = "id, email, username, full_name, is_active, plan_code, password"
MAX_BYTES = 480_000


def script(dsn, out):
    """What somebody would write in an afternoon: one pass with a server-side cursor, the same files."""
    import psycopg

    os.makedirs(out)
    files, rejects, users, size, exported, migrated, rows = [], [], [], 0, 0, 0, 0
    seen = set()

    def close():
        content = ("[" + ",".join(users) + "]\n").encode()
        name = f"users-{len(files) + 1:06}.json"
        with open(f"{out}/{name}", "wb") as file:
            file.write(content)
        digest = hashlib.sha256(content).hexdigest()
        files.append({"name": name, "users": len(users), "bytes": len(content), "sha256": digest})

    with psycopg.connect(dsn) as connection:
        marked = {user_id for user_id, in connection.execute("select user_id from drawbridge_migrated_users")}
        with connection.cursor(name="export") as cursor:
            cursor.itersize = 10_000
            cursor.execute(f"select {COLUMNS} from users order by id")
            for key, email, username, name, active, plan, password in cursor:
                rows += 1
                user_id = f"legacy|{key}"
                if user_id in marked:
                    migrated += 1
                    continue
                if not active:
                    rejects.append({"user_id": user_id, "reason": "account_disabled"})
                    continue
                if email.lower() in seen:
                    rejects.append({"user_id": user_id, "reason": "another user has the same e-mail address"})
                    continue
                seen.add(email.lower())
                user = {"user_id": user_id, "email": email, "email_verified": False, "username": username,
                        "name": name, "app_metadata": {"plan": plan}}
                if password.startswith(("$2a$10$", "$2b$10$")):
                    user["password_hash"] = password
                else:
                    hash = {"value": password, "encoding": "utf8"}
                    user["custom_password_hash"] = {"algorithm": "bcrypt", "hash": hash}
                text = json.dumps(user, ensure_ascii=False, separators=(",", ":"))
                if size + len(text.encode()) + 3 > MAX_BYTES:
                    close()
                    users, size = [], 0
                users.append(text)
                size += len(text.encode()) + 1
                exported += 1
    if users:
        close()
    with open(f"{out}/rejects.jsonl", "w") as file:
        file.writelines(json.dumps(reject) + "\n" for reject in rejects)
    with open(f"{out}/manifest.json", "w") as file:
        json.dump({"rows": rows, "exported": exported, "already_migrated": migrated, "files": files}, file)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more).stdout


class Postgres:
    def __init__(self, directory):
        self.programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.data, self.port = f"{directory}/pg", free_port()
        as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if as_user:
            os.makedirs(self.data)
            shutil.chown(self.data, "postgres")
            os.chmod(directory, 0o755)
        run(*as_user, f"{self.programs}/initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "-E", "UTF8",
            cwd="/")
        self.server = subprocess.Popen(
            [*as_user, f"{self.programs}/postgres", "-D", self.data, "-p", str(self.port), "-k", self.data,
             "-h", "127.0.0.1", "-c", "fsync=off", "-c", "max_wal_size=4GB", "-c", "shared_buffers=512MB"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        for _ in range(200):
            try:
                self.sql("select 1")
                return
            except subprocess.CalledProcessError:
                time.sleep(0.1)
        raise SystemExit("PostgreSQL did not start")

    def psql(self, text):
        return [f"{self.programs}/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port),
                "-U", "postgres", "-c", text]

    def sql(self, text):
        return run(*self.psql(text))

    def fill(self):
        # Six of base64 for four of MD5: characters of bcrypt's alphabet; the two that end a half have no stray bits.
        md5 = "md5(n || '{0}') || md5('{0}' || n)"
        random = f"translate(encode(decode({md5}, 'hex'), 'base64'), '+=' || chr(10), '.')"
        bcrypt = ("(array['$2a$10$', '$2b$10$', '$2y$10$', '$2a$12$'])[1 + n % 4] || "
                  f"substr({random.format('s')}, 1, 21) || 'u' || substr({random.format('d')}, 1, 30) || 'u'")
        self.sql("create table users (id bigint primary key, email text, username text, full_name text, "
                 "is_active boolean, plan_code text, password text)")
        self.sql("insert into users select n, 'User' || n || '@example.com', 'user' || n, 'Person Number ' || n, "
                 f"n % 50 <> 0, (array['free', 'silver', 'gold'])[1 + n % 3], {bcrypt} "
                 f"from generate_series(1, {USERS}) n")
        self.sql("create index on users (lower(email))")
        self.sql("create index on users (lower(username))")
        self.sql("create table drawbridge_migrated_users (user_id varchar(255) primary key, "
                 "migrated_at timestamp(6) not null, marked_by varchar(255) not null)")
        self.sql("insert into drawbridge_migrated_users select 'legacy|' || n, now(), 'client' from "
                 f"generate_series(7, {USERS}, 20) n")
        self.sql("vacuum analyze")

    def stop(self):
        try:
            # Whoever switched the user does not hand signals on: the server tells its own process.
            with open(f"{self.data}/postmaster.pid") as file:
                os.kill(int(file.readline()), signal.SIGINT)
        except (OSError, ValueError):
            self.server.send_signal(signal.SIGTERM)
        self.server.wait(120)


def configuration(directory, port):
    text = bridge_config.command(f"postgres://postgres@127.0.0.1:{port}/postgres")
    return bridge_config.write(f"{directory}/drawbridge.toml", text)


def timed(command, **more):
    """Seconds and peak memory in MiB of one process."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, **more)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - begun
    if status != 0:
        raise SystemExit(f"{command[0]} failed")
    process.returncode = 0
    return took, usage.ru_maxrss / 1024


def digest(out):
    """Prints what identifies the users of a directory, and how many they are."""
    told, count = hashlib.sha256(), 0
    for path in sorted(glob.glob(f"{out}/users-*.json")):
        with open(path) as file:
            for user in json.load(file):
                told.update(json.dumps(user, sort_keys=True).encode())
                count += 1
    print(told.hexdigest(), count)


def exported(out):
    # In a process of its own: the memory of this one would be counted for those that it starts.
    return run(sys.executable, os.path.abspath(__file__), "--digest", out).decode().split()


def main():
    directory = tempfile.mkdtemp(prefix="drawbridge-export-")
    server = None
    try:
        server = Postgres(directory)
        server.fill()
        config, out = configuration(directory, server.port), f"{directory}/out"
        dsn = f"host=127.0.0.1 port={server.port} user=postgres"
        commands = {
            "psql COPY > /dev/null": server.psql(f"copy (select {COLUMNS} from users) to stdout"),
            "Python": [sys.executable, os.path.abspath(__file__), "--script", dsn, out],
            "drawbridge bulk export": [BINARY, "bulk", "export", "--out", out, "--config", config],
        }
        told = {}
        for name in ("Python", "drawbridge bulk export"):
            timed(commands[name])
            told[name] = tuple(exported(out))
            shutil.rmtree(out)
        assert len(set(told.values())) == 1, f"the two exported different users: {told}"
        print(f"{USERS:,} users, {int(told['Python'][1]):,} exported, the same by both; {ROUNDS} rounds", flush=True)
        times, memory = {name: [] for name in commands}, dict.fromkeys(commands, 0)
        for turn in range(ROUNDS):
            order = list(commands) if turn % 2 == 0 else list(commands)[::-1]
            for name in order:
                took, peak = timed(commands[name])
                times[name].append(took)
                memory[name] = max(memory[name], peak)
                shutil.rmtree(out, ignore_errors=True)
                # Nobody begins while the disk is busy with the files of the one before.
                os.sync()
        print(f"{'':<24} {'median s':>9} {'least':>7} {'most':>7} {'peak MiB':>9}")
        for name, took in times.items():
            median = statistics.median(took)
            print(f"{name:<24} {median:>9.2f} {min(took):>7.2f} {max(took):>7.2f} {memory[name]:>9.1f}")
        ours = times["drawbridge bulk export"]
        ratio = lambda name: statistics.median(a / b for a, b in zip(ours, times[name]))
        print(f"of psql COPY: {ratio('psql COPY > /dev/null'):.2f} times its time (goal 1.5)")
        print(f"of Python: {1 / ratio('Python'):.1f} times as fast (goal 7)")
    finally:
        if server:
            server.stop()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--script"]:
        script(*sys.argv[2:4])
    elif sys.argv[1:2] == ["--digest"]:
        digest(sys.argv[2])
    else:
        main()

"""A private PostgreSQL with a million users, whose passwords are known, and the ledger."""

import glob
import os
import shutil
import signal
import subprocess
import time

from .process import Failed, cpu_seconds, end, free_port, run, start

# `correct horse N` at cost 10, by Python's bcrypt 5.0.
BCRYPT = [
    "$2b$10$MC8xvG7dgDi2shG5vioYAeNZd/qsPOSaQDDPhjwKQ4ctoy1W2o0cu",
    "$2b$10$1MiWyIv2jZxBySRcUUMIk.DvnoMQYiyPW6lSFnPsH5Mta48zKl/QC",
    "$2b$10$/iH0hBZZ09HSGJzDbPmyEe10Rl4WeKE6ZMEJ7uF391nqAHOBZDGeG",
    "$2b$10$QhQxRjqldwyZDaXKAGmas.s0c4HpljqKaqhepDyNbHOYV2VucrdrW",
    "$2b$10$i.NnxBdqu5rSqleNyrzdJuKAFPL7s3tgm2gb5BrFvQ0dyZzcQKmGe",
    "$2b$10$XyQqEMPytQVL3unc8CJUj.Q8Owdr1wBSR/676/2B03n5ftSnp9KAC",
    "$2b$10$Hk9FAlQ6jBdDlrXuOWrK3OGIJbaofiHMq6hWic7RhfuPTXZPn4va6",
    "$2b$10$BzWdRCvsbpWnC97iB0OK0e5q7AXVNwVw2YR22vDdKdzR8h7fNKzdq",
]
# `correct horse 0`: Django's format, sha512-crypt and phpass by passlib 1.7.4, argon2id (19 MiB, 2, 1) by argon2-cffi 25.1.
PBKDF2 = "pbkdf2_sha256$600000$SFWwEUH5CiXS$mEt0+gQrDnD/x6C/+aUTDv5VBkSjx/zykN1mPPbeEMQ="
SCHEMES = [
    BCRYPT[0],
    PBKDF2,
    "$6$cuiscVpVr0fO4haR$MixREzBOmvKZ5H/gePVHA49DpOSEWVgwZqp3Y4Y1RX2XUoklnzqNHxLRYW9hdqjxZdXFz0YgFW6ohsslI6LnH.",
    "$P$B3D9Z6XDqAIbNKJ/mWo8nSftSKfMrg1",
    "$argon2id$v=19$m=19456,t=2,p=1$3ciMd1F52sJtozMKFVhcfA$V/FTu8tW8j9E4sKasn/tc236j8C6MgNYypKS9ZPmMxM",
]
# Behind the many: users of other schemes, and those about whom the answers are compared.
OTHERS = 1_000
# Who has crossed before.
MARKED = 50_000
LEDGER = "drawbridge_migrated_users"


def array(texts):
    return "array[" + ", ".join(f"'{text}'" for text in texts) + "]"


class Database:
    def __init__(self, directory, users):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        if not found:
            raise Failed("PostgreSQL's server programs are missing: apt-get install postgresql")
        self.programs, self.users = found[-1], users
        self.data, self.port = f"{directory}/pg", free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if as_user:
            os.makedirs(self.data)
            shutil.chown(self.data, "postgres")
            os.chmod(directory, 0o755)
        run(*as_user, f"{self.programs}/initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "-E", "UTF8", cwd="/")
        settings = ["fsync=off", "max_wal_size=4GB", "shared_buffers=512MB", "max_connections=300", "autovacuum=off"]
        options = [part for setting in settings for part in ("-c", setting)]
        self.server = start([*as_user, f"{self.programs}/postgres", "-D", self.data, "-p", str(self.port), "-k", self.data,
                             "-h", "127.0.0.1", *options], f"{directory}/postgres.log", cwd="/")
        for _ in range(200):
            try:
                self.sql("select 1")
                break
            except Failed:
                time.sleep(0.1)
        else:
            raise Failed("PostgreSQL did not start")

    def sql(self, text):
        return run(f"{self.programs}/psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port),
                   "-U", "postgres", "-c", text, env=os.environ | {"PGOPTIONS": "--client-min-messages=warning"}).decode()

    def fill(self):
        self.sql("create table users (id bigint, email text, username text, full_name text, is_active boolean, plan_code text, "
                 "password text)")
        row = ("'{0}' || n || '@example.com', '{0}' || n, 'Person Number ' || n, true, "
               "(array['free', 'silver', 'gold'])[1 + n % 3]")
        self.sql(f"insert into users select n, {row.format('user')}, ({array(BCRYPT)})[1 + n % {len(BCRYPT)}] "
                 f"from generate_series(1, {self.users}) n")
        # Under one in twenty of a sample: what a deployment takes for its usual hash stays bcrypt.
        self.sql(f"insert into users select {self.users} + n, {row.format('mixed')}, ({array(SCHEMES)})[1 + n % {len(SCHEMES)}] "
                 f"from generate_series(1, {OTHERS}) n")
        self.sql(f"insert into users select {self.users + OTHERS} + n, {row.format('slow')}, '{PBKDF2}' "
                 f"from generate_series(1, {OTHERS}) n")
        last = self.users + 2 * OTHERS
        self.sql(f"insert into users values ({last + 1}, 'inactive@example.com', 'inactive', 'I', false, 'free', '{BCRYPT[0]}'), "
                 f"({last + 2}, 'locked@example.com', 'locked', 'L', true, 'free', null), "
                 f"({last + 3}, 'migrated@example.com', 'migrated', 'M', true, 'free', '{BCRYPT[0]}'), "
                 f"({last + 4}, 'twice@example.com', 'twice', 'T', true, 'free', '{BCRYPT[0]}'), "
                 f"({last + 5}, 'twice@example.com', 'again', 'T', true, 'free', '{BCRYPT[0]}')")
        self.sql("alter table users add primary key (id)")
        self.sql("create index on users (lower(email))")
        self.sql("create index on users (lower(username))")
        self.sql(f"create table {LEDGER} (user_id varchar(255) primary key, migrated_at timestamp(6) not null, "
                 "marked_by varchar(255) not null)")
        self.unmark()
        self.sql("vacuum analyze")

    def unmark(self):
        """Every turn of marking begins with the same ledger: that of a migration under way, not an empty one."""
        # Statements that were planned for an empty ledger would read all of it while it grows.
        self.sql(f"truncate {LEDGER}")
        self.sql(f"insert into {LEDGER} select 'legacy|' || id, now(), 'earlier' from users where username = 'migrated' "
                 f"union all select 'legacy|gone' || n, now(), 'earlier' from generate_series(1, {MARKED}) n")
        self.sql(f"vacuum analyze {LEDGER}")

    def mark_some(self):
        """One user in twenty has crossed."""
        self.sql(f"insert into {LEDGER} select 'legacy|' || n, now(), 'client' from generate_series(7, {self.users}, 20) n")
        self.sql(f"vacuum analyze {LEDGER}")

    def cpu(self):
        return cpu_seconds(self.server.pid)

    def stop(self):
        try:
            # Whoever switched the user does not hand signals on: the server tells its own process.
            with open(f"{self.data}/postmaster.pid") as file:
                os.kill(int(file.readline()), signal.SIGINT)
            self.server.wait(60)
        except (OSError, ValueError, subprocess.TimeoutExpired):
            pass
        end(self.server)

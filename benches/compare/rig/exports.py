"""The export of all users beside `psql COPY` to nowhere and a plain Python script: how long, and how much memory."""

import hashlib
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from . import bridge_config, prepare
from .process import STARTED, Failed
from .servers import DRAWBRIDGE

COPY, SCRIPT = "copy", "python"
COLUMNS = "id, email, username, full_name, is_active, plan_code, password"


class Exports:
    """The three commands over the users of bcrypt: of the few others a script of an afternoon knows nothing."""

    def __init__(self, rig):
        last, port = rig.database.users, rig.database.port
        self.rig, self.out = rig, f"{rig.directory}/export"
        users = bridge_config.USERS.replace('table = "users"', f'table = "users"\nwhere = "u.id <= {last}"')
        text = bridge_config.command(rig.database.url, users)
        config = bridge_config.write(f"{rig.directory}/export.toml", text)
        dsn = f"host=127.0.0.1 port={port} user=postgres"
        self.commands = {
            DRAWBRIDGE: [rig.programs[DRAWBRIDGE], "bulk", "export", "--out", self.out, "--config", config],
            COPY: [f"{rig.database.programs}/psql", "-X", "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-c",
                   f"copy (select {COLUMNS} from users where id <= {last}) to stdout"],
            SCRIPT: [*prepare.python_export(), dsn, str(last), self.out],
        }

    def turn(self, name):
        """Seconds and peak memory in MiB of one process."""
        begun = time.perf_counter()
        process = subprocess.Popen(self.commands[name], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   env=self.rig.ours())
        STARTED.append(process)
        process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        STARTED.remove(process)
        if status != 0:
            raise Failed(f"the export by {name} failed")
        return took, usage.ru_maxrss / 1024

    def clear(self):
        """Nobody begins while the disk is busy with the files of the one before."""
        shutil.rmtree(self.out, ignore_errors=True)
        os.sync()

    def check(self):
        """How many users are exported; the script and the bridge have to agree about each."""
        told = {}
        for name in (SCRIPT, DRAWBRIDGE):
            self.turn(name)
            told[name] = digest(self.out)
            self.clear()
        if len(set(told.values())) != 1:
            raise Failed("the script and the bridge exported different users")
        return told[SCRIPT][1]


def digest(out):
    """What identifies the users of a directory, and how many they are."""
    told, count = hashlib.sha256(), 0
    for path in sorted(Path(out).glob("users-*.json")):
        for user in json.loads(path.read_bytes()):
            told.update(json.dumps(user, sort_keys=True).encode())
            count += 1
    return told.hexdigest(), count

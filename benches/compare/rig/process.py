"""Processes that are ended by their id, whatever happens, and what the kernel knows about a tree of them."""

import contextlib
import os
import signal
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")
STARTED = []


class Failed(Exception):
    """Said to the person who runs this, without a back-trace."""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(*command, timeout=1800, **more):
    """The output of a command; its last words where it fails."""
    more.setdefault("stdout", subprocess.PIPE)
    try:
        return subprocess.run(command, check=True, stderr=subprocess.PIPE, timeout=timeout, **more).stdout
    except FileNotFoundError:
        raise Failed(f"`{command[0]}` is not installed") from None
    except subprocess.CalledProcessError as error:
        raise Failed(f"`{' '.join(command[:4])}` failed: {error.stderr.decode(errors='replace')[-800:].strip()}") from None
    except subprocess.TimeoutExpired:
        raise Failed(f"`{' '.join(command[:4])}` took more than {timeout} s") from None


def start(command, log, **more):
    """A server in a session of its own; what it says goes to a file."""
    with open(log, "ab") as file:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True, **more)
    STARTED.append(process)
    return process


def tree(root):
    """The ids of a process and of all that it started."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                children.setdefault(int(stat(entry)[1]), []).append(int(entry))
    found, at = [root], 0
    while at < len(found):
        found.extend(children.get(found[at], []))
        at += 1
    return found


def stat(pid):
    """The fields of /proc/PID/stat behind the name."""
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()


def cpu_seconds(root):
    """Processor time of a whole tree so far, that of its ended children included."""
    total = 0
    for pid in tree(root):
        with contextlib.suppress(OSError):
            total += sum(map(int, stat(pid)[11:15]))
    return total / TICKS


def pss_mib(root):
    """Memory of a whole tree; pages that it shares within itself count once."""
    total = 0
    for pid in tree(root):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/smaps_rollup") as file:
            total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    return total / 1024


def quiet(roots, patience=30):
    """Waits until these trees have nothing left to do: hashes of people who went away must not be computed beside the next."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        before = [cpu_seconds(root) for root in roots]
        time.sleep(0.3)
        if all(cpu_seconds(root) - then <= 2 / TICKS for root, then in zip(roots, before)):
            return True
    return False


def end(process):
    """Ends a process and what it started, each by its id."""
    if process.poll() is not None:
        if process in STARTED:
            STARTED.remove(process)
        return
    pids = tree(process.pid)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
    for pid in pids[1:]:
        # A child of somebody who is gone belongs to another parent now, still in our session.
        with contextlib.suppress(OSError):
            if os.getsid(pid) == process.pid:
                os.kill(pid, signal.SIGKILL)
    if process in STARTED:
        STARTED.remove(process)


def end_all():
    for process in reversed(list(STARTED)):
        # One that does not end must not keep the others from it.
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            end(process)

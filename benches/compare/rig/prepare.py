"""What has to be there before anything can be measured: packages of the host, those of Node and Python, two Rust binaries."""

import contextlib
import os
import platform
import shutil
import sys
from pathlib import Path

from .process import Failed, run

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent
PEERS = HERE / "peers"
CACHE = ROOT / "target" / "compare"
# Where the host's Node is older than Fastify takes (Debian 12), the same program from the npm registry.
NODE = "20.20.2"


def say(text):
    print(text, file=sys.stderr, flush=True)


def packages(peers, exports):
    """Names of the Debian packages that are missing."""
    missing = [name for name in ("wrk", "openssl") if not shutil.which(name)]
    if not list(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
        missing.append("postgresql")
    if not shutil.which("cc"):
        missing.extend(["gcc", "libc6-dev"])
    if any(peer.startswith("fastify") for peer in peers) and not shutil.which("npm"):
        missing.append("npm")
    if exports or "fastapi" in peers:
        try:
            import ensurepip  # noqa: F401
        except ImportError:
            missing.append("python3-venv")
    return missing


@contextlib.contextmanager
def no_service_starts():
    """Only programs are wanted: no service of a package is started."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink(missing_ok=True)


def host(peers, exports=False):
    """Installs what is missing; `exports` when the Python script exports, too."""
    missing = packages(peers, exports)
    if not missing:
        return
    if os.getuid() != 0:
        names = " ".join(missing)
        raise Failed(f"the comparison needs {names}: run `apt-get install {names}` as root, then this again")
    say(f"installing {' '.join(missing)} …")
    quietly = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with no_service_starts():
        run("apt-get", "update", "-qq", env=quietly)
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, env=quietly)


def fresh(directory, *sources):
    """Whether what is in a directory was made of these very files; `done` says so afterwards."""
    stamp = directory / "made-of"
    now = "".join(Path(source).read_text() for source in sources)
    return stamp.is_file() and stamp.read_text() == now, lambda: stamp.write_text(now)


def node():
    """A Node of version 20 or later."""
    found = shutil.which("node")
    if found and int(run(found, "--version").decode().lstrip("v").split(".")[0]) >= 20:
        return found
    kind = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine())
    if kind is None:
        raise Failed("Fastify needs Node 20 or later: install it, or leave `fastify` out of --peers")
    directory = CACHE / "node"
    program = directory / "node_modules" / f"node-linux-{kind}" / "bin" / "node"
    if not program.is_file():
        directory.mkdir(parents=True, exist_ok=True)
        run("npm", "install", "--prefix", str(directory), "--no-save", f"node-linux-{kind}@{NODE}")
    return str(program)


def fastify():
    """The command; its modules lie beside a copy of the program, never in the work tree."""
    directory, sources = CACHE / "fastify", PEERS / "fastify"
    directory.mkdir(parents=True, exist_ok=True)
    program = node()
    is_fresh, done = fresh(directory, sources / "package-lock.json")
    for name in ("package.json", "package-lock.json", "server.mjs"):
        shutil.copy(sources / name, directory)
    if not is_fresh:
        say("npm ci …")
        path = f"{Path(program).parent}:{os.environ['PATH']}"
        run("npm", "ci", "--no-audit", "--no-fund", cwd=directory, env=os.environ | {"PATH": path})
        done()
    return [program, str(directory / "server.mjs")]


def python():
    """A Python with the packages of both peers that are written in it."""
    directory, sources = CACHE / "fastapi", PEERS / "fastapi"
    is_fresh, done = fresh(directory, sources / "requirements.txt")
    if not is_fresh:
        say("pip install …")
        shutil.rmtree(directory, ignore_errors=True)
        run(sys.executable, "-m", "venv", str(directory))
        run(str(directory / "bin" / "pip"), "install", "-q", "-r", str(sources / "requirements.txt"))
        done()
    return [str(directory / "bin" / "python"), "-B"]


def python_export():
    return [*python(), str(PEERS / "python-export" / "export.py")]


def fastapi():
    return [*python(), "-m", "uvicorn", "server:app", "--app-dir", str(PEERS / "fastapi"), "--workers", "2",
            "--host", "127.0.0.1", "--no-access-log", "--log-level", "warning", "--loop", "uvloop", "--http", "httptools",
            "--timeout-keep-alive", "75", "--no-server-header", "--port"]


def bare():
    say("cargo build of the bare peer …")
    directory = CACHE / "bare"
    run("cargo", "build", "--release", "--locked", "--manifest-path", str(PEERS / "bare" / "Cargo.toml"), "--target-dir",
        str(directory), timeout=3600)
    return [str(directory / "release" / "peer-bare")]


def bridge():
    say("cargo build of the bridge …")
    run("cargo", "build", "--release", "--locked", "--manifest-path", str(ROOT / "Cargo.toml"), timeout=3600)
    return str(Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target") / "release" / "drawbridge")

#!/usr/bin/env bash
# Everything that the tests need, then all tests. On a fresh Debian machine it needs a Rust toolchain and git only.
# As root it installs what is missing; as anybody else it says what is missing and how to get it.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
command -v openssl >/dev/null || missing+=(openssl)
command -v cc >/dev/null || missing+=(gcc libc6-dev)
# `systemd-analyze` judges the unit, `systemd-socket-activate` hands a socket over; nothing of it has to run.
command -v systemd-socket-activate >/dev/null || missing+=(systemd)
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing+=(postgresql)
command -v chromium >/dev/null || missing+=(chromium)
[ -x /usr/sbin/mariadbd ] || command -v mariadbd >/dev/null || missing+=(mariadb-server)
command -v redis-server >/dev/null || missing+=(redis-server)
ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || missing+=(libfaketime)

# The applications whose own installers make databases for the presets.
while read -r package; do
    if [ "$package" = npm ] && command -v npm >/dev/null; then continue; fi
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok' || missing+=("$package")
done <tests/presets/installed/PACKAGES

if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" -ne 0 ]; then
        echo "error: the tests need ${missing[*]}" >&2
        echo "hint: run 'apt-get install ${missing[*]}' as root, then this script again" >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # Only the programs are wanted: the tests start private servers of their own.
    apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

# Every test starts its servers on free ports in a temporary directory and ends them.
exec cargo test --locked "$@"

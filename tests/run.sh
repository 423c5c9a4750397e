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
# promtool judges the alerts and the dashboard; a virtual environment holds what asks by the OpenAPI documents.
command -v promtool >/dev/null || missing+=(prometheus)
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)

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
    # Only the programs are wanted: the tests start private servers of their own. No service of a package is started.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
        printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
        chmod 755 /usr/sbin/policy-rc.d
        apt-get install -y -qq --no-install-recommends "${missing[@]}"
        rm -f /usr/sbin/policy-rc.d
        trap - EXIT
    else
        apt-get install -y -qq --no-install-recommends "${missing[@]}"
    fi
    # Nor at the next start of the machine.
    case " ${missing[*]} " in *" prometheus "*) systemctl disable --quiet prometheus 2>/dev/null || true ;; esac
fi

# Every test starts its servers on free ports in a temporary directory and ends them.
exec cargo test --locked "$@"

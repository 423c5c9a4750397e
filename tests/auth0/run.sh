#!/usr/bin/env bash
# The scripts and Actions against canned answers and against the real bridge, in a stand-in for a tenant.
# Needs npm (for Node 18, 20 and 22) and openssl; DRAWBRIDGE_BIN names another binary than target/debug/drawbridge.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"

export DRAWBRIDGE_BIN="${DRAWBRIDGE_BIN:-$here/../../target/debug/drawbridge}"
if ! [ -x "$DRAWBRIDGE_BIN" ]; then
    echo "error: there is no bridge at $DRAWBRIDGE_BIN" >&2
    echo "hint: run 'cargo build', or name one in DRAWBRIDGE_BIN" >&2
    exit 3
fi
DRAWBRIDGE_NODES="${DRAWBRIDGE_NODES:-$("$here/nodes.sh")}"
export DRAWBRIDGE_NODES
# The newest one runs the tests themselves: it has SQLite built in.
node="${DRAWBRIDGE_NODES##*:}"
exec "$node" --test --test-concurrency=2 "$@" "$here"/*.test.js

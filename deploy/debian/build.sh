#!/usr/bin/env bash
# Makes the Debian package in the directory that is given, around the binary that lies there, or around a new one.
# It needs `cargo install --locked cargo-deb@3`; a build machine of Debian 12 gives a package for Debian 12 and later.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
out=${1:?the directory for the package}
if ! cargo deb --version >/dev/null 2>&1; then
    echo "error: cargo-deb is missing" >&2
    echo "hint: run 'cargo install --locked cargo-deb@3'" >&2
    exit 2
fi
mkdir -p "$out"
out=$(cd "$out" && pwd)
[ -x "$out/drawbridge" ] || bash "$root/deploy/release/binary.sh" "$out"
# shellcheck source=deploy/release/flags.sh
. "$root/deploy/release/flags.sh"

# cargo-deb takes the binary from where cargo would have put it.
staged=$(mktemp -d)
trap 'rm -rf "$staged"' EXIT
install -D -m 755 "$out/drawbridge" "$staged/release/drawbridge"
cd "$root"
CARGO_TARGET_DIR=$staged cargo deb --no-build --no-strip --locked --output "$out/"
if command -v lintian >/dev/null; then
    lintian --fail-on error,warning "$out"/drawbridge_*.deb
fi

#!/usr/bin/env bash
# Builds the release binary into the directory that is given: the same bytes from the same commit, wherever it lies.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
out=${1:?the directory for the binary}
# shellcheck source=deploy/release/flags.sh
. "$root/deploy/release/flags.sh"
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$root"
cargo build --release --locked --bin drawbridge
install -m 755 "$target/release/drawbridge" "$out/drawbridge"

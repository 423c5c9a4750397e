#!/usr/bin/env bash
# Writes the bill of materials (CycloneDX 1.5, JSON) of what is linked into the binary, into the directory that is given.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
out=$(cd "${1:?the directory for the bill of materials}" && pwd)
# shellcheck source=deploy/release/flags.sh
. "$root/deploy/release/flags.sh"
cd "$root"
trap 'rm -f "$root/drawbridge.cdx.json"' EXIT
cargo cyclonedx --quiet --format json --spec-version 1.5 --no-build-deps --target "$(rustc -vV | sed -n 's/^host: //p')" \
    --override-filename drawbridge.cdx
# No directory of this machine, and no number that only this run knows; the moment is SOURCE_DATE_EPOCH.
sed -e '/"serialNumber"/d' -e "s#path+file://$root#path+file:///drawbridge#g" drawbridge.cdx.json >"$out/drawbridge.cdx.json"

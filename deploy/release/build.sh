#!/usr/bin/env bash
# Everything of a release, in the directory that is given: the binary, its bill of materials, the Debian package, checksums.
# It needs, each once: cargo install --locked cargo-deny@0.20 cargo-cyclonedx@0.5 cargo-deb@3; apt-get install lintian
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${1:?the directory for the release}
for tool in deny cyclonedx deb; do
    if ! cargo "$tool" --version >/dev/null 2>&1; then
        echo "error: cargo-$tool is missing" >&2
        echo "hint: the head of $0 says how to get it" >&2
        exit 2
    fi
done
if [ -n "$(git -C "$root" status --porcelain)" ]; then
    echo "error: the sources differ from their commit, so nobody could build this again" >&2
    echo "hint: commit or take away what 'git status' names" >&2
    exit 2
fi
mkdir -p "$out"
out=$(cd "$out" && pwd)
rm -f "$out"/*.deb "$out"/drawbridge "$out"/drawbridge.cdx.json "$out"/SHA256SUMS

# Licences, sources, duplicates, and the advisories of today.
(cd "$root" && cargo deny --locked --config .deny.toml check)
bash "$here/binary.sh" "$out"
bash "$here/sbom.sh" "$out"
bash "$root/deploy/debian/build.sh" "$out"
(cd "$out" && sha256sum drawbridge drawbridge.cdx.json ./*.deb >SHA256SUMS && cat SHA256SUMS)

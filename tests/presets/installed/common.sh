# What every script here needs. Sourced, not run. It says on stdout nothing at all: the scripts print one line of their
# own, and what an installer has to say goes to a log in the cache, shown without addresses when something fails.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${DRAWBRIDGE_TEST_CACHE:-$(cd "$here/../../.." && pwd)/target/presets-cache}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
name=$(basename "$0" .sh)
log=$cache/$name.log
: >"$log"
password='Correct-Horse-9'

die() { echo "error: $1" >&2; exit "${2:-1}"; }

# debian PACKAGE PATH...: exit 3 with what to install where a file of a Debian package is missing.
missing=()
debian() { local p=$1 f; shift; for f; do [ -e "$f" ] || command -v "$f" >/dev/null || { missing+=("$p"); return; }; done; }
debian_done() {
    [ ${#missing[@]} -eq 0 ] || die "missing Debian packages: apt-get install --no-install-recommends ${missing[*]}" 3
}

# run COMMAND...: quiet, with the end of its output (no host names) where it fails.
run() {
    "$@" >>"$log" 2>&1 </dev/null || {
        local code=$?
        tail -n 25 "$log" | sed -E 's#[a-z+]+://[^[:space:]]+#<address>#g' >&2
        die "$1 failed with $code, see $log"
    }
}

# scratch: a folder that is gone when the script ends.
scratch() { scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT; }

# python_packages DIR REQUIREMENT...: a venv that is made once for these versions; $python is its interpreter.
python_packages() {
    local dir=$cache/$1 want=${*:2}
    debian python3-venv python3 /usr/lib/python3*/ensurepip
    debian_done
    python=$dir/bin/python
    [ "$(cat "$dir/.packages" 2>/dev/null)" = "$want" ] && return
    rm -rf "$dir"
    run python3 -m venv "$dir"
    run "$python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-compile "${@:2}"
    echo "$want" >"$dir/.packages"
}

# node_packages DIR PACKAGE...: npm packages that are installed once for these versions, in $modules, and a Node of its
# own in $node: what Debian has is too old for all of them.
node_version=22.23.3
npm_quiet() { local dir=$1; shift; run npm install --prefix "$dir" --no-audit --no-fund --no-save --loglevel=error "$@"; }
node_packages() {
    local dir=$cache/$1 arch want="node-$node_version ${*:2}"
    debian npm npm
    debian_done
    case $(uname -m) in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; *) die "no Node for $(uname -m)" ;; esac
    local own=$cache/node-$node_version
    [ -e "$own/.done" ] || { npm_quiet "$own" "node-linux-$arch@$node_version"; touch "$own/.done"; }
    node=$own/node_modules/node-linux-$arch/bin/node
    modules=$dir/node_modules
    export PATH=$(dirname "$node"):$PATH
    [ "$(cat "$dir/.packages" 2>/dev/null)" = "$want" ] && return
    rm -rf "$dir"
    mkdir -p "$dir"
    npm_quiet "$dir" "${@:2}"
    echo "$want" >"$dir/.packages"
}

# database URL: splits it into $kind (sqlite, postgres, mariadb), $file or $db_user $db_password $db_host $db_port $db_name.
database() {
    case ${1:?"usage: $name.sh DATABASE_URL_OR_PATH"} in
    postgres://* | postgresql://*) kind=postgres ;;
    mysql://* | mariadb://*) kind=mariadb ;;
    *) kind=sqlite; file=${1#sqlite:}; file=${file#//}; rm -f "$file"; return ;;
    esac
    [[ $1 =~ ^[a-z]+://([^:@/]+)(:([^@/]*))?@([^:/]+)(:([0-9]+))?/([^?]+) ]] || die "not a database URL"
    db_user=${BASH_REMATCH[1]} db_password=${BASH_REMATCH[3]} db_host=${BASH_REMATCH[4]}
    db_port=${BASH_REMATCH[6]} db_name=${BASH_REMATCH[7]}
    export db_user db_password db_host db_port db_name
}
only() { [[ " $* " == *" $kind "* ]] || die "$name makes $*, not $kind"; }

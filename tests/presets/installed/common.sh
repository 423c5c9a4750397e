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
debian() {
    local package=$1 file
    for file in "${@:2}"; do
        [ -e "$file" ] || command -v "$file" >/dev/null || { missing+=("$package"); return; }
    done
}
debian_done() {
    [ ${#missing[@]} -eq 0 ] || die "missing Debian packages: apt-get install --no-install-recommends ${missing[*]}" 3
}

# run COMMAND...: quiet, with the end of its output (no host names) where it fails.
run() {
    "$@" >>"$log" 2>&1 </dev/null || {
        local code=$?
        tail -n 25 "$log" | sed -E "s#[a-z+]+://[^[:space:]]+#<address>#g
            s#(host=|ENOTFOUND |EAI_AGAIN |ECONNREFUSED |'|\b)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]+|', port=)#\1<host>\3#g
            s#(host=|ENOTFOUND |EAI_AGAIN |ECONNREFUSED )[^ ,]+#\1<host>#g" >&2
        die "$1 failed with $code, see $log"
    }
}

# scratch: a folder that is gone when the script ends.
scratch() { scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT; }

# python_packages DIR REQUIREMENT...: a venv that is made once for these versions; $python is its interpreter.
python_packages() {
    local dir=$cache/$1 want=${*:2}
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3 python3-venv)
    debian_done
    python=$dir/bin/python
    [ "$(cat "$dir/.packages" 2>/dev/null)" = "$want" ] && return
    rm -rf "$dir"
    run python3 -m venv "$dir"
    run "$python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-compile "${@:2}"
    echo "$want" >"$dir/.packages"
}

# own_node: a Node of its own, first in PATH: what Debian has is too old for all of them.
node_version=22.23.3
npm_in() { local dir=$1; shift; run npm "$@" --prefix "$dir" --ignore-scripts --no-audit --no-fund --loglevel=error; }
own_node() {
    local arch own=$cache/node-$node_version
    debian npm npm
    debian_done
    case $(uname -m) in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; *) die "no Node for $(uname -m)" ;; esac
    if [ ! -e "$own/.done" ]; then
        npm_in "$own" install --no-save "node-linux-$arch@$node_version"
        touch "$own/.done"
    fi
    node=$own/node_modules/node-linux-$arch
    export PATH=$node/bin:$PATH
}

# node_packages DIR PACKAGE...: npm packages, installed once for these versions, in $modules. Their install scripts do
# not run: they look for compiled files in other places than the registry.
node_packages() {
    local dir=$cache/$1
    own_node
    modules=$dir/node_modules
    [ "$(cat "$dir/.packages" 2>/dev/null)" != "${*:2}" ] || return 0
    rm -rf "$dir"
    mkdir -p "$dir"
    npm_in "$dir" install --no-save "${@:2}"
    echo "${*:2}" >"$dir/.packages"
}

# node_sqlite3 MODULES: the package sqlite3 of that folder with its compiled part, which is made once.
node_sqlite3() {
    local own=$cache/sqlite3-5.1.7 built=build/Release/node_sqlite3.node
    if [ ! -e "$own/node_modules/sqlite3/$built" ]; then
        debian g++ g++
        debian make make
        debian python3 python3
        debian_done
        npm_in "$own" install --no-save sqlite3@5.1.7
        run env npm_config_build_from_source=true npm_config_nodedir="$node" \
            npm rebuild --prefix "$own" --loglevel=error sqlite3
    fi
    mkdir -p "$1/sqlite3/build/Release"
    cp "$own/node_modules/sqlite3/$built" "$1/sqlite3/$built"
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

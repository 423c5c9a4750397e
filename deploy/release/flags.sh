# shellcheck shell=bash
# What makes two builds of one commit the same bytes; sourced by the scripts that build. Needs `root`, the source tree.

# The compiler of releases: another one makes another binary.
toolchain=1.95.0
# Moments inside of packages and archives are those of the commit, or of the Unix epoch where there is no commit.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)}
target=${CARGO_TARGET_DIR:-$root/target}
cargo_home=${CARGO_HOME:-$HOME/.cargo}
sysroot=$(rustc --print sysroot)

# No directory of the machine stands in the binary, neither from Rust (messages of panics) nor from C.
RUSTFLAGS="--remap-path-prefix=$target=/target --remap-path-prefix=$root=/drawbridge"
RUSTFLAGS+=" --remap-path-prefix=$cargo_home=/cargo --remap-path-prefix=$sysroot=/rust"
CFLAGS="-ffile-prefix-map=$target=/target -ffile-prefix-map=$cargo_home=/cargo"
CXXFLAGS=$CFLAGS
# The same places in parallel builds and in those that were begun before.
CARGO_INCREMENTAL=0
TZ=UTC
LC_ALL=C.UTF-8
umask 022
export SOURCE_DATE_EPOCH RUSTFLAGS CFLAGS CXXFLAGS CARGO_INCREMENTAL TZ LC_ALL

if [ "$(rustc --version | cut -d' ' -f2)" != "$toolchain" ]; then
    echo "error: this is $(rustc --version), and releases are built by $toolchain" >&2
    echo "hint: run 'rustup toolchain install $toolchain' and set RUSTUP_TOOLCHAIN=$toolchain" >&2
    exit 2
fi

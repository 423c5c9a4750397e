#!/bin/sh
# Makes the passwords of the demo and says in `.env` as whom the containers run: as whoever may read them.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
for name in admin_password bridge_password; do
    [ -s "secrets/$name" ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"secrets/$name"
done
uid=$(id -u) gid=$(id -g)
# Nothing of the demo runs as root.
if [ "$uid" = 0 ]; then
    uid=65532 gid=65532
    chown -R "$uid:$gid" secrets
fi
printf 'DEMO_USER=%s:%s\n' "$uid" "$gid" >.env

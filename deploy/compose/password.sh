#!/bin/sh
# Gives the role of role.sql its password, which stands in no script; the server's image runs this once.
set -eu
password=$(cat /run/secrets/bridge_password)
printf '%s\n' "alter role drawbridge password :'password';" |
    psql -v ON_ERROR_STOP=1 -v password="$password" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB"

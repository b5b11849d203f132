#!/bin/sh
# Usage: tools/servers.sh: installs what the tests run and pip does not bring. Prints one line for what it did.
# Called by the Makefile. Where it may not install it names the command.
set -eu
PATH=$PATH:/usr/sbin:/sbin
missing=
started=$(date +%s)

wants() {  # PROGRAM PACKAGE
    command -v "$1" >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/"$1" >/dev/null 2>&1 || missing="$missing $2"
}

wants postgres postgresql
wants pgbouncer pgbouncer
wants redis-server redis-server
wants spin spin
wants gcc "gcc libc6-dev"
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root='sudo -n'
fi
if ! command -v apt-get >/dev/null 2>&1 || ! $as_root true 2>/dev/null; then
    echo "The tests run against the real programs, and some are not installed. On Debian or Ubuntu:" >&2
    echo "    sudo apt-get install -y$missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086  # several words are meant
{
    $as_root apt-get update -q
    $as_root apt-get install -y -q --no-install-recommends $missing
} >/dev/null
printf '  servers       %-56s%5s s\n' "apt-get install$missing" "$(($(date +%s) - started))"

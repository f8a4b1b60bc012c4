#!/usr/bin/env bash
# Stops the development database of this checkout and removes its data. What db-up.sh installed stays.
set -euo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
state=$checkout/.devdb
readonly checkout state

as_server() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

if [ ! -d "$state" ]; then
  echo 'db-down: nothing to stop' >&2
  exit 0
fi
exec 9>"$state/lock"
flock 9
data=$(cat "$state/location" 2>/dev/null || true)
# only a directory that db-up.sh marked as its own is ever stopped or removed
if [ -n "$data" ] && as_server test -f "$data/polyvec-development"; then
  bin=/usr/lib/postgresql/$(as_server cat "$data/PG_VERSION")/bin
  if as_server "$bin/pg_ctl" status -D "$data" >/dev/null 2>&1; then
    as_server "$bin/pg_ctl" stop -w -t 60 -s -m fast -D "$data"
  fi
  rm -rf "$data"
  rmdir -p --ignore-fail-on-non-empty "$(dirname "$data")"
fi
rm -rf "$state"
echo 'db-down: stopped, data removed' >&2

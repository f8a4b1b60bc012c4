#!/usr/bin/env bash
# Makes a virtual environment for each release of Vectorizer's Python client, under .clients/.
# Done once: a second run is instant.
set -euo pipefail
cd "$(dirname "$0")/../../../.."

if ! python3 -c 'import ensurepip' 2>/dev/null; then
  [ "$(id -u)" = 0 ] || { echo 'python3-venv is missing: install it' >&2; exit 1; }
  apt-get update -q >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends python3 python3-venv >&2
fi

install() {
  local package=vectorizer-sdk==$1 directory=.clients/vectorizer-python-$1
  [ "$(cat "$directory/installed" 2>/dev/null)" = "$package" ] && return
  rm -rf "$directory"
  python3 -m venv "$directory"
  "$directory/bin/pip" install --quiet --disable-pip-version-check "$package" >&2
  echo "$package" >"$directory/installed"
  echo "installed $package" >&2
}

export -f install
mkdir -p .clients
# 3.6.1 to 3.8.2 hold the same code, and the releases before 3 hold no client at all
node scripts/client-versions.js vectorizer-python | xargs -P 2 -I{} bash -euo pipefail -c 'install "$1"' _ {}

#!/usr/bin/env bash
# Makes a virtual environment for each version of Chroma's Python client, under .clients/. Done once: a second run is instant.
# Thin clients (chromadb-client) where they exist and work; 1.5.9 is the whole package, whose server is the oracle of the
# differential suite.
set -euo pipefail
cd "$(dirname "$0")/../../.."

if ! python3 -c 'import ensurepip' 2>/dev/null; then
  [ "$(id -u)" = 0 ] || { echo 'python3-venv is missing: install it' >&2; exit 1; }
  apt-get update -q >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends python3 python3-venv >&2
fi

# version, then what pip installs
environments=(
  '1.5.9|chromadb==1.5.9 snowballstemmer'
  '1.0.21|chromadb-client==1.0.21'
  '0.6.3|chromadb-client==0.6.3 numpy<2 posthog<4'
  '0.5.23|chromadb-client==0.5.23 numpy<2 posthog<4'
  '0.5.11|chromadb-client==0.5.11 numpy<2 posthog<4'
  '0.5.3|chromadb==0.5.3 numpy<2 posthog<4'
  '0.4.24|chromadb==0.4.24 numpy<2 posthog<4'
)

install() {
  local version=${1%%|*} packages=${1#*|} directory
  directory=.clients/python-$version
  [ "$(cat "$directory/installed" 2>/dev/null)" = "$packages" ] && return
  rm -rf "$directory"
  python3 -m venv "$directory"
  # word splitting is wanted: several requirements
  # shellcheck disable=SC2086
  "$directory/bin/pip" install --quiet --disable-pip-version-check $packages >&2
  "$directory/bin/python" -c 'import chromadb' >&2
  echo "$packages" >"$directory/installed"
  echo "installed $packages" >&2
}

# those that this run tests
wanted() {
  local version environment
  for version in $(node scripts/client-versions.js chroma-python); do
    for environment in "${environments[@]}"; do
      [ "${environment%%|*}" != "$version" ] || printf '%s\0' "$environment"
    done
  done
}

export -f install
mkdir -p .clients
wanted | xargs -0 -P 2 -I{} bash -euo pipefail -c 'install "$1"' _ {}

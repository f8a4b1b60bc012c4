#!/usr/bin/env bash
# Makes a virtual environment for each generation of Pinecone's Python client, under .clients/.
# Done once: a second run is instant.
set -euo pipefail
cd "$(dirname "$0")/../../../.."

if ! python3 -c 'import ensurepip' 2>/dev/null; then
  [ "$(id -u)" = 0 ] || { echo 'python3-venv is missing: install it' >&2; exit 1; }
  apt-get update -q >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends python3 python3-venv >&2
fi

# version, then what pip installs
environments=(
  '7|pinecone[grpc,asyncio]==7.3.0'
  '8|pinecone[grpc,asyncio]==8.1.2'
  '9|pinecone==9.1.0'
  '10|pinecone[grpc]==10.2.0'
)

install() {
  local version=${1%%|*} packages=${1#*|} directory
  directory=.clients/pinecone-python-$version
  [ "$(cat "$directory/installed" 2>/dev/null)" = "$packages" ] && return
  rm -rf "$directory"
  python3 -m venv "$directory"
  # word splitting is wanted: several requirements
  # shellcheck disable=SC2086
  "$directory/bin/pip" install --quiet --disable-pip-version-check $packages >&2
  "$directory/bin/python" -c 'from pinecone.grpc import PineconeGRPC' >&2
  echo "$packages" >"$directory/installed"
  echo "installed $packages" >&2
}

# those that this run tests
wanted() {
  local version environment
  for version in $(node scripts/client-versions.js pinecone-python); do
    for environment in "${environments[@]}"; do
      [ "${environment%%|*}" != "$version" ] || printf '%s\0' "$environment"
    done
  done
}

export -f install
mkdir -p .clients
wanted | xargs -0 -P 2 -I{} bash -euo pipefail -c 'install "$1"' _ {}

#!/usr/bin/env bash
# Installs each version of a JavaScript framework under .clients/: one for each file of packages/. Done once: a second run is
# instant. Peers are those that a file names: the frameworks' own list each provider's package.
set -euo pipefail
cd "$(dirname "$0")/../../.."

install() {
  local packages=$1 directory
  directory=.clients/framework-$(basename "$packages" .json)
  cmp -s "$packages" "$directory/installed" && return
  rm -rf "$directory"
  mkdir -p "$directory"
  cp "$packages" "$directory/package.json"
  nice npm install --prefix "$directory" --silent --no-audit --no-fund --no-package-lock --ignore-scripts --legacy-peer-deps >&2
  cp "$packages" "$directory/installed"
  echo "installed $(basename "$packages" .json)" >&2
}

if [ $# -eq 0 ]; then set -- test/frameworks/javascript/packages/*.json; fi
for packages in "$@"; do install "$packages"; done

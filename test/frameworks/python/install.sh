#!/usr/bin/env bash
# Makes a virtual environment for each version of a Python framework, under .clients/: one for each file of requirements/.
# Done once: a second run is instant. By uv: what the environments have in common is fetched once, and shared.
set -euo pipefail
cd "$(dirname "$0")/../../.."

uv_version=0.13.9

# a package whose own code is tested, but not what it needs: its wheel is unpacked beside the others
without_dependencies() {
  case $1 in
    open-webui-0.12) echo 'open-webui==0.12.4' ;;
    open-webui-0.6) echo 'open-webui==0.6.43' ;;
  esac
}

have_uv() {
  [ -x .clients/framework-uv/bin/uv ] && return
  python3 -m venv .clients/framework-uv
  .clients/framework-uv/bin/pip install --quiet --disable-pip-version-check "uv==$uv_version" >&2
}

install() {
  local requirements=$1 name directory wanted alone
  name=$(basename "$requirements" .txt)
  directory=.clients/framework-$name
  alone=$(without_dependencies "$name")
  wanted="$(cat "$requirements") $alone"
  [ "$(cat "$directory/installed" 2>/dev/null)" = "$wanted" ] && return
  have_uv
  rm -rf "$directory"
  python3 -m venv --without-pip "$directory"
  uv -r "$requirements"
  [ -z "$alone" ] || uv --no-deps "$alone"
  echo "$wanted" >"$directory/installed"
  echo "installed $name" >&2
}

uv() {
  nice .clients/framework-uv/bin/uv pip install --quiet --python "$directory/bin/python" "$@" >&2
}

mkdir -p .clients
if [ $# -eq 0 ]; then set -- test/frameworks/python/requirements/*.txt; fi
for requirements in "$@"; do install "$requirements"; done

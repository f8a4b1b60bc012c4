#!/usr/bin/env bash
# Makes a virtual environment with DuckDB under .clients/, for the test of Parquet files. Done once: a second run is instant.
set -euo pipefail
cd "$(dirname "$0")/../../.."

packages='duckdb==2.0.0'
directory=.clients/duckdb
[ "$(cat "$directory/installed" 2>/dev/null)" != "$packages" ] || exit 0
rm -rf "$directory"
python3 -m venv "$directory"
"$directory/bin/pip" install --quiet --disable-pip-version-check "$packages" >&2
"$directory/bin/python" -c 'import duckdb' >&2
echo "$packages" >"$directory/installed"
echo "installed $packages" >&2

#!/usr/bin/env bash
# Starts the development database: a PostgreSQL server with pgvector that belongs to this checkout alone.
#
#   npm run db:up      prints one line, DATABASE_URL=postgres://...; everything else goes to stderr
#   npm run db:down    stops it and removes its data
#
# It is for Debian 12 without Docker; elsewhere `docker compose up -d` gives the same address. What is missing is
# installed with apt-get (as root or through sudo), PgBouncer for the tests with it, too; pgvector is compiled from the
# source package of the next Debian release. The server listens on 127.0.0.1 only, on DEV_DB_PORT (default 54329).
# The system's own cluster, its apt sources and its package lists stay as they are.
set -euo pipefail
umask 022
unset PGHOST PGPORT PGUSER PGDATABASE PGPASSWORD PGOPTIONS PGSERVICE PGDATA
export LC_ALL=C.UTF-8

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
state=$checkout/.devdb
readonly checkout state
readonly port=${DEV_DB_PORT:-54329}
readonly name=polyvec
readonly oldest_pgvector=0.8.0
scratch=''

say() { echo "db-up: $*" >&2; }
fail() { say "$*"; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo -- "$@"
  else fail "'$*' needs root; run this as root or install sudo"
  fi
}

# PostgreSQL refuses to run as root
as_server() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# --- packages -------------------------------------------------------------------------------------------------

# Runs apt-get install so that no service is started, stopped or set up by it. Both files exist only meanwhile.
apt_install() {
  as_root env policy=/usr/sbin/policy-rc.d clusters=/etc/postgresql-common/createcluster.d bash -c '
    set -eu
    made=()
    trap '\''[ ${#made[@]} = 0 ] || rm -f "${made[@]}"'\'' EXIT
    mkdir -p "$clusters"
    [ -e "$policy" ] || { made+=("$policy"); printf "#!/bin/sh\nexit 101\n" >"$policy"; chmod 755 "$policy"; }
    made+=("$clusters/polyvec-no-main-cluster.conf")
    echo "create_main_cluster = false" >"$clusters/polyvec-no-main-cluster.conf"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
  ' apt_install "$@" </dev/null >&2
}

installable() { apt-get install -s -q --no-install-recommends "$@" >/dev/null 2>&1; }

# The newest PostgreSQL that is installed, or else the one the distribution would install.
server_major() {
  local major
  major=$(ls /usr/lib/postgresql/*/bin/postgres 2>/dev/null | cut -d/ -f5 | sort -n | tail -n 1)
  [ -n "$major" ] || major=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -n 1)
  echo "$major"
}

install_packages() {
  local wanted=() package
  for package in "$@"; do installed "$package" || wanted+=("$package"); done
  [ ${#wanted[@]} = 0 ] && return
  say "installing ${wanted[*]}"
  installable "${wanted[@]}" || as_root apt-get update -q </dev/null >&2
  apt_install "${wanted[@]}"
}

install_server() {
  [ -n "$(ls /usr/lib/postgresql/*/bin/postgres 2>/dev/null)" ] || install_packages postgresql
}

# The tests with a pooler in front need it; everything else does without.
install_pooler() {
  [ -x /usr/sbin/pgbouncer ] || command -v pgbouncer >/dev/null && return
  installable pgbouncer || as_root apt-get update -q </dev/null >&2 || true
  if installable pgbouncer; then install_packages pgbouncer; else say 'no PgBouncer here: the tests with it are skipped'; fi
}

# The headers come in the version of the server that is there, so that apt leaves that server alone; once the archive
# has dropped that version, apt moves the server along.
install_headers() {
  local package=postgresql-server-dev-$1 version
  installed "$package" && return
  version=$(dpkg-query -W -f '${Version}' "postgresql-$1" 2>/dev/null || true)
  installable "$package" || as_root apt-get update -q </dev/null >&2
  say "installing $package"
  if installable "$package=$version"; then apt_install "$package=$version"; else apt_install "$package"; fi
}

# --- pgvector -------------------------------------------------------------------------------------------------

next_release() {
  case $(. /etc/os-release && echo "${VERSION_CODENAME:-}") in
    bookworm) echo trixie ;;
    trixie) echo forky ;;
    *) fail 'this is not Debian 12; use docker compose up -d, or set TEST_DATABASE_URL to a PostgreSQL with pgvector' ;;
  esac
}

# apt-get with lists, cache and sources of its own under $scratch
private_apt() {
  apt-get -q -o Dir::State::lists="$scratch/lists" -o Dir::Cache="$scratch/cache" -o APT::Sandbox::User=root \
    -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false "$@"
}

# apt itself reads the system's sources, in either format, and names the places that serve the Debian archive
archives() {
  # one broken source must not hide the others
  private_apt update >&2 || true
  private_apt indextargets 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 'Component: main' \
    "Codename: $1" --format '$(REPO_URI) $(SIGNED_BY)' | sort -u
}

fetch_source() {
  local release=$1 address keyring
  local own=(-o Dir::Etc::sourcelist="$scratch/next.list" -o Dir::Etc::sourceparts=/dev/null)
  mkdir -p "$scratch/lists/partial" "$scratch/cache/archives/partial"
  archives "$(. /etc/os-release && echo "$VERSION_CODENAME")" >"$scratch/archives"
  while read -r address keyring; do
    # older systems' sources may name a keyring that does not know the next release
    for keyring in "$keyring" /usr/share/keyrings/debian-archive-keyring.gpg; do
      [ -r "$keyring" ] || continue
      echo "deb-src [signed-by=$keyring] $address $release main" >"$scratch/next.list"
      if private_apt "${own[@]}" -o APT::Update::Error-Mode=any update >&2; then
        (cd "$scratch" && private_apt "${own[@]}" source --only-source pgvector >&2) && return
      fi
    done
  done <"$scratch/archives"
  fail "none of the system's Debian sources offers pgvector's source in $release"
}

pgvector_version() {
  sed -n "s/^default_version *= *'\(.*\)'/\1/p" "$(pg_config_of "$1" --sharedir)/extension/vector.control" 2>/dev/null || true
}

pg_config_of() { "/usr/lib/postgresql/$1/bin/pg_config" "$2"; }

install_pgvector() {
  local major=$1 have
  have=$(pgvector_version "$major")
  if [ -n "$have" ]; then
    dpkg --compare-versions "$have" ge $oldest_pgvector && return
    fail "PostgreSQL $major has pgvector $have, but $oldest_pgvector is needed; remove it, or set TEST_DATABASE_URL"
  fi
  local release
  release=$(next_release)
  install_packages build-essential dpkg-dev
  install_headers "$major"
  scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/polyvec-pgvector.XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
  fetch_source "$release"
  say "compiling pgvector for PostgreSQL $major"
  local build=(make -s -C "$(echo "$scratch"/pgvector-*/)" PG_CONFIG="/usr/lib/postgresql/$major/bin/pg_config")
  "${build[@]}" -j "$(nproc)" >&2
  as_root "${build[@]}" install >&2
}

# --- the cluster ----------------------------------------------------------------------------------------------

# Where the data is: in the checkout, or, when the server's user may not go there, in a directory of its own.
data_directory() {
  if [ -s "$state/location" ]; then cat "$state/location"; return; fi
  local place=$state
  as_server test -x "$state" || place=/var/lib/polyvec-dev/$(echo -n "$checkout" | sha256sum | cut -c1-12)
  mkdir -p "$place"
  echo "$place/data" | tee "$state/location"
}

memory_mb() {
  local total limit
  total=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
  if [ "$limit" != max ] && [ $((limit / 1048576)) -lt "$total" ]; then total=$((limit / 1048576)); fi
  echo "$total"
}

settings() {
  local buffers=$(($(memory_mb) / 4))
  cat <<SETTINGS
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = $((buffers < 4096 ? buffers : 4096))MB
fsync = on
synchronous_commit = on
logging_collector = off
SETTINGS
  # parallel index builds need more shared memory than the 64 MB that a container gets
  if [ "$(df --output=size -m /dev/shm 2>/dev/null | tail -n 1 || echo 0)" -lt 1024 ]; then
    echo 'dynamic_shared_memory_type = mmap'
  fi
}

create_cluster() {
  local bin=$1 data=$2
  say "creating $data"
  rm -rf "$data"
  mkdir -p "$data"
  [ "$(id -u)" != 0 ] || chown postgres: "$data"
  # linguistic order, as on most servers: a query that forgot its COLLATE "C" shows here and not first in production
  local options=(-U "$name" --auth=scram-sha-256 -E UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US)
  as_server bash -c 'echo "$0" | "$@" --pwfile=/dev/stdin' $name "$bin/initdb" -D "$data" "${options[@]}" >/dev/null
  settings | as_server tee -a "$data/postgresql.conf" >/dev/null
  as_server touch "$data/polyvec-development"
}

server_port() { as_server sed -n 4p "$1/postmaster.pid" 2>/dev/null || true; }

start_cluster() {
  local bin=$1 data=$2
  # the lock must not live on in the server
  as_server "$bin/pg_ctl" start -w -t 60 -s -D "$data" -l "$data/server.log" -o "-p $port" </dev/null >&2 9>&- || {
    as_server tail -n 20 "$data/server.log" >&2
    fail "PostgreSQL did not start on port $port; DEV_DB_PORT chooses another"
  }
  local query="$bin/psql -w -X -q -t -A -d postgres://$name:$name@127.0.0.1:$port/postgres -c"
  [ -n "$($query "SELECT 1 FROM pg_database WHERE datname = '$name'")" ] || $query "CREATE DATABASE $name"
}

main() {
  mkdir -p "$state"
  exec 9>"$state/lock"
  flock 9
  install_server
  local major data bin
  major=$(server_major)
  bin=/usr/lib/postgresql/$major/bin
  install_pgvector "$major"
  install_pooler
  data=$(data_directory)
  as_server test -f "$data/polyvec-development" || create_cluster "$bin" "$data"
  as_server "$bin/pg_ctl" status -D "$data" >/dev/null 2>&1 || start_cluster "$bin" "$data"
  echo "DATABASE_URL=postgres://$name:$name@127.0.0.1:$(server_port "$data")/$name"
}

main

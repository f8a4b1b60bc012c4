# Sourced by the installers of Rust clients: finds a toolchain, or installs Debian's.

rust_at_least=1.85

say() { echo "$*" >&2; }

# at_least WANTED FOUND: whether a version is that new
at_least() { [ -n "$2" ] && [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n1)" = "$1" ]; }

# Debian's packages, by name
debian() {
  [ "$(id -u)" = 0 ] || { say "these packages are missing: $*"; exit 1; }
  apt-get update -q >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2
}

# fingerprint PATH...: changes with the files there
fingerprint() { find "$@" -type f -print0 | sort -z | xargs -0 cat | sha256sum | cut -d' ' -f1; }

# is_built DIRECTORY FINGERPRINT: whether it was built from the same files
is_built() { [ "$(cat "$1/built" 2>/dev/null)" = "$2" ]; }

# have_rust: a compiler and a linker
have_rust() {
  local found missing=()
  command -v gcc >/dev/null || missing+=(gcc libc6-dev)
  found=$(rustc --version 2>/dev/null | cut -d' ' -f2) || found=''
  # Debian 12's rustc-web is the Rust that it builds its browsers with
  { at_least "$rust_at_least" "$found" && command -v cargo >/dev/null; } || missing+=(rustc-web cargo-web)
  [ ${#missing[@]} = 0 ] || debian "${missing[@]}"
}

#!/usr/bin/env bash
# Builds the sample program of Vectorizer's SDK for Rust under .clients/. Done once: a second run is instant.
#
# A Rust toolchain that is on the PATH and new enough is used; else it comes from Debian's packages.
set -euo pipefail
cd "$(dirname "$0")/../../.."
. test/clients/rust-toolchain.sh

sources=test/clients/vectorizer
directory=$PWD/.clients/vectorizer-rust

build() {
  local print
  print=$(fingerprint "$sources/install.sh" "$sources/rust")
  is_built "$directory" "$print" && return
  have_rust
  # built from a copy: cargo writes beside what it builds
  rm -rf "$directory/package"
  mkdir -p "$directory/package"
  cp -r "$sources/rust"/* "$directory/package/"
  CARGO_TARGET_DIR=$directory/target nice cargo build --quiet --locked --manifest-path "$directory/package/Cargo.toml" >&2
  cp "$directory/target/debug/vectorizer-samples" "$directory/samples"
  echo "$print" >"$directory/built"
  say "built Vectorizer's Rust samples"
}

build

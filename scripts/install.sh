#!/bin/sh
# Installs a released cake: finds the file for this machine, compares its checksum, and puts it in place as a whole.
#
#     sh install.sh <address of the release> [folder]
#
# The address is that of the folder with cake-<platform> and SHA256SUMS (https:, or file: for a copy of it); the default
# folder is /usr/local/bin for root and ~/.local/bin for others.
set -eu

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

[ $# -ge 1 ] || fail "expected the address of a release, and perhaps a folder"
address=${1%/}
if [ $# -ge 2 ]; then folder=$2
elif [ "$(id -u)" = 0 ]; then folder=/usr/local/bin
else folder=${HOME:?}/.local/bin; fi

case $(uname -s) in
  Linux) system=linux ;;
  Darwin) system=macos ;;
  *) fail "there is no cake for $(uname -s) here; Windows has cake-windows-x86_64.exe" ;;
esac
case $(uname -m) in
  x86_64 | amd64) machine=x86_64 ;;
  aarch64 | arm64) machine=arm64 ;;
  *) fail "there is no cake for $(uname -m): a 64-bit system on x86-64 or arm64 is needed" ;;
esac
if [ $system = linux ]; then
  # A 64-bit kernel may carry a 32-bit system.
  [ "$(getconf LONG_BIT 2>/dev/null || echo 64)" = 64 ] || fail "this is a 32-bit system, and cake needs a 64-bit one"
  if ldd --version 2>&1 | grep -qi musl; then fail "this system's libc is musl, and cake needs glibc"; fi
fi
file=cake-$system-$machine

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fetch() { # <name>
  if command -v curl >/dev/null; then curl -fsSL -o "$work/$1" "$address/$1" || fail "cannot download $address/$1"
  elif command -v wget >/dev/null; then wget -q -O "$work/$1" "$address/$1" || fail "cannot download $address/$1"
  else fail "neither curl nor wget is there"; fi
}
fetch SHA256SUMS
grep -q "^[0-9a-f]\{64\}  $file\$" "$work/SHA256SUMS" || fail "the release has no checksum of $file"
fetch "$file"
if command -v sha256sum >/dev/null; then sum=$(sha256sum <"$work/$file"); else sum=$(shasum -a 256 <"$work/$file"); fi
grep -q "^${sum%% *}  $file\$" "$work/SHA256SUMS" || fail "the checksum of $file is wrong: nothing was installed"

mkdir -p "$folder"
# Renamed beside its place, so that a cake that runs goes on, and nobody sees a part of it.
draft=$folder/.cake.$$
cp "$work/$file" "$draft" && chmod 755 "$draft" && mv -f "$draft" "$folder/cake"
echo "cake is in $folder"
case :$PATH: in *:"$folder":*) ;; *) echo "That folder is not on PATH" ;; esac

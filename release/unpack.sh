#!/bin/sh
# emporix-mockserver @VERSION@ for @PLATFORM@. This file unpacks the program once into a cache, and starts it from there.
set -eu

fail() {
    echo "mockserver: $1" >&2
    exit 2
}

# A folder is used if it is ours: in the temporary folder, somebody else could have made it.
take_folder() {
    mkdir -p -m 700 "$1" 2>/dev/null && [ -O "$1" ] && [ -w "$1" ] && [ ! -L "$1" ] && cache=$1
}

cache=
take_folder "${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/emporix-mockserver" ||
    take_folder "${TMPDIR:-/tmp}/emporix-mockserver-$(id -u)" ||
    fail "no folder to unpack into; set XDG_CACHE_HOME to one that you may write to"

folder=$cache/@NAME@
if [ ! -x "$folder/mockserver" ]; then
    loader=@LOADER@
    [ -z "$loader" ] || [ -e "$loader" ] || fail "this system has no glibc, which the program needs; use the image or Python"
    unpacked=$(mktemp -d "$cache/unpacking.XXXXXX")
    trap 'rm -rf "$unpacked"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    tail -n +@LINE@ "$0" | tar -xzf - -C "$unpacked" || fail "cannot unpack $0 into $cache: the disk is full, or the file damaged"
    # Of several that unpack at the same time, one succeeds, and all use its folder.
    mv "$unpacked/@NAME@" "$cache/" 2>/dev/null || [ -x "$folder/mockserver" ] || fail "cannot write to $cache"
    rm -rf "$unpacked"
    trap - EXIT INT TERM HUP
fi
exec "$folder/mockserver" "$@"

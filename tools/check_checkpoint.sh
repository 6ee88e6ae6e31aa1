#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks a checkpoint with coreutils and openssl alone: the log's signature and a witness's cosignature.
#   check_checkpoint.sh NOTE LOG_VKEY WITNESS_VKEY
set -euo pipefail
(($# == 3)) || { echo "usage: check_checkpoint.sh NOTE LOG_VKEY WITNESS_VKEY" >&2; exit 2; }
note=$1
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

name_of() { printf %s "${1%%+*}"; }

public_key() {  # VKEY: the key as openssl reads it; what stands before an Ed25519 key is in RFC 8410
  local rest=${1#*+}
  printf '302A300506032B6570032100' | basenc --base16 --decode
  printf %s "${rest#*+}" | base64 -d | tail -c 32
}

signature_line() {  # VKEY: what its signature line holds, decoded
  grep --fixed-strings -- "— $(name_of "$1") " "$note" | head -n 1 | cut -d ' ' -f 3 | base64 -d
}

verify() {  # VKEY MESSAGE
  public_key "$1" >"$folder/key.der"
  signature_line "$1" | tail -c 64 >"$folder/signature"
  openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$folder/key.der" -in "$2" -sigfile "$folder/signature"
}

sed '/^$/,$d' "$note" >"$folder/body"
printf '%s: ' "$(name_of "$2")"
verify "$2" "$folder/body"

# Behind the four bytes of the key's id stand eight of the time in seconds, then the signature.
seconds=$((16#$(signature_line "$3" | tail -c +5 | head -c 8 | od --address-radix=n --format=x1 | tr -d ' \n')))
{ printf 'cosignature/v1\ntime %d\n' "$seconds"; cat "$folder/body"; } >"$folder/message"
printf '%s at %s: ' "$(name_of "$3")" "$(date --utc --date="@$seconds" +%FT%TZ)"
verify "$3" "$folder/message"

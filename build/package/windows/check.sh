#!/usr/bin/env bash
# Checks the Windows installer in build/out/windows: what is in it, the program's icon,
# manifest and version, and that signing with a certificate, made for this and thrown
# away, holds.
set -euo pipefail
cd "$(dirname "$0")/../../.."
fail() { printf 'package: %s\n' "$*" >&2; exit 1; }
out=build/out/windows
installer=$(find "$out" -maxdepth 1 -name 'keel-*-windows-amd64.exe')
[ -f "$installer" ] || fail "there is no installer: run task package:windows first"
version=${installer##*/keel-}
version=${version%-windows-amd64.exe}
(cd "$out" && sha256sum --check --quiet SHA256SUMS)

seen=$(mktemp -d)
trap 'rm -rf "$seen"' EXIT
7z x -bso0 -bsp0 -o"$seen/in" "$installer"
for file in keel.exe keel-helper.exe rg.exe bin/keel.cmd bin/keel path.ps1 LICENSE.txt notices.txt sbom.cdx.json; do
  cmp "$seen/in/$file" "$out/stage/$file" || fail "$file is not in the installer as it was built"
done
# The uninstaller takes away all that the installer brings.
(cd "$out/stage" && find . -type f -printf '%P\n' | LC_ALL=C sort) >"$seen/laid"
# shellcheck disable=SC2016,SC1003 # $INSTDIR is the installer's
sed -n 's/^Delete "$INSTDIR\\\(.*\)"$/\1/p' "$out/files.nsh" | tr '\\' / | diff "$seen/laid" - || fail "the uninstaller knows other files than the installer"

file --brief "$seen/in/keel.exe" | grep -q 'PE32+ executable (GUI) x86-64' || fail "keel.exe is no 64-bit program with a window"
wrestool --extract --raw --type=24 "$seen/in/keel.exe" >"$seen/manifest" # RT_MANIFEST
for said in 'level="asInvoker"' longPathAware 8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a permonitorv2; do
  grep -q "$said" "$seen/manifest" || fail "the manifest lacks $said"
done
wrestool --extract --raw --type=16 "$seen/in/keel.exe" | tr -d '\0' | grep -aq "ProductVersion.*$version" || fail "keel.exe bears another version than $version" # RT_VERSION
wrestool --extract --type=14 "$seen/in/keel.exe" --output "$seen/keel.ico" # RT_GROUP_ICON
for size in 16 32 48 256; do
  icotool --list "$seen/keel.ico" | grep -q -- "--width=$size " || fail "keel.exe has no icon of $size"
done

openssl req -x509 -newkey rsa:3072 -nodes -days 1 -subj '/CN=Keel check' -addext extendedKeyUsage=codeSigning \
  -keyout "$seen/key.pem" -out "$seen/certificate.pem" 2>"$seen/openssl.log" || fail "openssl made no certificate"
if [ -n "${KEEL_SIGN_CERT:-}" ]; then
  osslsigncode verify -CAfile "$KEEL_SIGN_CERT" "$installer" >/dev/null || fail "the installer's signature does not hold"
  osslsigncode verify -CAfile "$KEEL_SIGN_CERT" "$seen/in/keel.exe" >/dev/null || fail "keel.exe's signature does not hold"
else
  for file in "$installer" "$seen/in/keel.exe"; do
    osslsigncode sign -certs "$seen/certificate.pem" -key "$seen/key.pem" -h sha256 -in "$file" -out "$seen/signed.exe" >/dev/null
    osslsigncode verify -CAfile "$seen/certificate.pem" "$seen/signed.exe" >"$seen/verify.log" || { cat "$seen/verify.log" >&2; fail "a signature of $file does not hold"; }
    # One changed byte, and it must not.
    printf '\x55' | dd of="$seen/signed.exe" bs=1 seek=4096 conv=notrunc status=none
    if osslsigncode verify -CAfile "$seen/certificate.pem" "$seen/signed.exe" >/dev/null 2>&1; then fail "a changed $file passes as signed"; fi
    rm "$seen/signed.exe"
  done
fi
echo "package: the installer of $version for Windows is in order"

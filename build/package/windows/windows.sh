#!/usr/bin/env bash
# Builds Keel for Windows on Linux, and its installer, into build/out/windows.
#
#   build/package/windows/windows.sh
#
# The page must be built. Where KEEL_SIGN_CERT and KEEL_SIGN_KEY name a certificate and
# its key (PEM), the program and the installer are signed.
set -euo pipefail
cd "$(dirname "$0")/../../.."
fail() { printf 'package: %s\n' "$*" >&2; exit 1; }

winres="go run github.com/tc-hib/go-winres@v0.3.3"
here=build/package/windows
out=build/out/windows
stage=$out/stage
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH
[ -e frontend/dist/index.html ] || fail "the page is not built: run this through task package:windows"

rm -rf "$out"
mkdir -p "$stage/bin" "$out/resources"

for_windows() { GOOS=windows GOARCH=amd64 CGO_ENABLED=1 CC=x86_64-w64-mingw32-gcc "$@"; }
for_windows go build -tags desktop,production -trimpath -ldflags "${KEEL_LDFLAGS:--s -w} -H windowsgui" -o "$stage/keel.exe" .
GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$stage/keel-helper.exe" ./app/helper

# ripgrep as the page's own lock file names it, and no other.
name=@vscode/ripgrep-win32-x64
locked() { node -p "require('./frontend/package-lock.json').packages['node_modules/$name'].$1"; }
packed=$out/$(npm pack --silent --pack-destination "$out" "$name@$(locked version)")
[ "sha512-$(openssl dgst -sha512 -binary "$packed" | base64 --wrap=0)" = "$(locked integrity)" ] || fail "$name is not what package-lock.json says"
tar --extract --gzip --file "$packed" --directory "$stage" --strip-components=2 package/bin/rg.exe

# Icon, manifest and version. Windows wants four numbers: what follows - or + is in the text.
version=${KEEL_VERSION:-$(build/bin/keel version --json | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).version')}
numbers=$(sed -E 's/^([0-9]+)\.([0-9]+)\.([0-9]+).*/\1.\2.\3.0/' <<<"$version")
[[ $numbers =~ ^[0-9]+(\.[0-9]+){3}$ ]] || fail "version $version does not begin with three numbers"
for size in 16 24 32 48 64 128 256; do
  rsvg-convert --width $size --height $size build/package/icons/keel.svg --output "$out/resources/icon$size.png"
done
for file in winres.json keel.manifest; do
  sed "s/@VERSION@/$version/g; s/@NUMBERS@/$numbers/g" "$here/$file" >"$out/resources/$file"
done
$winres patch --no-backup --in "$out/resources/winres.json" "$stage/keel.exe"
icotool --create --output "$out/keel.ico" "$out"/resources/icon*.png

sed 's/\r*$/\r/' "$here/keel.cmd" >"$stage/bin/keel.cmd"
cp "$here/keel.sh" "$stage/bin/keel" # with its line ends, which that shell wants
sed 's/$/\r/' "$here/path.ps1" >"$stage/path.ps1"
sed 's/$/\r/' LICENSE >"$stage/LICENSE.txt"
# Of the packages that a build for Windows is made of.
go build -o "$out/notices" ./build/notices
for_windows "$out/notices" -version "$version" -tags desktop,production -notices "$stage/notices.txt" -sbom "$stage/sbom.cdx.json"

sign() {
  [ -n "${KEEL_SIGN_CERT:-}" ] && [ -n "${KEEL_SIGN_KEY:-}" ] || return 0
  # KEEL_SIGN_TIMESTAMP is the address of a time stamp service, without which a
  # signature ends with its certificate.
  osslsigncode sign -certs "$KEEL_SIGN_CERT" -key "$KEEL_SIGN_KEY" -h sha256 -n Keel \
    ${KEEL_SIGN_TIMESTAMP:+-ts "$KEEL_SIGN_TIMESTAMP"} -in "$1" -out "$1.signed" >"$out/sign.log" || { cat "$out/sign.log" >&2; fail "$1 could not be signed"; }
  mv "$1.signed" "$1"
}
sign "$stage/keel.exe"
sign "$stage/keel-helper.exe"

# What the uninstaller may delete: these files and no others.
# shellcheck disable=SC2016 # $INSTDIR is the installer's
{
  (cd "$stage" && find . -type f -printf '%P\n' | LC_ALL=C sort | sed 's,/,\\,g; s,.*,Delete "$INSTDIR\\&",')
  (cd "$stage" && find . -mindepth 1 -depth -type d -printf '%P\n' | sed 's,/,\\,g; s,.*,RMDir "$INSTDIR\\&",')
} >"$out/files.nsh"
find "$stage" -exec touch --date="@$SOURCE_DATE_EPOCH" {} +
installer=keel-$version-windows-amd64.exe
makensis -V2 -NOCD "-DVERSION=$version" "-DNUMBERS=$numbers" "-DSTAGE=$stage" "-DICON=$out/keel.ico" "-DFILES=$out/files.nsh" "-DTARGET=$out/$installer" "$here/keel.nsi"
sign "$out/$installer"
(cd "$out" && sha256sum "$installer" >SHA256SUMS && ls -l "$installer")

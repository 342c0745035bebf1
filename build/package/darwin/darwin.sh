#!/usr/bin/env bash
# Makes Keel.app and its disk image on a Mac, in build/out/darwin.
#
#   build/package/darwin/darwin.sh
#
# build/bin must hold the built programs (task build). KEEL_SIGN_IDENTITY names the
# identity in the keychain to sign with, KEEL_NOTARY_PROFILE the one that notarytool has
# stored; without them the application is signed for this machine only.
#
# Nobody has run this yet: the project's machines are no Macs. What can be checked
# elsewhere is, by the tests of build/package.
set -euo pipefail
cd "$(dirname "$0")/../../.."
[ "$(uname -s)" = Darwin ] || { echo "package: Keel.app can only be made on a Mac; nothing was done" >&2; exit 1; }

here=build/package/darwin
out=build/out/darwin
app=$out/image/Keel.app
version=$(build/bin/keel version --json | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).version')
numbers=${version%%[-+]*}

rm -rf "$out"
mkdir -p "$app/Contents/MacOS" "$app/Contents/Resources" "$out/keel.iconset"
cp build/bin/keel build/bin/keel-helper build/bin/rg "$app/Contents/MacOS/"
sed "s/@NUMBERS@/$numbers/g" "$here/Info.plist" >"$app/Contents/Info.plist"
plutil -lint "$app/Contents/Info.plist"

# rsvg-convert is in Homebrew's librsvg.
for size in 16 32 128 256 512; do
  rsvg-convert --width $size --height $size build/package/icons/keel.svg --output "$out/keel.iconset/icon_${size}x$size.png"
  rsvg-convert --width $((size * 2)) --height $((size * 2)) build/package/icons/keel.svg --output "$out/keel.iconset/icon_${size}x$size@2x.png"
done
iconutil --convert icns --output "$app/Contents/Resources/keel.icns" "$out/keel.iconset"
go run ./build/notices -version "$version" -tags desktop,production \
  -notices "$app/Contents/Resources/notices.txt" -sbom "$app/Contents/Resources/sbom.cdx.json"

identity=${KEEL_SIGN_IDENTITY:--}
hardened=()
[ "$identity" = - ] || hardened=(--options runtime --timestamp)
for program in rg keel-helper; do
  codesign --force ${hardened[@]+"${hardened[@]}"} --sign "$identity" "$app/Contents/MacOS/$program"
done
codesign --force ${hardened[@]+"${hardened[@]}"} --sign "$identity" "$app"
codesign --verify --strict "$app"

ln -s /Applications "$out/image/Applications"
image=$out/keel-$version-darwin-$(go env GOARCH).dmg
hdiutil create -quiet -volname Keel -srcfolder "$out/image" -format UDZO "$image"
if [ -n "${KEEL_NOTARY_PROFILE:-}" ]; then
  xcrun notarytool submit "$image" --keychain-profile "$KEEL_NOTARY_PROFILE" --wait
  xcrun stapler staple "$image"
fi
(cd "$out" && shasum -a 256 -- *.dmg >SHA256SUMS)

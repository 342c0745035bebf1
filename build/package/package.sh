#!/usr/bin/env bash
# Makes Keel's packages out of what is built in build/bin, in build/out/package:
# a .deb, an .rpm, a .tar.gz and their SHA256SUMS.
#
# The version is what the program itself says; the date of every file is that of the
# commit (or SOURCE_DATE_EPOCH). Built twice of the same sources on the same system,
# the packages are the same to the byte.
set -euo pipefail
cd "$(dirname "$0")/../.."

nfpm="go run github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2"
out=build/out/package
root=$out/root

SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH
day=$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)
version=$(build/bin/keel version --json | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).version')
export KEEL_VERSION=$version
KEEL_ARCH=$(go env GOARCH)

export KEEL_ARCH

rm -rf "$out"
mkdir -p "$root"
umask 022

# The program and what lies next to it.
install -D -m 755 -t "$root/usr/lib/keel" build/bin/keel build/bin/keel-helper build/bin/rg
mkdir -p "$root/usr/bin"
ln -s ../lib/keel/keel "$root/usr/bin/keel"

# How a desktop finds it.
install -D -m 644 -t "$root/usr/share/applications" build/package/linux/keel.desktop
metainfo=$root/usr/share/metainfo/io.github.keel_ide.Keel.metainfo.xml
mkdir -p "$(dirname "$metainfo")"
sed "s/@VERSION@/$version/; s/@DATE@/$day/" build/package/linux/io.github.keel_ide.Keel.metainfo.xml >"$metainfo"
icons=$root/usr/share/icons/hicolor
for size in 16 22 24 32 48 64 128 256 512; do
  mkdir -p "$icons/${size}x$size/apps"
  rsvg-convert --width $size --height $size build/package/icons/keel.svg --output "$icons/${size}x$size/apps/keel.png"
done
install -D -m 644 -t "$icons/scalable/apps" build/package/icons/keel.svg
install -D -m 644 -t "$icons/symbolic/apps" build/package/icons/keel-symbolic.svg

install -D -m 644 build/package/linux/lintian-overrides "$root/usr/share/lintian/overrides/keel"

# How a shell knows it.
mkdir -p "$root/usr/share/man/man1"
go run ./build/package/manual "$version" "$root/usr/share/man/man1" "$SOURCE_DATE_EPOCH"
mkdir -p "$root/usr/share/bash-completion/completions" "$root/usr/share/zsh/vendor-completions" "$root/usr/share/fish/vendor_completions.d"
build/bin/keel completion bash >"$root/usr/share/bash-completion/completions/keel"
build/bin/keel completion zsh >"$root/usr/share/zsh/vendor-completions/_keel"
build/bin/keel completion fish >"$root/usr/share/fish/vendor_completions.d/keel.fish"

# What it is made of.
documents=$root/usr/share/doc/keel
mkdir -p "$documents"
go run ./build/notices -version "$version" -tags "$KEEL_TAGS" -notices "$documents/notices.txt" -sbom "$documents/sbom.cdx.json"
{
  printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n'
  printf 'Upstream-Name: Keel\nSource: https://github.com/keel-ide/keel\nComment:\n'
  printf ' What others have made of it is listed, with its licences, in notices.txt.gz.\n\n'
  printf 'Files: *\nCopyright: 2026 The Keel authors\nLicense: Expat\n'
  sed '1,/^Copyright/d; /./!d; s/^/ /' LICENSE
} >"$documents/copyright"
printf 'keel (%s) stable; urgency=medium\n\n  * The notes of this version are at https://github.com/keel-ide/keel/releases\n\n -- The Keel authors <keel@keel-ide.invalid>  %s\n' \
  "$version" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" >"$documents/changelog"
gzip -9 -n "$documents/notices.txt" "$documents/sbom.cdx.json" "$documents/changelog" "$root"/usr/share/man/man1/*.1
find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

for kind in deb rpm; do
  install -m 644 "build/package/linux/managed-by.$kind" "$out/managed-by-$kind"
  touch --date="@$SOURCE_DATE_EPOCH" "$out/managed-by-$kind"
  $nfpm package --config build/package/nfpm.yaml --packager $kind --target "$out" >/dev/null
  rm "$out/managed-by-$kind"
done
# For other systems: unpacked anywhere, usr/bin/keel starts it.
tar --create --directory "$root/usr" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
  --transform "s,^\.,keel-$version,rSh" . | gzip -9 -n >"$out/keel-$version-linux-$KEEL_ARCH.tar.gz"
(cd "$out" && sha256sum -- *.deb *.rpm *.tar.gz >SHA256SUMS)
ls -l "$out" | tail -n +2

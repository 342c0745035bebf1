#!/usr/bin/env bash
# Checks the packages in build/out/package: what Debian's and freedesktop.org's own
# checkers say of them, what is in them, and, with "again", that they come out the
# same to the byte when everything is built once more, elsewhere, from what is committed.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=build/out/package
fail() { printf 'package: %s\n' "$*" >&2; exit 1; }

deb=$(ls "$out"/*.deb)
rpm=$(ls "$out"/*.rpm)
tarball=$(ls "$out"/*.tar.gz)
version=$(build/bin/keel version --json | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).version')

(cd "$out" && sha256sum --check --quiet SHA256SUMS)

# lintian may not run as root; it needs nobody's rights.
as_nobody=""
[ "$(id -u)" = 0 ] && as_nobody="setpriv --reuid=nobody --regid=nogroup --clear-groups"
seen=$(mktemp -d)
trap 'rm -rf "$seen"' EXIT
cp "$deb" "$seen/keel.deb"
chmod -R a+rX "$seen"
(cd / && HOME=$seen $as_nobody lintian --fail-on error --tag-display-limit 0 "$seen/keel.deb")

root=$out/root
desktop-file-validate "$root/usr/share/applications/keel.desktop"
appstreamcli validate --no-net "$root/usr/share/metainfo/io.github.keel_ide.Keel.metainfo.xml"
for page in "$root"/usr/share/man/man1/*.gz; do
  gzip --decompress --stdout "$page" | mandoc -T lint -W error || fail "$page is no good manual page"
done
bash -n "$root/usr/share/bash-completion/completions/keel"

# All three hold the same files, owned by root, none of them for others to write; only
# what a package manager has installed says so, and is left to it by Keel's updates.
(cd "$root" && find . -mindepth 1 ! -type d -printf '%P\n' | sort) >"$seen/laid"
(cat "$seen/laid"; echo usr/lib/keel/managed-by) | sort >"$seen/managed"
dpkg-deb --contents "$deb" >"$seen/deb.long"
awk '$1 !~ /^d/ { print $6 }' "$seen/deb.long" | sed 's,^\./,,' | sort | grep -v '^usr/share/doc/keel/changelog.*debian' | diff "$seen/managed" - || fail "the .deb holds other files"
awk '$2 != "root/root" || (substr($1, 6, 1) == "w" || substr($1, 9, 1) == "w") && $1 !~ /^l/' "$seen/deb.long" | grep . && fail "who owns these in the .deb?"
rpm -qlp --nosignature "$rpm" | sed 's,^/,,' | sort | comm -23 "$seen/managed" - | grep . && fail "these are missing in the .rpm"
tar --list --file "$tarball" | sed "s,^keel-$version/,usr/," | grep -v '/$' | sort | diff "$seen/laid" - || fail "the .tar.gz holds other files"

# Unpacked anywhere, it starts by its link and says its version.
tar --extract --directory "$seen" --file "$tarball"
[ "$("$seen/keel-$version/bin/keel" version --json | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).version')" = "$version" ] || fail "the unpacked program says another version"

if [ "${1:-}" = again ]; then
  [ -z "$(git status --porcelain)" ] || fail "what is not committed cannot be built elsewhere: commit it, then check again"
  git clone --quiet --no-hardlinks . "$seen/again"
  (cd "$seen/again" && SOURCE_DATE_EPOCH='' go run github.com/go-task/task/v3/cmd/task@v3.46.4 package >"$seen/again.log" 2>&1) || {
    tail -n 20 "$seen/again.log" >&2
    fail "it could not be built again"
  }
  diff "$out/SHA256SUMS" "$seen/again/build/out/package/SHA256SUMS" || fail "built again, they differ"
  echo "package: built again in another folder, all are the same to the byte"
fi
echo "package: $version is in order"

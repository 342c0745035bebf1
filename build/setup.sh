#!/usr/bin/env bash
# Installs the system packages that a task needs and this machine lacks.
#
#   build/setup.sh run     to build the window and show it
#   build/setup.sh test    to run every test as well
#   build/setup.sh package to make the packages
#   build/setup.sh startup to build what Keel's start is compared with
#   build/setup.sh install to try them in a clean Debian
#   build/setup.sh windows to make the installer for Windows
#
# On Debian and Ubuntu it installs them with apt, as root or through sudo.
# Elsewhere, or where it may not, it says what to install and stops.
set -euo pipefail

purpose=${1:-run}
[ "$(uname -s)" = Linux ] || exit 0

say() { printf 'keel: %s\n' "$*" >&2; }

for program in go node npm git; do
  command -v "$program" >/dev/null || { say "$program is missing. Install it first (Go 1.26 or later, Node 20.19 or later, git), then run the same command again."; exit 1; }
done
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' || {
  say "Node $(node --version) is too old: Keel's page needs Node 20.19 or later to build."
  exit 1
}

packages="gcc libc6-dev pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev fonts-dejavu-core"
[ "$purpose" = package ] && packages="$packages librsvg2-bin lintian appstream desktop-file-utils mandoc rpm"
[ "$purpose" = startup ] && packages="$packages chromium libkrb5-dev g++ make python3"
[ "$purpose" = install ] && packages="$packages debootstrap xvfb xdotool openbox imagemagick x11-utils"
[ "$purpose" = windows ] && packages="$packages librsvg2-bin gcc-mingw-w64-x86-64 nsis osslsigncode openssl icoutils p7zip-full file"
[ "$purpose" = test ] && packages="$packages chromium webkit2gtk-driver xdotool dbus gnome-keyring shellcheck desktop-file-utils"
# Without a display of its own, a task shows the window on a virtual one.
if [ "$purpose" = test ] || [ "$purpose" = startup ] || { [ -z "${DISPLAY:-}" ] && [ -z "${WAYLAND_DISPLAY:-}" ]; }; then
  packages="$packages xvfb imagemagick openbox x11-utils dbus"
fi

if ! command -v dpkg-query >/dev/null; then
  pkg-config --exists webkit2gtk-4.1 gtk+-3.0 2>/dev/null && exit 0
  say "This is not Debian or Ubuntu, so install by hand what stands for these packages, then run the same command again:"
  say "  $packages"
  exit 1
fi

# Tasks that run side by side each set up: apt lets in only one.
mkdir -p "$(dirname "$0")/out"
exec 9>"$(dirname "$0")/out/setup.lock"
flock 9

missing=""
for package in $packages; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ]; then
  as_root=""
elif command -v sudo >/dev/null; then
  as_root="sudo"
else
  say "These packages are missing and may only be installed by root. Run, as root, then try again:"
  say "  apt-get update && apt-get install --yes$missing"
  exit 1
fi

say "installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
  $as_root apt-get update -q >"$log" 2>&1 &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends -q $missing >>"$log" 2>&1
}
if ! install; then
  tail -n 20 "$log" >&2
  say "The packages could not be installed (the end of apt's output is above). Install them by hand, then run the same command again:"
  say "  apt-get install --yes$missing"
  exit 1
fi

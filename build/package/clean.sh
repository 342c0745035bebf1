#!/usr/bin/env bash
# Installs the .deb of build/out/package in a clean system, uses it there, and takes it
# away again.
#
#   build/package/clean.sh [SUITE]     bookworm (Debian 12) when left out
#
# The system is made by debootstrap out of this machine's own package source (or
# KEEL_DEBIAN_MIRROR) and kept in build/out/clean for the next time; each run uses a
# copy. An ordinary user has the practice model change a file, whose picture is left in
# build/out/package/installed-SUITE.png; then Keel is upgraded, removed and purged: none
# of its files stays, all of the user's do. Only root may make such a system.
set -euo pipefail
self=$(realpath "$0")
cd "$(dirname "$self")/../.."
suite=${1:-bookworm}
fail() { printf 'package: %s\n' "$*" >&2; exit 1; }
# It becomes part of paths that are deleted here.
[[ $suite =~ ^[a-z]+$ ]] || fail "$suite is no name of a suite, such as bookworm. Nothing was done."
case $suite in root | archives | later | display | files) fail "$suite is a name that is in use here. Nothing was done." ;; esac

[ "$(id -u)" = 0 ] || fail "a clean system is made with debootstrap and chroot, which only root may. Run this as root; nothing was done."
# What is mounted and what is started in here ends with this script, however it ends.
if [ -z "${KEEL_CLEAN_INSIDE:-}" ]; then
  exec env KEEL_CLEAN_INSIDE=1 unshare --mount --pid --fork --kill-child "$self" "$suite"
fi

deb=$(ls build/out/package/*.deb) || fail "there is no .deb: run task package first"
clean=$PWD/build/out/clean
base=$clean/$suite
root=$clean/root
mkdir -p "$clean/archives/partial"

if [ ! -e "$base/complete" ]; then
  # shellcheck disable=SC2016 # apt-get fills that in
  mirror=${KEEL_DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' | head -n 1)}
  [ -n "$mirror" ] || fail "no Debian mirror is known: set KEEL_DEBIAN_MIRROR"
  echo "package: making a clean $suite"
  rm -rf "$base"
  debootstrap --variant=minbase "$suite" "$base" "$mirror" >"$clean/debootstrap.log" 2>&1 || {
    tail -n 5 "$clean/debootstrap.log" >&2
    fail "debootstrap could not make $suite"
  }
  touch "$base/complete"
fi

rm -rf --one-file-system "$root"
cp -a --reflink=auto "$base" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --bind "$clean/archives" "$root/var/cache/apt/archives"
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
user=sailor
home=/home/$user
as_user() {
  chroot --userspec="$user:$user" "$root" env -i PATH=/usr/bin:/bin HOME="$home" LANG=C.UTF-8 SHELL=/bin/bash \
    XDG_RUNTIME_DIR="$home/runtime" DISPLAY="${DISPLAY:-}" "$@"
}
# until WHAT COMMAND… waits for a condition, generously.
until_true() {
  local what=$1 tries
  shift
  for tries in $(seq 600); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.5
  done
  : "$tries"
  DISPLAY=$DISPLAY import -window root "build/out/package/failed-$suite.png" || true
  fail "waited in vain until $what; see build/out/package/failed-$suite.png and $clean/keel.out"
}

cp "$deb" "$root/var/tmp/keel.deb"
inside apt-get update -q >"$clean/apt.log" 2>&1 || fail "apt-get update: see $clean/apt.log"
# Only what the package cannot do without comes along.
inside apt-get install --yes --no-install-recommends -q /var/tmp/keel.deb >>"$clean/apt.log" 2>&1 || {
  tail -n 20 "$clean/apt.log" >&2
  fail "the package could not be installed"
}
inside dpkg -L keel | sort >"$clean/files"
echo "package: installed in a clean $suite ($(wc -l <"$clean/files") files and folders)"

inside useradd --create-home --shell /bin/bash "$user"
cp -R build/sample "$root$home/sample"
mkdir -p "$root$home/runtime" "$root$home/.local/share/keel"
printf '{"folders":["%s/sample"]}\n' "$home" >"$root$home/.local/share/keel/trusted-folders.json"
inside chown -R "$user:$user" "$home"
inside chmod 700 "$home/runtime" "$home/.local/share/keel"

rm -f "$clean/display"
mkfifo "$clean/display"
exec 3<>"$clean/display"
Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp >"$clean/xvfb.log" 2>&1 &
read -r number <&3
export DISPLAY=:$number
openbox --sm-disable >/dev/null 2>&1 &

[ "$(as_user id -u)" != 0 ] || fail "the user is root"
as_user env KEEL_TIMINGS=1 keel "$home/sample" >"$clean/keel.out" 2>&1 &
started=$!
in_session() { grep -rqF --include='*' -- "$1" "$root$home/.local/share/keel/workspaces"; }
changed() { grep -qF 'func Sum(' "$root$home/sample/calc.go"; }
until_true 'an editor is usable' grep -q 'editor usable' "$clean/keel.out"
until_true 'the window is there' xdotool search --onlyvisible --name 'sample.*Keel'
window=$(xdotool search --onlyvisible --name 'sample.*Keel' | head -n 1)
xdotool windowactivate --sync "$window"
class=$(xprop -id "$window" WM_CLASS)
case $class in *'"'"$(sed -n 's/^StartupWMClass=//p' build/package/linux/keel.desktop)"'"'*) ;; *) fail "the desktop entry names another class than the window has: $class" ;; esac

prompt='add a function Sum to calc.go with a test'
xdotool key ctrl+l
xdotool type --delay 60 "$prompt"
until_true 'the prompt is typed' in_session "$prompt"
xdotool key Return
until_true 'the turn has changed calc.go' changed
until_true 'the turn has ended' in_session end_turn
import -window root "build/out/package/installed-$suite.png"
[ "$(convert "build/out/package/installed-$suite.png" -format %k info:)" -gt 200 ] || fail "the picture of the window is blank"
xdotool windowactivate --sync "$window" key alt+F4
wait "$started" || fail "Keel ended with $?; see $clean/keel.out"
echo "package: a practice turn changed a file; the picture is build/out/package/installed-$suite.png"

# A later version over it.
rm -rf "$clean/later"
dpkg-deb --raw-extract "$deb" "$clean/later"
sed -i 's/^Version: .*/&+later/' "$clean/later/DEBIAN/control"
dpkg-deb --root-owner-group -Zgzip -z1 --build "$clean/later" "$root/var/tmp/later.deb" >/dev/null
rm -rf "$clean/later"
inside apt-get install --yes --no-install-recommends -q /var/tmp/later.deb >>"$clean/apt.log" 2>&1 || fail "the upgrade failed; see $clean/apt.log"
# shellcheck disable=SC2016 # dpkg-query fills that in
case $(inside dpkg-query -W -f '${Version}' keel) in *+later) ;; *) fail "the upgrade did not take" ;; esac
as_user keel version >/dev/null || fail "after the upgrade keel does not start"

(cd "$root$home" && find . -type f -exec sha256sum {} + | sort) >"$clean/home.before"
said=$(inside apt-get remove --yes -q keel 2>&1) || fail "the removal failed: $said"
grep -qF .local/share/keel <<<"$said" || fail "the removal does not say where the user's data is"
inside apt-get purge --yes -q keel >>"$clean/apt.log" 2>&1 || fail "the purge failed; see $clean/apt.log"
(cd "$root$home" && find . -type f -exec sha256sum {} + | sort) | diff "$clean/home.before" - || fail "the removal changed what is in the user's home"
while read -r path; do
  # Folders may be others' as well.
  if [ ! -d "$root$path" ] && { [ -e "$root$path" ] || [ -L "$root$path" ]; }; then fail "$path is left behind"; fi
done <"$clean/files"
for path in /usr/lib/keel /usr/share/doc/keel; do
  [ ! -e "$root$path" ] || fail "$path is left behind"
done
echo "package: upgraded, removed and purged; nothing of Keel's is left in $suite, all of the user's is"

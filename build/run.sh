#!/usr/bin/env bash
# Opens Keel on a copy of the sample workspace, or on the folder that is given.
#
# Without a display it starts a virtual one, saves a picture of the window to
# build/out/window.png, and goes on until it is interrupted. With
# KEEL_RUN_ONCE=1 it ends after the picture.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:-}
if [ -z "$folder" ]; then
  folder=build/out/sample
  mkdir -p build/out
  # The copy stays as the user left it.
  [ -e "$folder" ] || cp -R build/sample "$folder"
fi

if [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ]; then
  exec build/bin/keel "$folder"
fi

picture=build/out/window.png
echo "keel: there is no display, so the window opens on a virtual one; its picture will be in $picture" >&2
mkdir -p build/out
rm -f "$picture"
exec 3<>build/out/display
Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp >build/out/xvfb.log 2>&1 &
xvfb=$!
keel=""
finish() {
  [ -n "$keel" ] && kill "$keel" 2>/dev/null && wait "$keel" 2>/dev/null
  kill "$xvfb" 2>/dev/null
  rm -f build/out/display
}
trap finish EXIT
trap 'exit 130' INT TERM
for _ in $(seq 100); do
  [ -s build/out/display ] && break
  kill -0 "$xvfb" 2>/dev/null || { cat build/out/xvfb.log >&2; echo "keel: the virtual display could not be started" >&2; exit 1; }
  sleep 0.1
done
DISPLAY=:$(tr -d '[:space:]' <build/out/display)
export DISPLAY
KEEL_TIMINGS=1 build/bin/keel "$folder" >build/out/keel.out &
keel=$!
for _ in $(seq 600); do
  grep -q 'editor usable' build/out/keel.out && break
  kill -0 "$keel" 2>/dev/null || { wait "$keel"; exit $?; }
  sleep 0.1
done
cat build/out/keel.out >&2
sleep 1 # the last repaint
import -window root "$picture"
echo "keel: the picture is in $picture" >&2
[ -n "${KEEL_RUN_ONCE:-}" ] && exit 0
echo "keel: the window stays open; Ctrl+C ends it" >&2
wait "$keel"

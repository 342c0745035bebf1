#!/bin/sh
# Starts Keel from the shell of Git for Windows, where git starts its editor as well:
# that one does not look for keel.cmd.
exec "$(dirname "$0")/../keel.exe" "$@"

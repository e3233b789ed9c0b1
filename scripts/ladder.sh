#!/usr/bin/env bash
# Installs what is missing, builds, and measures the ladder: from plain Python to the fastest kernel on all cores.
# What it measures and how, and its options, are in scripts/trafficbench_tools/ladder/.
set -euo pipefail

root="$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")"
# shellcheck source-path=SCRIPTDIR source=packages.sh
source "$root/scripts/packages.sh"
# shellcheck source-path=SCRIPTDIR source=build.sh
source "$root/scripts/build.sh"
# shellcheck source-path=SCRIPTDIR source=launch.sh
source "$root/scripts/launch.sh"
# shellcheck source-path=SCRIPTDIR source=python.sh
source "$root/scripts/python.sh"
interruptible

choose_python
session=("$python" "$root/scripts/ladder.py")

builds=1
for argument in "$@"; do
  case "$argument" in
    --help | -h) exec "${session[@]}" --help ;;
    --dry-run | --program | --program=*) builds=0 ;;
  esac
done
# What is wrong with the options is said before anything is installed or built.
"${session[@]}" "$@" --check-options
if ((builds)); then
  # Without Python's packages their rungs are skipped, and say so.
  (ensure_packages ladder) || echo "ladder.sh: note: rungs whose packages are missing are skipped" >&2
  ensure_packages build python
  build_preset "$root" release all
fi
exec "${session[@]}" "$@"

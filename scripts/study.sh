#!/usr/bin/env bash
# A scaling study with one command; what it does is in scripts/trafficbench_study/.
set -euo pipefail

root="$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")"
# shellcheck source-path=SCRIPTDIR source=python.sh
source "$root/scripts/python.sh"

# Login nodes have an old Python, but they have one.
choose_python

# At home the build's packages may be missing; at a site they are modules.
if [[ " $* " =~ " --site"[=\ ]"local " && " $* " != *" --program"* && " $* " != *" --dry-run "* ]]; then
  # shellcheck source-path=SCRIPTDIR source=packages.sh
  source "$root/scripts/packages.sh"
  # shellcheck source-path=SCRIPTDIR source=launch.sh
  source "$root/scripts/launch.sh"
  interruptible
  ensure_packages build
fi
PYTHONDONTWRITEBYTECODE=1 exec "$python" "$root/scripts/study.py" "$@"

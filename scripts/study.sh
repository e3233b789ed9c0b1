#!/usr/bin/env bash
# A scaling study with one command; what it does is in scripts/trafficbench_study/.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# Login nodes have an old Python, but they have one.
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 6))' 2>/dev/null; then
  echo "study.sh: needs python3, 3.6 or later, on the path" >&2
  exit 2
fi

# At home the build's packages may be missing; at a site they are modules.
if [[ " $* " == *" --site local "* && " $* " != *" --program"* && " $* " != *" --dry-run "* ]]; then
  # shellcheck source-path=SCRIPTDIR source=packages.sh
  source "$root/scripts/packages.sh"
  # shellcheck source-path=SCRIPTDIR source=launch.sh
  source "$root/scripts/launch.sh"
  interruptible
  ensure_packages build
fi
PYTHONDONTWRITEBYTECODE=1 exec python3 "$root/scripts/study.py" "$@"

#!/usr/bin/env bash
# Installs what is missing, builds, and runs the default sweep on this machine.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# shellcheck source-path=SCRIPTDIR source=packages.sh
source "$root/scripts/packages.sh"
# shellcheck source-path=SCRIPTDIR source=build.sh
source "$root/scripts/build.sh"

usage() {
  cat <<'HELP' || exit 2
Usage: scripts/run.sh [OPTION OF THE SWEEP]...

Installs what is missing (Debian: apt-get, as root or through sudo), builds the release preset in build/release, and runs
the default sweep here: every kernel, on one core and on all, both contracts. Prints the ladder as a table and writes
results/<host>-<YYYYMMDDThhmmssZ>.json. Nothing is installed or built again without need.

Options are passed on to `trafficbench sweep`, which explains them: build/release/bin/trafficbench sweep --help

  --help    this text

Environment:
  RANKS     ranks to start; default: the physical cores this process may use

Example:
  scripts/run.sh --cells 1e7 --kernels naive,branchless

Exit status: 0 done; 1 a row failed its verification, or the build failed; 2 something is missing, or an option is wrong
(one line says what); 4 interrupted.
HELP
}

for argument in "$@"; do
  if [[ "$argument" == --help || "$argument" == -h ]]; then
    usage
    exit 0
  fi
done

# Distinct cores among the CPUs this process may run on.
physical_cores() {
  local cpus cpu cores=()
  cpus="$(awk '/^Cpus_allowed_list:/ {print $2}' /proc/self/status)"
  local range
  for range in ${cpus//,/ }; do
    for ((cpu = ${range%-*}; cpu <= ${range#*-}; ++cpu)); do
      cores+=("$(cat "/sys/devices/system/cpu/cpu$cpu/topology/thread_siblings_list" 2>/dev/null || echo "$cpu")")
    done
  done
  printf '%s\n' "${cores[@]}" | sort -u | wc -l
}

cd "$root"
ensure_packages build
build_release "$root"

# Sets launcher, empty without MPI.
launcher=()
# shellcheck source=/dev/null
source build/release/launcher.sh
command=(build/release/bin/trafficbench sweep "$@")
if ((${#launcher[@]})); then
  command=("${launcher[@]}" "${RANKS:-$(physical_cores)}" "${command[@]}")
fi
if [[ -t 2 ]]; then export TRAFFICBENCH_TERMINAL=1; fi  # the launcher makes it a pipe
echo "Running ${command[*]}" || exit 2
exec "${command[@]}"

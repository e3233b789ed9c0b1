#!/usr/bin/env bash
# Installs what is missing, builds, and runs the default sweep on this machine.
set -euo pipefail

root="$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")"
# shellcheck source-path=SCRIPTDIR source=packages.sh
source "$root/scripts/packages.sh"
# shellcheck source-path=SCRIPTDIR source=build.sh
source "$root/scripts/build.sh"
# shellcheck source-path=SCRIPTDIR source=launch.sh
source "$root/scripts/launch.sh"
# shellcheck source-path=SCRIPTDIR source=quoted.sh
source "$root/scripts/quoted.sh"
interruptible

# What the sweep takes; a test holds this against its own --help.
with_value=(--kernels --cells --ranks --threads --steps --jump --depth --mode --count --exchange --overlap --reduce
  --placement --ranks-per-node --isa --wave --tile --verify
  --density --init --seed --min-seconds --visits --rounds --spacing --budget --time-limit
  --energy-seconds --output)
without_value=(--energy --resume --force --dry-run --oversubscribe --allow-none --retune)

usage() {
  cat <<'HELP' || exit 1
Usage: scripts/run.sh [OPTION OF THE SWEEP]...

Installs what is missing (Debian: apt-get, as root or through sudo), builds the release preset in build/release, and runs
the default sweep here: every kernel, on one core and on all, in both counting modes, within a budget of three minutes. Prints the
ladder as a table and writes results/<host>-<YYYYMMDDThhmmssZ>.json. Nothing is installed or built again without need.

Options are passed on to `trafficbench sweep`, which explains them: build/release/bin/trafficbench sweep --help. They are
looked at before anything is installed or built. With --budget, --visits, --rounds or --time-limit the budget is yours.

  --help    this text

Environment:
  RANKS     ranks to start; default: the physical cores this process may use

Example:
  scripts/run.sh --cells 1e7 --kernels naive,branchless

Exit status: 0 done; 1 a row failed its verification, or the build or something else under way failed; 2 something is
missing, or an option is wrong (one line says what); 4 interrupted: one line says how to continue.
HELP
}

for argument in "$@"; do
  if [[ "$argument" == --help || "$argument" == -h ]]; then
    usage
    exit 0
  fi
done

refuse() {
  echo "run.sh: $1" >&2
  exit 2
}

# Refuses what is no option of the sweep at all. Its values are the program's to check; the name of the report is kept.
output="" measures=1 budget=(--budget 180)
check_names() {
  local name value
  while (($#)); do
    name=""
    if [[ "$1" =~ ^(--[a-z-]+)(=|$) ]]; then name="${BASH_REMATCH[1]}"; fi
    if [[ -n "$name" && " ${with_value[*]} " == *" $name "* ]]; then
      if [[ "$1" == *=* ]]; then
        value="${1#*=}"
      else
        value="${2:-}"
        if (($# > 1)); then shift; fi
        if [[ "$value" == --* ]]; then value=""; fi
      fi
      if [[ -z "$value" ]]; then refuse "$name needs a value; see scripts/run.sh --help"; fi
      case "$name" in
        --output) output="$value" ;;
        --budget | --visits | --rounds | --time-limit) budget=() ;;
      esac
    elif [[ "$1" == --dry-run ]]; then
      measures=""
    elif [[ -z "$name" || " ${without_value[*]} " != *" $name "* ]]; then
      refuse "unknown option $(quoted "$1"): choose from ${with_value[*]} ${without_value[*]} --help"
    fi
    shift
  done
}

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

program=build/release/bin/trafficbench

# Sets command: how to start the sweep with these options.
sweep_command() {
  # Sets launcher, empty without MPI.
  launcher=()
  # shellcheck source=/dev/null
  source build/release/launcher.sh
  command=("$program" sweep "${budget[@]}" "$@")
  if ((${#launcher[@]})); then
    command=("${launcher[@]}" "${RANKS:-$(physical_cores)}" "${command[@]}")
  fi
}

# Lets a program that is built already look at the options: --dry-run measures nothing. Not one that is older than its
# source, which may know less; the new one says the same after the build.
check_values() {
  local said
  if [[ ! -x "$program" || ! -f build/release/launcher.sh ]]; then return 0; fi
  if [[ -n "$(find CMakeLists.txt kernels drivers -newer "$program" -print -quit 2>&1)" ]]; then return 0; fi
  sweep_command "$@" --dry-run
  if said="$("${command[@]}" 2>&1 >/dev/null </dev/null)"; then return 0; fi
  said="$(grep -m 1 '^trafficbench: ' <<<"$said")" || return 0
  refuse "${said#trafficbench: }"
}

# What is wrong with the options is said before anything is installed or built.
check_names "$@"
if [[ -n "${RANKS+set}" && ! "$RANKS" =~ ^[1-9][0-9]{0,6}$ ]]; then refuse "RANKS is $(quoted "$RANKS"): expected a number of ranks, such as 2"; fi
cd "$root"
check_values "$@"
ensure_packages build python
build_preset "$root" release all

options=("$@")
if [[ -n "$measures" && -z "$output" ]]; then
  # As the program would name it: what is to be looked for afterwards has to be known before.
  host="$(uname -n | tr -c '[:alnum:]._\n-' -)"
  output="${host:-host}-$(date -u +%Y%m%dT%H%M%SZ).json"
  if [[ -d results ]]; then output="results/$output"; fi
  options+=(--output "$output")
fi
sweep_command "${options[@]}"
echo "Running ${command[*]}" || exit 1
launch "${command[@]}"
if [[ -z "$measures" ]]; then exit "$status"; fi
if [[ -z "$interrupted" && -f build/release/python.sh ]] && ((status == 0)); then
  module_python=""
  # shellcheck source=/dev/null
  source build/release/python.sh
  echo "In Python: PYTHONPATH=$root/build/release/python $module_python -c 'import trafficbench; help(trafficbench)'" || exit 1
fi
again=()
for word in "${options[@]}"; do
  if [[ "$word" != --resume ]]; then again+=("$word"); fi
done
leave_with_report "$output" "${RANKS+RANKS=$RANKS }scripts/run.sh$(printf ' %q' "${again[@]}" --resume)"

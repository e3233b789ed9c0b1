#!/usr/bin/env bash
# Runs the suite's own MPI code on a simulated machine, and writes a report.
set -euo pipefail

root="$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")"
# shellcheck source-path=SCRIPTDIR source=packages.sh
source "$root/scripts/packages.sh"
# shellcheck source-path=SCRIPTDIR source=build.sh
source "$root/scripts/build.sh"
# shellcheck source-path=SCRIPTDIR source=quoted.sh
source "$root/scripts/quoted.sh"

usage() {
  cat <<'HELP' || exit 1
Usage: scripts/simulate.sh [--report MEASURED.json] [--machine FACTS.json] [--output REPORT.json] [OPTION]...

Installs what is missing (Debian: apt-get, as root or through sudo), builds the smpi preset in build/smpi, and lets SimGrid
run the program's decomposition, halo exchange and sums on a machine that is not here: by default ARCHER2, up to 4,096
ranks. Kernels take the time that the measured report says, at the machine's clock. Writes a report whose rows have the
origin "simulated", with modelled rows beside them. Edges travel by --exchange nonblocking and moves are summed by --reduce
exchange, whatever other ways there are on a real machine. docs/scaling.md explains it.

  --report FILE          measured report with rows of the machine's instruction set on one core;
                         default: the newest in results/ that has some
  --machine FILE         facts of the machine; default: scripts/simulate/archer2.json
  --network FILE         what was measured of the machine's network, in place of what is published: a report that was measured
                         there, or the output of trafficbench ceiling --json on two nodes
  --output FILE          default: results/simulated-<machine>-<YYYYMMDDThhmmssZ>.json
  --resume               go on with a study that was interrupted: same options, and its --output
  --force                replace a report or journal that exists
  --cells LIST           lengths of the whole road, strong scaling (10240000,1e12)
  --cells-per-core LIST  cells per core, weak scaling (1Mi)
  --ranks LIST           numbers of ranks, each on one core (1:4096)
  --ranks-per-node N     (one per core)
  --depth LIST           iterations between exchanges: numbers and auto (1,auto)
  --kernels LIST         (auto: the fastest)
  --mode strong|weak     or both, with a comma (strong,weak)
  --count every|sampled  counting mode, or both with a comma (every)
  --periods N            exchanges in one repetition (4)
  --tolerance PART       exit status 1 if model and simulation differ by more (0.15)
  --help                 this text

Example:
  scripts/simulate.sh --cells 1e12 --mode strong --ranks 128:4096

Exit status: 0 done; 1 model and simulation differ too much, or the build failed; 2 something is missing, or an option is
wrong (one line says what); 4 interrupted: --resume continues.
HELP
}

fail() {
  echo "simulate.sh: $1" >&2
  exit 2
}

report="" machine="$root/scripts/simulate/archer2.json" network="" output="" ranks_per_node=auto
begin_only=() finish_only=() options=()
while (($#)); do
  option="$1" value=""
  if [[ "$option" == --*=* ]]; then
    value="${option#*=}" option="${option%%=*}"
    set -- "$option" "$value" "${@:2}"
  fi
  case "$option" in
    --help | -h)
      usage
      exit 0
      ;;
    --resume | --force)
      begin_only+=("$option")
      if [[ "$option" == --force ]]; then finish_only+=("$option"); fi
      shift
      continue
      ;;
    --report | --machine | --network | --output | --ranks-per-node | --tolerance | --cells | --cells-per-core | --ranks | --depth | \
      --kernels | --mode | --count | --periods) ;;
    *) fail "unknown option $(quoted "$option"); see scripts/simulate.sh --help" ;;
  esac
  if [[ -z "${2:-}" || "$2" == --* ]]; then fail "$option needs a value; see scripts/simulate.sh --help"; fi
  case "$option" in
    --report) report="$2" ;;
    --machine) machine="$2" ;;
    --network) network="$2" ;;
    --output) output="$2" ;;
    --tolerance) finish_only+=("$option" "$2") ;;
    --ranks-per-node)
      ranks_per_node="$2"
      options+=("$option" "$2")
      ;;
    *) options+=("$option" "$2") ;;
  esac
  shift 2
done

if [[ ! -f "$machine" || ! -r "$machine" ]]; then fail "cannot read the machine file $(quoted "$machine"): name a JSON file such as scripts/simulate/archer2.json"; fi
isa="$(sed -n 's/.*"isa": *"\([a-z0-9_]*\)".*/\1/p' "$machine" | head -n 1)"
if [[ -z "$isa" ]]; then
  fail "the machine file $(quoted "$machine") names no \"isa\": name a JSON file such as scripts/simulate/archer2.json"
fi
if [[ -n "$network" && (! -f "$network" || ! -r "$network") ]]; then fail "cannot read the network file $(quoted "$network"): name a report, or the output of trafficbench ceiling --json"; fi
if [[ -z "$report" ]]; then
  for file in "$root"/results/*.json; do
    # The program does not read version 1 of the report.
    if [[ -f "$file" ]] && grep -q '"trafficbench_schema"' "$file" && grep -q "\"isa\": *\"$isa\"" "$file" &&
      grep -q '"origin": *"measured"' "$file" &&
      [[ -z "$report" || "$file" -nt "$report" ]]; then
      report="$file"
    fi
  done
  if [[ -z "$report" ]]; then
    fail "no report in results/ has rows measured with $isa: name one with --report; docs/scaling.md says how to measure it"
  fi
  echo "Kernel times from ${report#"$root"/}" || exit 1
fi
if [[ ! -f "$report" || ! -r "$report" ]]; then fail "cannot read the report $(quoted "$report"): name a JSON file that trafficbench wrote"; fi
if ! grep -q '"trafficbench_schema"' "$report"; then
  fail "$(quoted "$report") is not a report of this version of trafficbench: name one with --report"
fi
if [[ -z "$output" ]]; then
  if [[ " ${begin_only[*]} " == *" --resume "* ]]; then fail "--resume needs --output with the name of the report that was begun"; fi
  output="$root/results/simulated-$(basename "$machine" .json)-$(date -u +%Y%m%dT%H%M%SZ).json"
fi

# A test has built it already, and says where.
bin="${TRAFFICBENCH_SIMULATE_BUILT:-$root/build/smpi}/bin"
if [[ -z "${TRAFFICBENCH_SIMULATE_BUILT:-}" ]]; then
  ensure_packages build simulate
  build_preset "$root" smpi trafficbench-model trafficbench-simulate
fi

# The report holds the command line that made it, which is to say where files are in this folder, not where it is.
from_here() { realpath -m --relative-base="$PWD" "$1"; }
bin="$(from_here "$bin")" report="$(from_here "$report")" machine="$(from_here "$machine")" output="$(from_here "$output")"
study=(--report "$report" --machine "$machine" --output "$output" "${options[@]}")
platform=(--machine "$machine")
# smpirun leaves files where it runs, so it runs elsewhere.
study_elsewhere=(--report "$(realpath "$report")" --machine "$(realpath "$machine")" --output "$(realpath -m "$output")"
  "${options[@]}")
if [[ -n "$network" ]]; then
  study+=(--network "$(from_here "$network")")
  platform+=(--network "$network")
  study_elsewhere+=(--network "$(realpath "$network")")
fi
for word in "${study_elsewhere[@]}"; do
  if [[ "$word" =~ [[:space:]] ]]; then fail "smpirun takes no paths with spaces: $(quoted "$word")"; fi
done
program_elsewhere="$(realpath "$bin")/trafficbench-simulate.so"
folder="$(mktemp -d)"
smpirun_pid=""
# shellcheck disable=SC2317  # called by trap
leave() {
  trap '' INT TERM HUP
  if [[ -n "$smpirun_pid" ]]; then kill "$smpirun_pid" 2>/dev/null || true; fi
  echo "simulate.sh: interrupted; to continue: --resume --output $output" >&2
  exit 4
}
trap 'rm -rf "$folder"' EXIT

# Checks all options before anything is simulated.
"$bin/trafficbench-model" begin "${study[@]}" "${begin_only[@]}" >"$folder/ranks" || exit $?
mapfile -t ranks <"$folder/ranks"
trap leave INT TERM HUP

# What is no status of the suite is a death.
leave_with() {
  if (($1 <= 4)); then exit "$1"; fi
  echo "simulate.sh: $2 died with status $1; to continue: --resume --output $output" >&2
  exit 1
}

# What is simulated is the platform and nothing else: no computation of this machine, no built-in factors. Trees and
# doubling where the collectives' own choice would send all to one. Eager messages up to 64 KiB.
configuration=(smpi/simulate-computation:no smpi/host-speed:1Gf smpi/lat-factor:0:1 smpi/bw-factor:0:1
  smpi/barrier:ompi_recursivedoubling smpi/async-small-thresh:65536 network/crosstraffic:0
  contexts/factory:raw contexts/stack-size:256)
configuration=("${configuration[@]/#/--cfg=}")
done_count=0
for count in "${ranks[@]}"; do
  done_count=$((done_count + 1))
  echo "[$done_count/${#ranks[@]}] $count ranks, $(date -u +%H:%M:%S)" || exit 1
  "$bin/trafficbench-model" platform "${platform[@]}" --ranks "$count" --ranks-per-node "$ranks_per_node" \
    --prefix "$folder/platform"
  # All ranks are one process without state of their own in globals: no copies of the program for each.
  (cd "$folder" && exec smpirun -no-privatize -np "$count" -platform "$folder/platform.xml" -hostfile "$folder/platform.hosts" \
    "${configuration[@]}" --log=root.thres:critical "$program_elsewhere" "${study_elsewhere[@]}") &
  smpirun_pid=$!
  wait "$smpirun_pid" || leave_with $? smpirun
  smpirun_pid=""
done
"$bin/trafficbench-model" finish "${study[@]}" "${finish_only[@]}" || leave_with $? trafficbench-model
if [[ ! -f "$output" ]]; then leave; fi

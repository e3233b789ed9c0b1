#!/usr/bin/env bash
# Launches the same run again and again, and judges what comparing the launches with each other says.
set -euo pipefail

root="$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")"
# shellcheck source-path=SCRIPTDIR source=launch.sh
source "$root/scripts/launch.sh"
# shellcheck source-path=SCRIPTDIR source=python.sh
source "$root/scripts/python.sh"
# shellcheck source-path=SCRIPTDIR source=quoted.sh
source "$root/scripts/quoted.sh"
interruptible

usage() {
  cat <<'HELP' || exit 1
Usage: scripts/self_comparison.sh [OPTION]... FOLDER [-- COMMAND [WORD]...]

Launches the default run again and again, so that launches of one program can be compared:
scripts/self_comparison.py then says how often intervals hold, how often something is found that is not there, and what is
found that is there. Every launch is kept: FOLDER/launch-01.json, and what it printed in launch-01.txt. Started again with
the same words it goes on where it was interrupted.

  --launches N       how many, 2 to 999 (16)
  --spread MINUTES   from the beginning of the first launch to that of the last, at least (90)
  --help             this text

COMMAND is what to launch in place of scripts/run.sh. It gets --output FILE, and --resume where one was interrupted.

Examples:
  scripts/self_comparison.sh results/self
  scripts/self_comparison.sh results/slowed -- build/release/bin/slowed_sweep 0.1 tiled sweep --threads 1

Exit status: 0 done; 1 a launch failed; 2 an option is wrong (one line says what); 4 interrupted: start it again.
HELP
}

fail() {
  echo "self_comparison.sh: $1; see scripts/self_comparison.sh --help" >&2
  exit 2
}

# whole_number NAME VALUE LEAST MOST
whole_number() {
  if [[ ! "$2" =~ ^[0-9]{1,6}$ ]] || ((10#$2 < $3 || 10#$2 > $4)); then
    fail "$1 is $(quoted "$2"): expected a whole number from $3 to $4"
  fi
}

launches=16 spread=90 folder="" command=("$root/scripts/run.sh")
while (($#)); do
  word="$1"
  case "$word" in
    --help | -h)
      usage
      exit 0
      ;;
    --launches=* | --spread=*) set -- "${word%%=*}" "${word#*=}" "${@:2}" ;;
    --launches | --spread)
      if [[ -z "${2:-}" || "$2" == --* ]]; then fail "$word needs a value"; fi
      if [[ "$word" == --launches ]]; then launches="$2"; else spread="$2"; fi
      shift 2
      ;;
    --)
      if (($# == 1)); then fail "no COMMAND given after --"; fi
      command=("${@:2}")
      break
      ;;
    --*) fail "unknown option $(quoted "$word"): choose from --launches, --spread, --help" ;;
    *)
      if [[ -z "$word" ]]; then fail "FOLDER is empty"; fi
      if [[ -n "$folder" ]]; then fail "expected one FOLDER, not $(quoted "$folder") and $(quoted "$word")"; fi
      folder="$word"
      shift
      ;;
  esac
done
whole_number --launches "$launches" 2 999
whole_number --spread "$spread" 0 100000
launches=$((10#$launches)) spread=$((10#$spread))
if [[ -z "$folder" ]]; then fail "no FOLDER given for the reports"; fi
if ! command -v "${command[0]}" >/dev/null; then fail "cannot find the command $(quoted "${command[0]}")"; fi
# run.sh takes a relative name for one in the repository.
if ! { mkdir -p -- "$folder" && folder="$(realpath -- "$folder")"; } 2>/dev/null; then
  fail "cannot make the folder $(quoted "$folder")"
fi

pause=$(((spread * 60 + launches - 2) / (launches - 1)))
next=0
for ((number = 1; number <= launches; ++number)); do
  report="$(printf '%s/launch-%02d.json' "$folder" "$number")"
  if [[ -f "$report" ]]; then continue; fi
  # In short naps: a signal is heeded after each.
  while ((EPOCHSECONDS < next)); do sleep 1; done
  next=$((EPOCHSECONDS + pause))
  resume=()
  if [[ -f "$report.journal" ]]; then resume=(--resume); fi
  echo "Launch $number of $launches, $(date -u +%Y-%m-%dT%H:%M:%SZ): $report" || exit 1
  launch "${command[@]}" --output "$report" "${resume[@]}" >>"${report%.json}.txt"
  # What ends by itself with a status of the suite has said why.
  if [[ -n "$interrupted" ]] || ((status == 4)); then
    if ((status != 4)); then echo "self_comparison.sh: interrupted in launch $number: start it again with the same words" >&2; fi
    exit 4
  fi
  if ((status > 3)) || { ((status == 0)) && [[ ! -f "$report" ]]; }; then
    echo "self_comparison.sh: launch $number ended with status $status and wrote no $report: see ${report%.json}.txt" >&2
    exit 1
  fi
  if ((status != 0)); then exit "$status"; fi
done
choose_python
exec "$python" "$root/scripts/self_comparison.py" "$folder"

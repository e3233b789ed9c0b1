# shellcheck shell=bash
# Sourced by the scripts that measure: how they start what may take long, and how they tell whether it was done.

# interruptible: a signal ends the script with status 4 and one line.
interruptible() {
  # shellcheck disable=SC2317  # called by trap
  leave_at_once() {
    trap '' INT TERM HUP
    echo "${0##*/}: interrupted; start it again" >&2
    exit 4
  }
  trap leave_at_once INT TERM HUP
}

# launch COMMAND...: runs it to its end and sets status. Signals are passed on to it, and set interrupted.
status=0 interrupted="" began=0
launch() {
  local process="" number
  interrupted="" began="$EPOCHSECONDS"
  # shellcheck disable=SC2317  # called by trap
  pass_on() {
    interrupted=1
    if [[ -n "$process" ]]; then kill -s TERM "$process" 2>/dev/null || true; fi
  }
  trap pass_on INT TERM HUP
  # Out of reach of a terminal's Ctrl-C, which this script passes on: launchers that get it as well as their ranks leave at
  # once, with any status, and ranks work on for a while.
  setsid "$@" &
  process=$!
  while true; do
    status=0
    wait "$process" || status=$?
    # A signal that was trapped ends the wait, not the process.
    kill -0 "$process" 2>/dev/null || break
  done
  # Did it end while a trap ran, its own status is still to be had.
  if ((status > 128)); then
    number=0
    wait "$process" 2>/dev/null || number=$?
    if ((number != 127)); then status=$number; fi
  fi
  process=""
  interruptible
}

# When the file was written last, in seconds since 1970; 0 if there is none.
seconds_of_change() { stat -c %Y -- "$1" 2>/dev/null || echo 0; }

# leave_with_report REPORT HOW: ends the script as the report tells, after launch. HOW says how to go on. The launcher of MPICH
# may end with status 0 though its ranks were interrupted, and others end with 130 or 143.
leave_with_report() {
  local report="$1" how="$2"
  if [[ -f "$report.journal" ]]; then
    if [[ -n "$interrupted" ]] || ((status == 0 || status > 2)); then
      if ((status != 4)); then echo "${0##*/}: interrupted: $report.journal has what was measured; to continue: $how" >&2; fi
      exit 4
    fi
  elif { [[ -n "$interrupted" ]] && (("$(seconds_of_change "$report")" < began)); } || { [[ ! -f "$report" ]] && ((status == 0)); }; then
    if ((status != 4)); then echo "${0##*/}: interrupted before there was a report $report: start it again" >&2; fi
    exit 4
  fi
  if ((status > 4)); then
    echo "${0##*/}: the launch died with status $status" >&2
    exit 1
  fi
  exit "$status"
}

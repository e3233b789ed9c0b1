# shellcheck shell=bash
# Sourced by the scripts that start a Python script: under which Python.

# choose_python: sets python to the first that starts and is 3.6 or later; without one, exits with status 2. The Python script goes
# on to another where it needs a later one, or packages that this one lacks (trafficbench_tools/with_packages.py).
choose_python() {
  for python in "${TRAFFICBENCH_PYTHON:-}" python3 /usr/bin/python3; do
    if [[ -n "$python" ]] && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 6))' </dev/null &>/dev/null; then return; fi
  done
  echo "${0##*/}: needs Python 3.6 or later: python3 on the path, or TRAFFICBENCH_PYTHON=PATH" >&2
  exit 2
}

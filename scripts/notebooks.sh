#!/usr/bin/env bash
# Installs what is missing, builds the module, and opens the notebooks, runs them all, or makes pages of them.
set -euo pipefail

root="$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")"
# shellcheck source-path=SCRIPTDIR source=packages.sh
source "$root/scripts/packages.sh"
# shellcheck source-path=SCRIPTDIR source=build.sh
source "$root/scripts/build.sh"
# shellcheck source-path=SCRIPTDIR source=quoted.sh
source "$root/scripts/quoted.sh"

# What notebooks, and this script, import.
mapfile -t modules < <(awk '/^[a-z]/' "$root/docs/notebooks/requirements.txt")

usage() {
  cat <<'HELP' || exit 1
Usage: scripts/notebooks.sh [-- OPTION OF JUPYTER...]
       scripts/notebooks.sh --check [NOTEBOOK]...
       scripts/notebooks.sh --render [PLACE]

Installs what is missing (Debian: apt-get, as root or through sudo), builds the Python module and the program in build/release
where they are not built, and opens docs/notebooks in Jupyter. Nothing is installed or built again without need.

  --check    executes the notebooks, two at a time, and says of each whether it passed; NOTEBOOK is a name such as 01-model
             or solutions/01-model, all of them if none is given
  --render   executes all, one at a time, and makes pages with their outputs. PLACE is a folder for a page each and
             index.html, or one page of all if its name ends in .html; default: build/notebooks. Pages are replaced
  --help     this text

Environment:
  TRAFFICBENCH_PYTHON    the Python to take: one that has the packages. Default: python3 on the path, then /usr/bin/python3

Examples:
  scripts/notebooks.sh -- --no-browser --port=8890
  scripts/notebooks.sh --render results/notebooks.html

Exit status: 0 done; 1 a notebook failed, or the build; 2 something is missing, or wrong use.
HELP
}

# In place of what a build without root needs.
explain_without_packages() {
  cat >&2 <<'HELP'
Without root:
  venv     python3 -m venv ~/notebooks; . ~/notebooks/bin/activate
           pip install -r docs/notebooks/requirements.txt
  conda    conda env create -f docs/notebooks/environment.yml; conda activate trafficbench
  then     pip install . (the module trafficbench, for notebooks 5 and on), and scripts/notebooks.sh again
mpi4py needs an MPI on the machine; notebooks 1 to 4 need numpy and matplotlib alone.
HELP
}

refuse() {
  echo "notebooks.sh: $1; see scripts/notebooks.sh --help" >&2
  exit 2
}

# The names of all, with commas between them.
notebooks() {
  local folder="$root/docs/notebooks/" paths names
  paths=("$folder"*.ipynb "$folder"solutions/*.ipynb)
  names="$(printf '%s, ' "${paths[@]#"$folder"}")"
  names="${names//.ipynb/}"
  echo "${names%, }"
}

command=open words=()
case "${1:-}" in
  --help | -h)
    usage
    exit 0
    ;;
  --check)
    command=check words=("${@:2}")
    ;;
  --render)
    if (($# > 2)); then refuse "--render takes one PLACE: $(quoted "$3") is one too many"; fi
    if (($# == 2)) && [[ -z "$2" || "$2" == -* ]]; then refuse "--render expected a folder or a page, not $(quoted "$2")"; fi
    command=render words=("$(realpath -m -- "${2:-$root/build/notebooks}")")
    ;;
  --) words=("${@:2}") ;;
  "") if (($# > 0)); then refuse "an argument is empty"; fi ;;
  *) refuse "unknown option $(quoted "$1"): choose from --check, --render, --help, or give options of Jupyter after --" ;;
esac
if [[ "$command" == check ]]; then
  for name in "${words[@]}"; do
    if [[ ! "$name" =~ ^[a-z0-9/-]+$ || ! -f "$root/docs/notebooks/$name.ipynb" ]]; then refuse "unknown notebook $(quoted "$name"): choose from $(notebooks)"; fi
  done
fi

# Sets python: the first that has what the notebooks need; false where none has.
find_python() {
  for python in ${TRAFFICBENCH_PYTHON:+"$TRAFFICBENCH_PYTHON"} python3 /usr/bin/python3; do
    lacks="$("$python" - "${modules[@]}" 2>/dev/null <<'LACKS'
import importlib.util, sys
names = [name for name in sys.argv[1:] if not any(map(importlib.util.find_spec, [name] + ["jupyterlab"] * (name == "notebook")))]
print("" if sys.version_info >= (3, 9) else "a Python of version 3.9 or later", *names)
LACKS
)" || continue
    if [[ -z "${lacks// /}" ]]; then return 0; fi
  done
  return 1
}

if ! find_python; then
  ensure_packages notebooks
  if ! find_python; then
    echo "notebooks.sh: no Python here has what the notebooks need: ${modules[*]} (or jupyterlab for notebook)" >&2
    explain_without_packages
    exit 2
  fi
fi

cd "$root"
export PYDEVD_DISABLE_FILE_VALIDATION=1  # of a debugger that nobody uses here; without it there are warnings
# course CALL: what docs/notebooks/course.py says is missing, on standard error; status 1 if something is.
course() {
  PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="docs/notebooks${PYTHONPATH:+:$PYTHONPATH}" "$python" -c "
import sys
from course import *
try:
    $1
except Missing as problem:
    sys.exit('notebooks.sh: %s' % problem)"
}
built() { course 'needs("trafficbench", program=True)'; }
build() {
  (
    ensure_packages build python
    build_preset "$root" release trafficbench python_module
    built || exit 2
  )
}
if ! built 2>/dev/null; then
  status=0
  build || status=$?
  if ((status != 0)) && [[ "$command" != open ]]; then exit "$status"; fi
  if ((status != 0)); then echo "notebooks.sh: notebooks 1 to 4 still run; the others say what they need" >&2; fi
fi

case "$command" in
  open)
    jupyter=notebook
    if ! "$python" -c 'import notebook' 2>/dev/null; then jupyter=jupyterlab; fi
    if ((EUID == 0)); then words+=(--allow-root); fi
    echo "Opening docs/notebooks with $python; Ctrl-C ends it"
    exec "$python" -m "$jupyter" --notebook-dir=docs/notebooks "${words[@]}"
    ;;
  *) PYTHONPATH="scripts${PYTHONPATH:+:$PYTHONPATH}" exec "$python" -m trafficbench_tools.notebooks "$command" "${words[@]}" ;;
esac

#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# shellcheck source-path=SCRIPTDIR source=packages.sh
source "$root/scripts/packages.sh"

usage() {
  cat <<'HELP' || exit 2
Usage: scripts/test.sh [--all] [STAGE]...

Installs what is missing (Debian: apt-get, as root or through sudo), builds the release preset in build/release and runs its
tests, but for those that are slow. Nothing is installed or built again without need. The last lines are ctest's own summary.

  --all     every stage below, each announced with its time, then the tests of `mpich`, whose summary comes last. Warnings
            are errors. The first stage that fails ends it.
  STAGE     these alone, in the order given
  --help    this text

Stages, each in build/<stage> with its log in build/<stage>.log:
  mpich     g++ with MPICH: build, tests, installation
  openmpi   the same with Open MPI; what has no MPI in it is not compiled again (ccache)
  no-mpi    one rank, without MPI
  fetched   the libraries built from source in place of the system's
  clang14   clang 14
  clang19   clang 19
  aarch64   cross-compiled, run by QEMU with NEON and with SVE at 128, 256 and 512 bits
  smpi      machines simulated by SimGrid (docs/scaling.md)
  asan      address and undefined behaviour sanitizers
  tsan      thread sanitizer: clang 19 with libomp and Archer
  page      the report page in headless Chromium, driven by playwright-core (npm); needs no build
  slurm     studies and job headers on a pretend Slurm (tests/slurm/slurm.sh), with the build of mpich

Example:
  scripts/test.sh asan tsan

Exit status: 0 all passed; 1 something failed; 2 something is missing, or wrong use.
HELP
}

all_stages=(page fetched openmpi no-mpi clang14 clang19 smpi asan tsan aarch64 slurm mpich)
stages=()
for argument in "$@"; do
  case "$argument" in
    --help | -h)
      usage
      exit 0
      ;;
    --all) stages=("${all_stages[@]}") ;;
    *)
      if [[ " ${all_stages[*]} " != *" $argument "* ]]; then
        echo "test.sh: unknown stage or option \"$argument\"; expected --all, --help or one of: ${all_stages[*]}" >&2
        exit 2
      fi
      stages+=("$argument")
      ;;
  esac
done

cd "$root"
mkdir -p build
jobs="$(nproc)"

# A stage's preset bears its name, but for tests that need more than a build of their own.
preset_of() { if [[ "$1" == slurm ]]; then echo mpich; else echo "$1"; fi; }

# The tests of the program, in Python, take minutes: they run with each MPI, those of the scripts with one of them, and
# not once more for every compiler and sanitizer.
run_ctest() {
  local choice=(-LE 'page|slurm')
  case "$1" in
    page)
      look_at_page
      return
      ;;
    slurm) choice=(-L slurm) ;;
    release) choice=(-LE 'page|slurm|slow') ;;
    openmpi) choice=(-LE 'page|slurm|tools') ;;
    fetched | no-mpi | clang*) choice=(-LE 'program|page|slurm') ;;
    smpi) choice=(-R '^simulate$') ;;
    # The kernels, roads and start states: what has hot loops and shares memory between threads.
    *san) choice=(-LE 'program|page|slurm' -R 'EveryVariant|StartState|PackedRoad') ;;
  esac
  ctest --preset "$(preset_of "$1")" -j "$jobs" "${choice[@]}"
}

# The report page in a browser. A browser that is missing is a failure here.
look_at_page() {
  npm ci --prefix tests/page --no-audit --no-fund
  TRAFFICBENCH_PAGE=required /usr/bin/python3 -m pytest -q -p no:cacheprovider tests/page_test.py
}

# An installation into a fresh folder holds the programs, and they start there.
check_installation() {
  local prefix="$root/build/$1/installed"
  rm -rf "$prefix"
  cmake --install "build/$1" --prefix "$prefix"
  local program
  for program in trafficbench trafficbench-kernels; do
    "$prefix/bin/$program" --help >/dev/null
    echo "installed: $program"
  done
  test -f "$prefix/share/trafficbench/report.schema.json"
  test -f "$prefix/share/doc/trafficbench/README.md"
}

stage() {
  local name="$1" preset options=(-DTRAFFICBENCH_WERROR=ON) targets=()
  if [[ "$name" == page ]]; then
    if [[ "$name" != "${stages[-1]}" ]]; then look_at_page; fi
    return
  fi
  preset="$(preset_of "$name")"
  if [[ "$name" == fetched || "$name" == aarch64 ]]; then
    local sources
    sources="$(scripts/sources.sh build/sources)"
    mapfile -t -O 1 options <<<"$sources"
  fi
  # g++ warns of much that is not so when it instruments code; the other stages have looked at the same files.
  if [[ "$name" == asan ]]; then options[0]=-DTRAFFICBENCH_WERROR=OFF; fi
  cmake --preset "$preset" "${options[@]}"
  # All else is built and tested by the other stages.
  if [[ "$name" == smpi ]]; then targets=(--target trafficbench trafficbench-model trafficbench-simulate); fi
  cmake --build --preset "$preset" -j "$jobs" "${targets[@]}"
  if [[ "$name" == mpich ]]; then check_installation "$name"; fi
  # The tests of the last stage are run where they can be seen.
  if [[ "$name" != "${stages[-1]}" ]]; then run_ctest "$name"; fi
}

build_release() {
  cmake --preset release -DTRAFFICBENCH_TESTS=ON
  cmake --build --preset release -j "$jobs"
}

# logged LOG COMMAND...: runs it with its output in the log; says on failure how it ended. A subshell of its own, and no
# condition round it, because a shell in a condition goes on after a failed step.
logged() {
  local log="$1" status start="$SECONDS"
  shift
  set +e
  (
    set -e
    "$@"
  ) >"$log" 2>&1
  status=$?
  set -e
  if ((status != 0)); then
    tail -n 40 "$log"
    echo "test.sh: failed after $((SECONDS - start)) s; the whole log is $log"
    exit 1
  fi
  echo "   passed, $((SECONDS - start)) s"
}

if ((${#stages[@]} == 0)); then
  ensure_packages build ladder report test
  echo "== release: build (log: build/release.log)"
  logged build/release.log build_release
  run_ctest release || exit 1
  exit 0
fi

sections=(build ladder report test ci page simulate)
command -v npm >/dev/null || sections+=(npm)
if [[ " ${stages[*]} " == *" slurm "* ]]; then sections+=(slurm); fi
ensure_packages "${sections[@]}"
export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR="$root"
for name in "${stages[@]}"; do
  echo "== $name (log: build/$name.log)"
  logged "build/$name.log" stage "$name"
done
echo "== ${stages[-1]}: tests"
run_ctest "${stages[-1]}" || exit 1

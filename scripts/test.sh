#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# shellcheck source-path=SCRIPTDIR source=packages.sh
source "$root/scripts/packages.sh"

usage() {
  cat <<'HELP'
Usage: scripts/test.sh [--all] [STAGE]...

Installs what is missing (Debian: apt-get, as root or through sudo), builds the release preset in build/release and runs its
tests. Nothing is installed or built again without need. The last lines are ctest's own summary.

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

Example:
  scripts/test.sh asan tsan

Exit status: 0 all passed; 1 something failed; 2 something is missing, or wrong use.
HELP
}

all_stages=(fetched openmpi no-mpi clang14 clang19 smpi asan tsan aarch64 mpich)
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

# The tests of the program, in Python, take minutes: they run with each MPI, not once more for every compiler and
# sanitizer.
run_ctest() {
  local leave_out=()
  case "$1" in
    fetched | no-mpi | clang*) leave_out=(-LE program) ;;
    smpi) leave_out=(-R '^simulate$') ;;
    # The kernels, roads and start states: what has hot loops and shares memory between threads.
    *san) leave_out=(-LE program -R 'EveryVariant|StartState|PackedRoad') ;;
  esac
  ctest --preset "$1" -j "$jobs" "${leave_out[@]}"
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
  local name="$1" options=(-DTRAFFICBENCH_WERROR=ON) targets=()
  if [[ "$name" == fetched || "$name" == aarch64 ]]; then
    local sources
    sources="$(scripts/sources.sh build/sources)"
    mapfile -t -O 1 options <<<"$sources"
  fi
  # g++ warns of much that is not so when it instruments code; the other stages have looked at the same files.
  if [[ "$name" == asan ]]; then options[0]=-DTRAFFICBENCH_WERROR=OFF; fi
  cmake --preset "$name" "${options[@]}"
  # All else is built and tested by the other stages.
  if [[ "$name" == smpi ]]; then targets=(--target trafficbench trafficbench-model trafficbench-simulate); fi
  cmake --build --preset "$name" -j "$jobs" "${targets[@]}"
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
  ensure_packages build test
  echo "== release: build (log: build/release.log)"
  logged build/release.log build_release
  run_ctest release || exit 1
  exit 0
fi

ensure_packages build test ci simulate
export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR="$root"
for name in "${stages[@]}"; do
  echo "== $name (log: build/$name.log)"
  logged "build/$name.log" stage "$name"
done
echo "== ${stages[-1]}: tests"
run_ctest "${stages[-1]}" || exit 1

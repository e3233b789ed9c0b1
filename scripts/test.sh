#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests.
set -euo pipefail

root="$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")"
# shellcheck source-path=SCRIPTDIR source=packages.sh
source "$root/scripts/packages.sh"
# shellcheck source-path=SCRIPTDIR source=build.sh
source "$root/scripts/build.sh"
# shellcheck source-path=SCRIPTDIR source=quoted.sh
source "$root/scripts/quoted.sh"

# From stages.txt, by name.
declare -A usual_seconds purpose
all_stages=()
while read -r name seconds text; do
  all_stages+=("$name")
  usual_seconds[$name]="$seconds"
  purpose[$name]="$text"
done < <(grep -v '^#' "$root/scripts/stages.txt")

usage() {
  local name
  cat <<'HELP' || exit 1
Usage: scripts/test.sh [--all] [STAGE]...

Installs what is missing (Debian: apt-get, as root or through sudo), builds the release preset in build/release and runs its
tests, but for those that are slow. Nothing is installed or built again without need. What was skipped is named at the end.

  --all     every stage below, then what each took. The first stage that fails ends it. Nothing may be skipped.
  STAGE     these alone, in the order given
  --help    this text

Stages, each with its log in build/<stage>.log. Warnings are errors. Seconds: on two cores, in this order, the compiler cache
empty at its start.
HELP
  for name in "${all_stages[@]}"; do printf '  %-9s %4s s  %s\n' "$name" "${usual_seconds[$name]}" "${purpose[$name]}"; done
  cat <<'HELP' || exit 1

Example:
  scripts/test.sh asan tsan

Exit status: 0 all passed; 1 something failed; 2 something is missing, or wrong use.
HELP
}

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
        echo "test.sh: unknown stage or option $(quoted "$argument"): choose from --all --help ${all_stages[*]}" >&2
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
preset_of() { if [[ "$1" == slurm || "$1" == notebooks ]]; then echo mpich; else echo "$1"; fi; }

# What a stage builds: all, or what its tests need.
targets_of() {
  local installed="trafficbench trafficbench-model trafficbench-kernels python_module"
  case "$1" in
    asan) echo trafficbench road_tests unit_tests ;;
    openmpi) echo "$installed failing_calls spoilt_io mpi_calls spoilt_exchanges pretended_hosts slowed_node" ;;
    no-mpi) echo "$installed failing_calls foreign_output spoilt_io" ;;
    clang19) echo trafficbench road_tests python_module ;;
    tsan) echo road_tests ;;
    aarch64) echo trafficbench trafficbench-model road_tests ;;
    smpi) echo trafficbench trafficbench-model trafficbench-simulate ;;
    notebooks) echo trafficbench python_module ;;
    *) echo all ;;
  esac
}

# The unit tests have no MPI in them: the stage mpich runs them, and each compiler's. The tests of the program, in Python, take
# minutes: tests/CMakeLists.txt says by their labels which stages run them.
run_ctest() {
  local choice=()
  case "$1" in
    release) choice=(-LE 'page|notebooks|slurm|slow') ;;
    mpich) choice=(-LE 'page|notebooks|slurm') ;;
    openmpi) choice=(-LE 'page|notebooks|slurm|any-mpi|one-rank|unit' -E '_NOT_BUILT$') ;;
    no-mpi) choice=(-LE 'page|notebooks|slurm|any-mpi|unit|ranks' -E '_NOT_BUILT$') ;;
    clang14) choice=(-LE 'program|page|notebooks|slurm') ;;
    clang19) choice=(-LE 'program|page|notebooks|slurm' -E '_NOT_BUILT$') ;;
    smpi) choice=(-R '^simulate$') ;;
    # What has hot loops and shares memory between threads; what reads files that anybody may have written.
    asan) choice=(-LE 'program|page|notebooks|slurm' -R 'EveryVariant|StartState|PackedRoad|RoadFile|Journal|NewFile|FilesToRead|^check$') ;;
    tsan) choice=(-LE 'program|page|notebooks|slurm' -R 'EveryVariant|StartState|PackedRoad') ;;
    slurm | notebooks) choice=(-L "$1") ;;
  esac
  ctest --preset "$(preset_of "$1")" -j "$jobs" "${choice[@]}"
}

# What pytest, GoogleTest and ctest say of tests that they skipped in this build's last run, a line each.
skipped_in() {
  sed -nE 's/^SKIPPED \[[0-9]+\] (.*)$/\1/p; s/^\[  SKIPPED \] ([^,]*) \(.*$/\1/p' \
    "build/$1/Testing/Temporary/LastTest.log" | sort -u
}

# Whoever asks for a stage gets all of it, but for what needs an MPI that is not the stage's: mpich runs that.
allow_no_skips() {
  local skipped allowed='^$'
  case "$1" in
    openmpi) allowed=': needs MPICH' ;;
    no-mpi) allowed=': needs MPI' ;;
  esac
  skipped="$(skipped_in "$1" | grep -vE "$allowed" || true)"
  if [[ -n "$skipped" ]]; then
    printf 'test.sh: tests were skipped that this stage must run:\n%s\n' "$skipped"
    return 1
  fi
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
  PYTHONPATH="$(echo "$prefix"/lib*/python3*/site-packages)" /usr/bin/python3 -c 'import trafficbench; print(trafficbench.Road(1000))'
  test -f "$prefix/share/doc/trafficbench/README.md"
}

build_stage() {
  local preset options=(-DTRAFFICBENCH_WERROR=ON) sources targets
  preset="$(preset_of "$1")"
  if [[ "$1" == clang14 || "$1" == aarch64 ]]; then
    sources="$(scripts/sources.sh build/sources)"
    mapfile -t -O 1 options <<<"$sources"
    options+=(-DFETCHCONTENT_TRY_FIND_PACKAGE_MODE=NEVER)
  fi
  # The oldest g++, in a build that has fewer tests than others.
  if [[ "$1" == no-mpi ]]; then options+=(-DCMAKE_C_COMPILER=gcc-11 -DCMAKE_CXX_COMPILER=g++-11); fi
  cmake --preset "$preset" "${options[@]}"
  read -r -a targets <<<"$(targets_of "$1")"
  cmake --build --preset "$preset" -j "$jobs" --target "${targets[@]}"
}

stage() {
  case "$1" in
    lint) scripts/lint.sh ;;
    page) look_at_page ;;
    *)
      build_stage "$1"
      if [[ "$1" == mpich ]]; then check_installation "$1"; fi
      run_ctest "$1"
      allow_no_skips "$(preset_of "$1")"
      ;;
  esac
}

build_release_with_tests() {
  cmake --preset release -DTRAFFICBENCH_TESTS=ON
  cmake --build --preset release -j "$jobs"
}

# logged LOG COMMAND...: runs it with its output in the log; says on failure how it ended. A subshell of its own, and no
# condition round it, because a shell in a condition goes on after a failed step. Sets took and status.
logged() {
  local log="$1" start="$SECONDS"
  shift
  set +e
  (
    set -e
    "$@"
  ) >"$log" 2>&1
  status=$?
  set -e
  took="$((SECONDS - start))"
  if ((status == 0)); then
    echo "   passed, $took s"
  else
    tail -n 60 "$log"
    echo "test.sh: failed after $took s; the whole log is $log"
  fi
}

# The README's command: the tests where they can be seen.
test_release() {
  local skipped slow
  ensure_packages build python ladder report test
  choose_generator
  echo "== release: build (log: build/release.log)"
  logged build/release.log build_release_with_tests
  if ((status != 0)); then exit 1; fi
  slow="$(ctest --preset release -N -L slow | sed -nE 's/^ +Test +#[0-9]+: (.*)$/\1/p' | paste -sd ' ')"
  echo "== release: tests. Left to scripts/test.sh --all: $slow; what needs a browser, Jupyter or Slurm"
  run_ctest release || exit 1
  skipped="$(skipped_in release)"
  if [[ -n "$skipped" ]]; then printf '\nSkipped:\n%s\n' "$skipped"; fi
}

# What each stage took, as far as it came, and which took twice as long as it usually does.
print_times() {
  local name sum=0
  printf '\n%-9s %7s %9s\n' stage seconds usually
  for name in "${stages[@]}"; do
    if [[ -z "${seconds_of[$name]:-}" ]]; then continue; fi
    printf '%-9s %7s %9s\n' "$name" "${seconds_of[$name]}" "${usual_seconds[$name]}"
    sum="$((sum + seconds_of[$name]))"
  done
  printf '%-9s %7s\n' all "$sum"
  for name in "${stages[@]}"; do
    if ((${seconds_of[$name]:-0} >= 2 * usual_seconds[$name])); then
      echo "$name took ${seconds_of[$name]} s, twice its usual ${usual_seconds[$name]} s or more"
    fi
  done
}

if ((${#stages[@]} == 0)); then
  test_release
  exit 0
fi

sections=(build python ladder report test ci page simulate)
command -v npm >/dev/null || sections+=(npm)
for name in slurm notebooks; do
  if [[ " ${stages[*]} " == *" $name "* ]]; then sections+=("$name"); fi
done
ensure_packages "${sections[@]}"
choose_generator
export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR="$root"
declare -A seconds_of
for name in "${stages[@]}"; do
  echo "== $name: ${purpose[$name]} (log: build/$name.log)"
  logged "build/$name.log" stage "$name"
  seconds_of[$name]="$took"
  if ((status != 0)); then
    print_times
    echo "$name failed: build/$name.log"
    exit 1
  fi
done
print_times
# How the last stage's tests ended, in the words of ctest or pytest.
echo
echo "${stages[-1]}:"
grep -E '^[0-9]+% tests passed|^Total Test time|^[0-9]+ passed' "build/${stages[-1]}.log" || true

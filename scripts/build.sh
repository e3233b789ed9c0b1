# shellcheck shell=bash
# Sourced by run.sh, ladder.sh and test.sh: how they build.

# Ninja builds faster than make: it is taken where it is, unless CMAKE_GENERATOR says otherwise or a folder was configured
# with another generator before.
choose_generator() {
  if [[ -z "${CMAKE_GENERATOR:-}" ]] && command -v ninja >/dev/null; then export CMAKE_GENERATOR=Ninja; fi
}

# build_release ROOT: builds the release preset in ROOT/build/release; on failure shows the end of its log and exits with
# status 1.
build_release() {
  local log="$1/build/release.log"
  mkdir -p "$1/build"
  choose_generator
  echo "Building build/release (log: build/release.log)" || exit 2
  if ! (
    cd "$1"
    # Configured once; the build configures again by itself when a CMake file changes.
    if [[ ! -f build/release/CMakeCache.txt ]]; then cmake --preset release -DTRAFFICBENCH_TESTS=OFF || exit 1; fi
    cmake --build --preset release -j "$(nproc)"
  ) >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "${0##*/}: the build failed; the whole log is build/release.log" >&2
    exit 1
  fi
}

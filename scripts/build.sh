# shellcheck shell=bash
# Sourced by run.sh and ladder.sh: the build that measures.

# build_release ROOT: builds the release preset in ROOT/build/release; on failure shows the end of its log and exits with
# status 1.
build_release() {
  local log="$1/build/release.log"
  mkdir -p "$1/build"
  echo "Building build/release (log: build/release.log)" || exit 2
  if ! (
    cd "$1"
    # Configured once; make configures again by itself when a CMake file changes.
    if [[ ! -f build/release/Makefile ]]; then cmake --preset release -DTRAFFICBENCH_TESTS=OFF || exit 1; fi
    cmake --build --preset release -j "$(nproc)"
  ) >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "${0##*/}: the build failed; the whole log is build/release.log" >&2
    exit 1
  fi
}

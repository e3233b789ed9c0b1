# shellcheck shell=bash
# Sourced by the scripts that build: how they do it.

# Ninja builds faster than make: it is the choice for new folders where it is installed, unless CMAKE_GENERATOR makes another.
choose_generator() {
  if [[ -z "${CMAKE_GENERATOR:-}" ]] && command -v ninja >/dev/null; then export CMAKE_GENERATOR=Ninja; fi
}

# build_preset ROOT PRESET TARGET...: builds what is to be used, not tested, in ROOT/build/PRESET; on failure shows the end of
# its log and exits with status 1; with 2 where it may not write.
build_preset() {
  local root="$1" preset="$2"
  shift 2
  local folder="build/$preset" log="build/$preset.log"
  if ! mkdir -p "$root/$folder" 2>/dev/null || [[ ! -w "$root/build" || ! -w "$root/$folder" ]]; then
    echo "${0##*/}: cannot write into $root/build, where it builds: use a checkout of your own" >&2
    exit 2
  fi
  choose_generator
  local first=", some minutes the first time"
  if [[ -f "$root/$folder/build.ninja" || -f "$root/$folder/Makefile" ]]; then first=""; fi
  echo "Building $folder$first (log: $log)" || exit 1
  if ! (
    cd "$root"
    # Configured once; the build configures again by itself when a CMake file changes.
    if [[ ! -f "$folder/build.ninja" && ! -f "$folder/Makefile" ]]; then cmake --preset "$preset" -DTRAFFICBENCH_TESTS=OFF || exit 1; fi
    cmake --build --preset "$preset" -j "$(nproc)" --target "$@"
  ) >"$root/$log" 2>&1; then
    tail -n 30 "$root/$log" >&2
    echo "${0##*/}: the build failed; the whole log is $log" >&2
    exit 1
  fi
}

#!/usr/bin/env bash
# Formatting, shell scripts, clang-tidy: what can be checked without running anything.
set -euo pipefail

root="$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")"
# shellcheck source-path=SCRIPTDIR source=packages.sh
source "$root/scripts/packages.sh"
# shellcheck source-path=SCRIPTDIR source=build.sh
source "$root/scripts/build.sh"
# shellcheck source-path=SCRIPTDIR source=quoted.sh
source "$root/scripts/quoted.sh"
cd "$root"

usage() {
  cat <<'HELP' || exit 1
Usage: scripts/lint.sh [--format] [FILE.cpp]...

Installs what is missing, then checks the format of every C++ file (clang-format 14), every shell script (shellcheck) and,
with clang-tidy 22, the given files, else every file of kernels/, drivers/ and bench/.

  --format   corrects the format of every C++ file, and does no more
  --help     this text

Example:
  scripts/lint.sh kernels/threads.cpp

Exit status: 0 nothing found; 1 something found; 2 something is missing, or wrong use.
HELP
}
# files_of PATHSPEC...: the files of this repository, those that are new among them, each ended by a NUL.
files_of() {
  local file
  while IFS= read -r -d '' file; do
    if [[ -f "$file" ]]; then printf '%s\0' "$file"; fi
  done < <(git ls-files -z --cached --others --exclude-standard "$@")
}
cpp_files() { files_of '*.cpp' '*.hpp' '*.c' '*.h'; }

for argument in "$@"; do
  if [[ "$argument" == --help || "$argument" == -h ]]; then
    usage
    exit 0
  fi
  if [[ "$argument" == --format ]]; then
    if (($# > 1)); then
      echo "lint.sh: --format takes no files: it corrects all" >&2
      exit 2
    fi
    command -v clang-format-14 >/dev/null || ensure_packages ci
    cpp_files | xargs -0 -r clang-format-14 -i
    exit 0
  fi
  if [[ "$argument" != *.cpp || ! -f "$argument" ]]; then
    echo "lint.sh: expected --format, --help or a .cpp file of this repository, not $(quoted "$argument")" >&2
    exit 2
  fi
done
ensure_packages build python test ci

echo "== clang-format"
cpp_files | xargs -0 -r clang-format-14 --dry-run --Werror

echo "== shellcheck"
scripts=()
while IFS= read -r -d '' file; do
  if [[ "$file" == *.sh ]] || head -n 1 "$file" | grep -qaE '^#!.*\b(ba)?sh\b'; then scripts+=("$file"); fi
done < <(files_of .ci scripts tests bench)
shellcheck --external-sources "${scripts[@]}"

# With the commands that clang 19 would have, one a file. One of Highway's instruction sets is enough to read the code once. Tests are left
# out: they are macros for the most part; and what needs SimGrid, which this build is without.
echo "== clang-tidy"
start="$SECONDS"
files=("$@")
if ((${#files[@]} == 0)); then
  mapfile -d '' -t files < <(files_of 'kernels/*.cpp' 'drivers/*.cpp' 'bench/*.cpp' \
    ':!drivers/simulate_main.cpp' ':!drivers/ranks/mpi_group_smpi.cpp')
fi
mkdir -p build
choose_generator
if ! cmake --preset clang19 -B build/lint -DTRAFFICBENCH_WERROR=ON -DTRAFFICBENCH_UNITY=OFF >build/clang-tidy.log 2>&1; then
  cat build/clang-tidy.log
  exit 1
fi
options=(-p build/lint --quiet --extra-arg=-DHWY_COMPILE_ONLY_STATIC)
# omp.h, which clang-tidy 22 comes without.
options+=(--extra-arg=-idirafter"$(clang-19 -print-resource-dir)/include")
if ! printf '%s\0' "${files[@]}" |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy-22 "${options[@]}" >build/clang-tidy.log 2>&1; then
  grep -vE '^[0-9]+ warnings? (generated|treated)|^Suppressed|^Use -header-filter|Processing file' build/clang-tidy.log
  echo "lint.sh: clang-tidy found something (above; build/clang-tidy.log)"
  exit 1
fi
echo "   ${#files[@]} files, $((SECONDS - start)) s"

# shellcheck shell=bash
# Sourced by the scripts that install: what they need from the system, and how it gets there.
# The list is packages-debian.txt.

package_list="$(dirname "${BASH_SOURCE[0]}")/packages-debian.txt"

# The packages of the given sections of the list, one a line.
packages_of() {
  local section
  for section in "$@"; do
    awk -v wanted="[$section]" '/^\[/ {here = ($0 == wanted)} here && /^[a-z0-9]/ {print $1}' \
      "$package_list"
  done
}

# Those among the given packages that are not installed, one a line.
missing_packages() {
  local package
  for package in "$@"; do
    # shellcheck disable=SC2016  # dpkg-query's own variable
    [[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] || echo "$package"
  done
}

# Says how somebody who is not root on Debian gets what the build needs.
explain_without_packages() {
  cat >&2 <<'HELP'
Without root:
  Cray     module load PrgEnv-gnu cmake; then cmake --preset release -DCMAKE_C_COMPILER=cc -DCMAKE_CXX_COMPILER=CC
           (compiler and MPI come with the modules; add -DTRAFFICBENCH_HWLOC=OFF if there is no hwloc module;
           the module cray-hdf5-parallel adds the method hdf5 of trafficbench io)
  Spack    spack install cmake mpich hwloc; spack load cmake mpich hwloc; then cmake --preset release
  either   the other libraries are fetched at a pinned version when the system has none; build with
           cmake --build --preset release; on a machine without MPI add -DTRAFFICBENCH_MPI=OFF to the configure line
HELP
}

# ensure_packages SECTION...: installs what is missing of these sections; exits with status 2 if it cannot.
ensure_packages() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    # Not Debian: what matters is whether the tools are there. Libraries are found or fetched by CMake.
    local tool missing_tools=()
    for tool in cmake make c++ git; do
      command -v "$tool" >/dev/null || missing_tools+=("$tool")
    done
    ((${#missing_tools[@]} == 0)) && return 0
    echo "${0##*/}: this is not Debian, and these tools are missing: ${missing_tools[*]}" >&2
    explain_without_packages
    exit 2
  fi
  local wanted missing
  mapfile -t wanted < <(packages_of "$@")
  mapfile -t missing < <(missing_packages "${wanted[@]}")
  ((${#missing[@]} == 0)) && return 0
  local as_root=()
  if ((EUID != 0)); then
    # sudo that would ask for a password can do so on a terminal only.
    if command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
      as_root=(sudo)
    else
      echo "${0##*/}: these packages are missing, and neither root nor sudo is there to install them: ${missing[*]}" >&2
      echo "As root: apt-get install --no-install-recommends ${missing[*]}" >&2
      explain_without_packages
      exit 2
    fi
  fi
  echo "Installing: ${missing[*]}"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600)
  if ! { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null; } </dev/null; then
    echo "${0##*/}: cannot install: ${missing[*]}" >&2
    exit 2
  fi
}

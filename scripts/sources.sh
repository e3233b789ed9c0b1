#!/usr/bin/env bash
# Gets the upstream sources of the fetched dependencies, without the sites that CMake would fetch them from.
set -euo pipefail

root="$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")"
# shellcheck source-path=SCRIPTDIR source=quoted.sh
source "$root/scripts/quoted.sh"

usage() {
  cat <<'HELP'
Usage: scripts/sources.sh FOLDER

Puts the sources of every library that CMake would fetch into FOLDER/<name>, at the pinned versions, from Debian's source
packages (through apt-get, in folders of its own: neither root nor a change of the system is needed), and prints the
-DFETCHCONTENT_SOURCE_DIR_<NAME>=... options for CMake, one a line. What is there already is not downloaded again.

Example:
  scripts/sources.sh build/sources

Exit status: 0 done; 1 a download failed or is not what it should be; 2 wrong use.
HELP
}
if [[ "${1:-}" == --help || "${1:-}" == -h ]]; then
  usage
  exit 0
fi
if (($# != 1)) || [[ -z "$1" || "$1" == -* ]]; then
  echo "sources.sh: expected one folder; see scripts/sources.sh --help" >&2
  exit 2
fi
if ! { mkdir -p -- "$1" && [[ -w "$1" ]] && folder="$(realpath -- "$1")"; } 2>/dev/null; then
  echo "sources.sh: cannot write into the folder $(quoted "$1"): name another" >&2
  exit 2
fi

# NAME as CMake has it, Debian's source package, its tarball, sha256. Five are the very archives that are pinned in
# scripts/cmake/dependencies.cmake; Debian packs the others again, without files it cannot ship.
sources=(
  "HWY highway highway_1.2.0.orig.tar.gz 7e0be78b8318e8bdbf6fa545d2ecb4c90f947df03f7aadc42c1967f019e63343"
  "NLOHMANN_JSON nlohmann-json3 nlohmann-json3_3.11.3.orig.tar.gz 0d8ef5af7f9794e3263480193c491549b2ba6cc74bb018906202ada498a79406"
  "CLI11 cli11 cli11_2.4.1+ds.orig.tar.xz 0b8fbf2398875f15f30a675c7f412123a2aaa38df2863e991de72004fd5f1292"
  "FMT fmtlib fmtlib_10.1.1+ds1.orig.tar.gz 7000f214d2628f04174822f8048c573f1608194408d7931121595a03f1c18a17"
  "XXHASH xxhash xxhash_0.8.1.orig.tar.gz 3bb6b7d6f30c591dd65aaaff1c8b7a5b94d81687998ca9400082c739a690436c"
  "GTEST googletest googletest_1.12.1.orig.tar.gz 81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2"
  "PYBIND11 pybind11 pybind11_2.10.3.orig.tar.gz 5d8c4c5dda428d3a944ba3d2a5212cb988c2fae4670d58075a5a49075a6ca315"
  "BENCHMARK benchmark benchmark_1.9.1.orig.tar.gz 32131c08ee31eeff2c8968d7e874f3cb648034377dfc32a4c377fa8796d84981"
)

# apt-get with sources, lists and cache of its own: Debian 12's and 13's source packages, from the mirror in use here.
apt=(apt-get -qq -o "Dir::Etc::sourcelist=$folder/apt/sources.list" -o Dir::Etc::sourceparts=-
     -o "Dir::State::lists=$folder/apt/lists" -o "Dir::Cache=$folder/apt/cache" -o APT::Sandbox::User=root)
debian_mirror() {
  # shellcheck disable=SC2016  # apt-get's own variables
  apt-get indextargets --format '$(SITE) $(CODENAME)' 'Origin: Debian' 'Label: Debian' |
    awk '$2 == "bookworm" && !seen++ {print $1}'
}
prepare_apt() {
  [[ -f "$folder/apt/ready" ]] && return
  mkdir -p "$folder"/apt/{lists,cache}/partial
  local mirror
  mirror="$(debian_mirror)"
  # A machine whose package lists were never fetched, or were cleaned away, does not know.
  if [[ -z "$mirror" ]] && ((EUID == 0)); then
    apt-get -qq -o DPkg::Lock::Timeout=600 update >&2
    mirror="$(debian_mirror)"
  fi
  if [[ -z "$mirror" ]]; then
    echo "sources.sh: no Debian 12 mirror among this machine's package sources; run apt-get update as root first" >&2
    exit 1
  fi
  for suite in bookworm trixie; do
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main"
  done >"$folder/apt/sources.list"
  "${apt[@]}" update >&2
  touch "$folder/apt/ready"
}

for line in "${sources[@]}"; do
  read -r name package tarball hash <<<"$line"
  if [[ ! -f "$folder/$tarball.unpacked" ]]; then
    prepare_apt
    version="${tarball#*_}"
    version="${version%.orig.tar.*}"
    # The exact Debian revision of that upstream version. All is read, lest apt-cache die of a closed pipe.
    revision="$("${apt[@]/apt-get/apt-cache}" showsrc "$package" |
      awk -v wanted="$version-" '$1 == "Version:" && index($2, wanted) == 1 && !seen++ {print $2}')"
    (cd "$folder" && "${apt[@]}" source --tar-only --download-only "$package=$revision" >&2)
    if ! (cd "$folder" && sha256sum --quiet --check <<<"$hash  $tarball" >&2); then
      echo "sources.sh: $tarball does not have the pinned checksum" >&2
      exit 1
    fi
    rm -rf "${folder:?}/$name"
    mkdir "$folder/$name"
    tar -xf "$folder/$tarball" -C "$folder/$name" --strip-components=1
    touch "$folder/$tarball.unpacked"
  fi
  echo "-DFETCHCONTENT_SOURCE_DIR_$name=$folder/$name"
done

# What the suite is built on: from the system first, else fetched at a pinned version and hash.
#
# -DFETCHCONTENT_TRY_FIND_PACKAGE_MODE=NEVER      fetches everything, whatever the system has
# -DFETCHCONTENT_SOURCE_DIR_<NAME>=<folder>       takes one from a local folder; <NAME> is HWY, NLOHMANN_JSON, CLI11, FMT,
#                                                 XXHASH, GTEST, BENCHMARK or PYBIND11 (a machine without a network needs all)
include(FetchContent)
include(${CMAKE_CURRENT_LIST_DIR}/openmp.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/mpi.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/hdf5.cmake)

if(POLICY CMP0135)
  cmake_policy(SET CMP0135 NEW)  # files of an archive get the time of extraction: a new pin rebuilds what it must
endif()

# Makes one dependency available, as the targets named after it, and says where it came from.
function(trafficbench_require name)
  FetchContent_MakeAvailable(${name})
  string(TOLOWER ${name} lower_name)
  if(NOT ${lower_name}_SOURCE_DIR)
    message(STATUS "${name}: system, ${${name}_VERSION}")
    return()
  endif()
  message(STATUS "${name}: built from ${${lower_name}_SOURCE_DIR}")
  # Only what our own targets need is built, and nothing of it installed.
  set_property(DIRECTORY ${${lower_name}_SOURCE_DIR} PROPERTY EXCLUDE_FROM_ALL ON)
  foreach(target IN LISTS ARGN)
    get_target_property(type ${target} TYPE)
    if(NOT type STREQUAL "INTERFACE_LIBRARY")
      target_compile_options(${target} PRIVATE -w)  # its warnings are its authors' business
    endif()
    # Its headers count as system headers, so that warnings stay about our code. (SYSTEM in FetchContent_Declare needs
    # CMake 3.25.)
    get_target_property(folders ${target} INTERFACE_INCLUDE_DIRECTORIES)
    set_target_properties(${target} PROPERTIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${folders}")
  endforeach()
endfunction()

# A function, because the options set first are names of other projects.
function(trafficbench_dependencies)
  set(BUILD_SHARED_LIBS OFF)
  set(BUILD_TESTING OFF)
  set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)
  set(CMAKE_POLICY_VERSION_MINIMUM 3.5)  # CMake 4 refuses older projects otherwise
  set(CMAKE_WARN_DEPRECATED OFF)
  set(HWY_ENABLE_CONTRIB OFF)
  set(HWY_ENABLE_EXAMPLES OFF)
  set(HWY_ENABLE_INSTALL OFF)
  set(HWY_ENABLE_TESTS OFF)
  set(JSON_BuildTests OFF)
  set(JSON_Install OFF)
  set(CLI11_BUILD_DOCS OFF)
  set(CLI11_BUILD_EXAMPLES OFF)
  set(CLI11_BUILD_TESTS OFF)
  set(CLI11_INSTALL OFF)
  set(FMT_INSTALL OFF)
  set(INSTALL_GTEST OFF)
  set(BENCHMARK_ENABLE_GTEST_TESTS OFF)
  set(BENCHMARK_ENABLE_INSTALL OFF)
  set(BENCHMARK_ENABLE_TESTING OFF)
  set(BENCHMARK_ENABLE_WERROR OFF)
  set(BENCHMARK_INSTALL_DOCS OFF)

  # Highway: run-time choice of the instruction set.
  FetchContent_Declare(hwy
    URL https://github.com/google/highway/archive/refs/tags/1.2.0.tar.gz
    URL_HASH SHA256=7e0be78b8318e8bdbf6fa545d2ecb4c90f947df03f7aadc42c1967f019e63343
    FIND_PACKAGE_ARGS 1.0.3 CONFIG GLOBAL)
  trafficbench_require(hwy hwy)
  if(NOT TARGET hwy::hwy)
    add_library(hwy::hwy ALIAS hwy)
  endif()

  FetchContent_Declare(nlohmann_json
    URL https://github.com/nlohmann/json/archive/refs/tags/v3.11.3.tar.gz
    URL_HASH SHA256=0d8ef5af7f9794e3263480193c491549b2ba6cc74bb018906202ada498a79406
    FIND_PACKAGE_ARGS 3.11 CONFIG GLOBAL)
  trafficbench_require(nlohmann_json nlohmann_json)

  FetchContent_Declare(CLI11
    URL https://github.com/CLIUtils/CLI11/archive/v2.4.1.tar.gz
    URL_HASH SHA256=73b7ec52261ce8fe980a29df6b4ceb66243bb0b779451dbd3d014cfec9fdbb58
    FIND_PACKAGE_ARGS 2.1 CONFIG GLOBAL)
  trafficbench_require(CLI11 CLI11)

  FetchContent_Declare(fmt
    URL https://github.com/fmtlib/fmt/releases/download/10.1.1/fmt-10.1.1.zip
    URL_HASH SHA256=b84e58a310c9b50196cda48d5678d5fa0849bca19e5fdba6b684f0ee93ed9d1b
    FIND_PACKAGE_ARGS 9.0 CONFIG GLOBAL)
  trafficbench_require(fmt fmt)

  if(TRAFFICBENCH_TESTS)
    FetchContent_Declare(GTest
      URL https://github.com/google/googletest/archive/refs/tags/release-1.12.1.tar.gz
      URL_HASH SHA256=81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2
      FIND_PACKAGE_ARGS 1.11 CONFIG GLOBAL)
    trafficbench_require(GTest gtest gtest_main)
  endif()

  if(TRAFFICBENCH_BENCH)
    FetchContent_Declare(benchmark
      URL https://github.com/google/benchmark/archive/refs/tags/v1.9.1.tar.gz
      URL_HASH SHA256=32131c08ee31eeff2c8968d7e874f3cb648034377dfc32a4c377fa8796d84981
      FIND_PACKAGE_ARGS 1.7 CONFIG GLOBAL)
    trafficbench_require(benchmark benchmark benchmark_main)
  endif()
endfunction()
trafficbench_dependencies()

# Makes what is headers only, and no CMake project, available as trafficbench::<name>: from the system where it has that
# header, else fetched; `folder` is where the headers lie in its archive.
function(trafficbench_headers name header folder url hash)
  string(TOUPPER ${name} upper_name)
  if(NOT FETCHCONTENT_SOURCE_DIR_${upper_name} AND NOT FETCHCONTENT_TRY_FIND_PACKAGE_MODE STREQUAL "NEVER")
    find_path(${upper_name}_INCLUDE_DIR ${header})
  endif()
  set(headers ${${upper_name}_INCLUDE_DIR})
  if(NOT headers)
    FetchContent_Declare(${name} URL ${url} URL_HASH SHA256=${hash})
    FetchContent_MakeAvailable(${name})
    set(headers ${${name}_SOURCE_DIR}/${folder})
  endif()
  message(STATUS "${name}: ${headers}")
  add_library(trafficbench_${name} INTERFACE)
  add_library(trafficbench::${name} ALIAS trafficbench_${name})
  target_include_directories(trafficbench_${name} SYSTEM INTERFACE ${headers})
endfunction()

trafficbench_headers(xxhash xxhash.h .
  https://github.com/Cyan4973/xxHash/archive/refs/tags/v0.8.1.tar.gz
  3bb6b7d6f30c591dd65aaaff1c8b7a5b94d81687998ca9400082c739a690436c)

# hwloc is too large a build to fetch; it can do without.
if(TRAFFICBENCH_HWLOC)
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(hwloc IMPORTED_TARGET hwloc>=2.0)
  endif()
  if(NOT hwloc_FOUND)
    message(FATAL_ERROR "hwloc 2.0 or later was not found by pkg-config. Install it (Debian: libhwloc-dev and pkg-config; "
                        "Spack: spack install hwloc; spack load hwloc), or do without: -DTRAFFICBENCH_HWLOC=OFF")
  endif()
endif()

# Pictures of a road: without libpng they are PGM, which needs no library.
if(TRAFFICBENCH_PNG)
  find_package(PNG 1.6 QUIET)
endif()
if(TARGET PNG::PNG)
  message(STATUS "libpng: ${PNG_VERSION_STRING}")
else()
  message(STATUS "libpng: none, pictures are PGM")
endif()

include(${CMAKE_CURRENT_LIST_DIR}/python.cmake)

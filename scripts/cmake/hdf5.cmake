# Parallel HDF5, made with the MPI of this build: trafficbench::hdf5 where there is one.
#
# A Cray's compiler wrapper knows the one of the module cray-hdf5-parallel. Debian has one for each MPI, which pkg-config calls
# hdf5-mpich and hdf5-openmpi. Elsewhere (Spack, modules) pkg-config or the folder lead to it that CMAKE_PREFIX_PATH, HDF5_ROOT or
# HDF5_DIR name.
# What is found is tried: a serial HDF5 is passed over, and so is one that brings another MPI with it.

function(trafficbench_try_hdf5 works)
  set(folder ${PROJECT_BINARY_DIR}/CMakeFiles/trafficbench_hdf5)
  file(WRITE ${folder}/version.cpp [=[
#include <dlfcn.h>
#include <hdf5.h>
#include <cstdio>
#if !defined(H5_HAVE_PARALLEL) || !H5_VERSION_GE(1, 10, 0)
#error serial, or older than 1.10
#endif
int main() {
  H5Pset_coll_metadata_write(H5Pcreate(H5P_FILE_ACCESS), true);
  // A program that has the one has the other MPI only through HDF5.
#ifdef OPEN_MPI
  const char* const other = "MPIR_Dup_fn";
#else
  const char* const other = "ompi_mpi_comm_world";
#endif
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  std::printf("VERSION %u.%u.%u\n", major, minor, release);
  return dlsym(RTLD_DEFAULT, other) == nullptr ? 0 : 1;
}
]=])
  set(${works} FALSE PARENT_SCOPE)
  try_compile(compiled ${folder} ${folder}/version.cpp LINK_LIBRARIES ${ARGN} MPI::MPI_CXX ${CMAKE_DL_LIBS}
              COPY_FILE ${folder}/version)
  set(is_there ${compiled})
  unset(compiled CACHE)
  if(NOT is_there)
    return()
  endif()
  set(version "version unknown")
  if(NOT CMAKE_CROSSCOMPILING)
    execute_process(COMMAND ${folder}/version OUTPUT_VARIABLE said ERROR_QUIET TIMEOUT 20 RESULT_VARIABLE status)
    if(NOT status STREQUAL "0")
      return()
    endif()
    string(REGEX REPLACE "VERSION ([^\n]*).*" "\\1" version "${said}")
  endif()
  set(${works} TRUE PARENT_SCOPE)
  set(version ${version} PARENT_SCOPE)
endfunction()

function(trafficbench_find_hdf5)
  set(libraries "")
  trafficbench_try_hdf5(works)
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    foreach(module IN ITEMS hdf5-${TRAFFICBENCH_MPI_FAMILY} hdf5)
      if(NOT works)
        pkg_check_modules(${module} QUIET IMPORTED_TARGET ${module})
        if(${module}_FOUND)
          set(libraries PkgConfig::${module})
          trafficbench_try_hdf5(works ${libraries})
        endif()
      endif()
    endforeach()
  endif()
  if(NOT works)
    find_path(TRAFFICBENCH_HDF5_HEADERS hdf5.h HINTS ENV HDF5_ROOT ENV HDF5_DIR ${HDF5_ROOT} PATH_SUFFIXES include)
    find_library(TRAFFICBENCH_HDF5_LIBRARY hdf5 HINTS ENV HDF5_ROOT ENV HDF5_DIR ${HDF5_ROOT} PATH_SUFFIXES lib lib64)
    mark_as_advanced(TRAFFICBENCH_HDF5_HEADERS TRAFFICBENCH_HDF5_LIBRARY)
    if(TRAFFICBENCH_HDF5_HEADERS AND TRAFFICBENCH_HDF5_LIBRARY)
      add_library(trafficbench_hdf5_found UNKNOWN IMPORTED)
      set_target_properties(trafficbench_hdf5_found PROPERTIES IMPORTED_LOCATION ${TRAFFICBENCH_HDF5_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${TRAFFICBENCH_HDF5_HEADERS})
      set(libraries trafficbench_hdf5_found)
      trafficbench_try_hdf5(works ${libraries})
    endif()
  endif()
  if(NOT works)
    message(STATUS "HDF5: none that is parallel and made with this MPI, roads are written without")
    return()
  endif()
  message(STATUS "HDF5: ${version}")
  add_library(trafficbench_hdf5 INTERFACE)
  add_library(trafficbench::hdf5 ALIAS trafficbench_hdf5)
  target_link_libraries(trafficbench_hdf5 INTERFACE ${libraries} MPI::MPI_CXX)
endfunction()

if(TRAFFICBENCH_MPI AND TRAFFICBENCH_HDF5)
  trafficbench_find_hdf5()
endif()

# OpenMP for the compiler in use.
#
# Debian cannot install the OpenMP of two LLVM versions side by side. A clang without its own omp.h is lent that of another
# version: the header alone (the folder it lies in also holds that compiler's intrinsics) and the library, whose interface
# has only ever been added to.
if(CMAKE_CXX_COMPILER_ID MATCHES "^(Clang|AppleClang)$" AND NOT OpenMP_CXX_FLAGS)
  include(CheckIncludeFileCXX)
  set(CMAKE_REQUIRED_FLAGS -fopenmp)
  check_include_file_cxx(omp.h TRAFFICBENCH_COMPILER_HAS_OMP_H)
  unset(CMAKE_REQUIRED_FLAGS)
  if(NOT TRAFFICBENCH_COMPILER_HAS_OMP_H)
    file(GLOB llvm_folders /usr/lib/llvm-*)
    list(SORT llvm_folders COMPARE NATURAL ORDER DESCENDING)
    foreach(llvm IN LISTS llvm_folders)
      file(GLOB header ${llvm}/lib/clang/*/include/omp.h)
      if(header AND EXISTS ${llvm}/lib/libomp.so)
        list(GET header 0 header)
        file(COPY ${header} DESTINATION ${PROJECT_BINARY_DIR}/openmp)
        set(OpenMP_CXX_FLAGS "-fopenmp=libomp -isystem ${PROJECT_BINARY_DIR}/openmp"
            CACHE STRING "Flags for OpenMP" FORCE)
        set(OpenMP_CXX_LIB_NAMES omp CACHE STRING "Libraries for OpenMP" FORCE)
        set(OpenMP_omp_LIBRARY ${llvm}/lib/libomp.so CACHE FILEPATH "OpenMP library" FORCE)
        message(STATUS "OpenMP: ${header} and ${llvm}/lib/libomp.so, for want of this compiler's own")
        break()
      endif()
    endforeach()
  endif()
endif()
find_package(OpenMP REQUIRED COMPONENTS CXX)

# MPI: headers, library and launcher of one and the same installation.
#
# With two MPIs on a machine, FindMPI may take the compiler wrapper of one and the launcher of the other: every rank then
# thinks it is alone. So a choice is made where there is one, what was found is compared, and said.
#
# Sets MPI::MPI_CXX, MPIEXEC_EXECUTABLE and
#   TRAFFICBENCH_MPI_FAMILY     mpich, openmpi, intel or unknown; none without MPI
#   TRAFFICBENCH_MPIEXEC_FLAGS  what the launcher is to be given, whatever it starts, as a list
# and writes bin/trafficbench-mpiexec, which is that launcher.

set(TRAFFICBENCH_MPI_FAMILY none)
set(TRAFFICBENCH_MPIEXEC_FLAGS "")

# What a header or a launcher calls its MPI -> its family, and "a.b.c" out of the rest.
function(trafficbench_mpi_family text family version)
  set(${version} "" PARENT_SCOPE)
  if(text MATCHES "[0-9]+\\.[0-9]+[.0-9a-z]*")
    set(${version} ${CMAKE_MATCH_0} PARENT_SCOPE)
  endif()
  if(text MATCHES "Intel\\(R\\) MPI|I_MPI")
    set(${family} intel PARENT_SCOPE)
  elseif(text MATCHES "Open ?MPI|OpenRTE|OPEN MPI|PRRTE|prte")
    set(${family} openmpi PARENT_SCOPE)
  elseif(text MATCHES "MPICH|MVAPICH|HYDRA|Hydra")
    set(${family} mpich PARENT_SCOPE)
  elseif(text MATCHES "[Ss]lurm|srun|aprun|ALPS|PALS|jsrun|flux")
    set(${family} site PARENT_SCOPE)
  else()
    set(${family} unknown PARENT_SCOPE)
  endif()
endfunction()

function(trafficbench_choose_mpi)
  set(hints "")
  foreach(hint MPI_EXECUTABLE_SUFFIX MPI_HOME MPI_ROOT MPI_CXX_COMPILER MPI_C_COMPILER MPI_GUESS_LIBRARY_NAME
               MPI_COMPILER_FLAGS MPIEXEC_EXECUTABLE MPI_CXX_LIB_NAMES)
    if(DEFINED ${hint} AND NOT "${${hint}}" STREQUAL "")
      list(APPEND hints ${hint})
    endif()
  endforeach()
  if(DEFINED ENV{MPI_HOME} OR DEFINED ENV{MPI_ROOT} OR DEFINED ENV{I_MPI_ROOT} OR DEFINED ENV{CRAYPE_VERSION})
    list(APPEND hints environment)
  endif()
  get_filename_component(compiler "${CMAKE_CXX_COMPILER}" NAME)
  if(hints OR compiler MATCHES "^(CC|mpi.*)$")
    return()
  endif()
  find_program(wrapper mpicxx.mpich NO_CACHE)
  if(wrapper)
    set(MPI_EXECUTABLE_SUFFIX .mpich CACHE STRING "Ending of the names of the MPI compiler and launcher")
  endif()
endfunction()

function(trafficbench_check_mpi)
  # The headers, by a text in a compiled file, which needs no run; the library, by a run, where this machine can.
  set(folder ${PROJECT_BINARY_DIR}/CMakeFiles/trafficbench_mpi)
  file(WRITE ${folder}/version.cpp [=[
#include <mpi.h>
#include <cstdio>
#define TEXT(number) TEXT_OF(number)
#define TEXT_OF(number) #number
#if defined(I_MPI_VERSION)
const char* const header = "HEADER Intel(R) MPI " I_MPI_VERSION;
#elif defined(OPEN_MPI)
const char* const header =
    "HEADER Open MPI " TEXT(OMPI_MAJOR_VERSION) "." TEXT(OMPI_MINOR_VERSION) "." TEXT(OMPI_RELEASE_VERSION);
#elif defined(MPICH_VERSION)
const char* const header = "HEADER MPICH " MPICH_VERSION;
#else
const char* const header = "HEADER unknown";
#endif
int main() {
  // Allowed before MPI_Init.
  char library[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(library, &length);
  std::printf("%s\nLIBRARY %s\n", header, library);
}
]=])
  try_compile(compiled ${folder} ${folder}/version.cpp LINK_LIBRARIES MPI::MPI_CXX
              OUTPUT_VARIABLE compile_output COPY_FILE ${folder}/version)
  if(NOT compiled)
    unset(compiled CACHE)
    message(FATAL_ERROR "MPI: a program of a few lines does not build with the MPI found at ${MPI_CXX_INCLUDE_DIRS}:\n"
                        "${compile_output}\nName one: -DMPI_EXECUTABLE_SUFFIX=.mpich, or -DMPI_CXX_COMPILER=<wrapper>; or "
                        "do without: -DTRAFFICBENCH_MPI=OFF")
  endif()
  unset(compiled CACHE)
  file(STRINGS ${folder}/version header REGEX "HEADER ")
  string(REGEX MATCH "HEADER ([^;]*)" header "${header}")
  set(header "${CMAKE_MATCH_1}")
  set(library "")
  if(NOT CMAKE_CROSSCOMPILING)
    execute_process(COMMAND ${folder}/version OUTPUT_VARIABLE library ERROR_QUIET TIMEOUT 20)
    string(REGEX MATCH "LIBRARY ([^\n]*)" library "${library}")
    set(library "${CMAKE_MATCH_1}")
  endif()
  trafficbench_mpi_family("${header}" header_family header_version)
  trafficbench_mpi_family("${library}" library_family library_version)

  set(launcher "")
  if(MPIEXEC_EXECUTABLE)
    execute_process(COMMAND ${MPIEXEC_EXECUTABLE} --version OUTPUT_VARIABLE launcher ERROR_VARIABLE launcher
                    TIMEOUT 20 RESULT_VARIABLE launcher_status)
    get_filename_component(launcher_name ${MPIEXEC_EXECUTABLE} NAME)
    if(launcher_name MATCHES "^(srun|aprun|jsrun|flux)")
      set(launcher "site launcher srun")
    endif()
  endif()
  trafficbench_mpi_family("${launcher}" launcher_family launcher_version)

  set(how "Take one: -DMPI_EXECUTABLE_SUFFIX=.mpich or .openmpi (Debian), -DMPI_HOME=<prefix>, or -DMPI_CXX_COMPILER=<wrapper> \
-DMPIEXEC_EXECUTABLE=<launcher>, in an empty build folder; or do without MPI: -DTRAFFICBENCH_MPI=OFF")
  set(known mpich openmpi intel)
  if(header_family IN_LIST known AND library_family IN_LIST known AND NOT header_family STREQUAL library_family)
    message(FATAL_ERROR "MPI: the headers are ${header}, but the library is ${library}. ${how}")
  endif()
  # Intel MPI and MPICH are started in the same way; a site launcher starts any.
  if(header_family IN_LIST known AND launcher_family IN_LIST known AND NOT header_family STREQUAL launcher_family
     AND (header_family STREQUAL "openmpi" OR launcher_family STREQUAL "openmpi"))
    message(FATAL_ERROR "MPI: headers and library are ${header}, but the launcher ${MPIEXEC_EXECUTABLE} is of "
                        "${launcher_family} ${launcher_version}; each rank would think it is alone. ${how}")
  endif()
  if(header_family STREQUAL "unknown")
    set(header "an MPI that is neither MPICH, Open MPI nor Intel's")
  endif()
  set(note "")
  if(NOT MPIEXEC_EXECUTABLE)
    set(note " (no launcher found: give -DMPIEXEC_EXECUTABLE)")
  elseif(launcher_family STREQUAL "site")
    set(note " (site launcher, not checked)")
  elseif(launcher_family STREQUAL "unknown")
    set(note " (does not say of which MPI)")
  endif()
  set(TRAFFICBENCH_MPI_FAMILY ${header_family} PARENT_SCOPE)

  # Unbound: the program binds its ranks and threads itself.
  set(flags "")
  if(launcher_family STREQUAL "openmpi" OR launcher_family STREQUAL "mpich")
    set(flags --bind-to none)
  elseif(launcher_family STREQUAL "intel")
    set(flags -genv I_MPI_PIN off)
  elseif(launcher_name MATCHES "^srun")
    set(flags --cpu-bind=none)
  elseif(launcher_name MATCHES "^aprun")
    set(flags -cc none)
  elseif(MPIEXEC_EXECUTABLE)
    set(note "${note}; how it leaves ranks unbound is not known here: tell it yourself")
  endif()
  message(STATUS "MPI: ${header}, launcher ${MPIEXEC_EXECUTABLE}${note}")
  set(TRAFFICBENCH_MPIEXEC_FLAGS ${flags} PARENT_SCOPE)
endfunction()

if(TRAFFICBENCH_MPI)
  trafficbench_choose_mpi()
  set(MPI_CXX_SKIP_MPICXX ON)  # the C interface is all that is used
  find_package(MPI COMPONENTS CXX)
  if(NOT MPI_CXX_FOUND)
    message(FATAL_ERROR "MPI was not found. Install one (Debian: mpich and libmpich-dev; Spack: spack install mpich; spack load "
                        "mpich; on a Cray take the compiler wrapper: -DCMAKE_CXX_COMPILER=CC -DCMAKE_C_COMPILER=cc), or build "
                        "without: -DTRAFFICBENCH_MPI=OFF")
  endif()
  trafficbench_check_mpi()
else()
  message(STATUS "MPI: off, one rank")
endif()

# A word that the shell reads as it is.
function(trafficbench_shell_word text word)
  string(REPLACE "'" "'\\''" text "${text}")
  set(${word} "'${text}'" PARENT_SCOPE)
endfunction()

# For people, beside the program, wherever the generator has its configurations; installed too.
list(JOIN TRAFFICBENCH_MPIEXEC_FLAGS " " flags)
if(NOT MPIEXEC_EXECUTABLE)
  set(MPIEXEC_EXECUTABLE "")  # not "...-NOTFOUND"
endif()
trafficbench_shell_word("${MPIEXEC_EXECUTABLE}" launcher_word)
set(launcher ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/trafficbench-mpiexec)
configure_file(${CMAKE_CURRENT_LIST_DIR}/trafficbench-mpiexec.in "${launcher}" @ONLY)
foreach(configuration IN LISTS CMAKE_CONFIGURATION_TYPES)
  if(NOT configuration STREQUAL "Release")
    configure_file(${CMAKE_CURRENT_LIST_DIR}/trafficbench-mpiexec.in
                   "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${configuration}/trafficbench-mpiexec" @ONLY)
  endif()
endforeach()
# For scripts/run.sh: how to start the program, as an array of the shell.
set(launcher_words "")
if(TRAFFICBENCH_MPI)
  trafficbench_shell_word("${launcher}" launcher_words)
  string(APPEND launcher_words " '${MPIEXEC_NUMPROC_FLAG}'")
endif()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/launcher.sh @ONLY CONTENT
  "# Written by CMake: the launcher, up to the number of ranks.\nmpi_family=@TRAFFICBENCH_MPI_FAMILY@\nlauncher=(@launcher_words@)\n")
install(PROGRAMS "${launcher}" TYPE BIN)

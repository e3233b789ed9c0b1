# The Python that the module trafficbench is built for, and pybind11: TRAFFICBENCH_BUILDS_PYTHON says whether it is.
#
# The python3 on the path need not be the one that has the system's packages: -DPython_EXECUTABLE=PATH names another.
set(TRAFFICBENCH_BUILDS_PYTHON OFF)

# What to do where something is missing: with AUTO, without the module.
function(trafficbench_no_python why)
  if(NOT TRAFFICBENCH_PYTHON_MODULE STREQUAL "AUTO")
    message(FATAL_ERROR "The Python module cannot be built: ${why}. Install it, or do without: -DTRAFFICBENCH_PYTHON_MODULE=OFF")
  endif()
  message(STATUS "Python module: none, ${why}")
endfunction()

if(NOT TRAFFICBENCH_PYTHON_MODULE MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "TRAFFICBENCH_PYTHON_MODULE is ${TRAFFICBENCH_PYTHON_MODULE}: it is AUTO, ON or OFF")
endif()
if(TRAFFICBENCH_PYTHON_MODULE STREQUAL "OFF")
  return()
endif()
if(TRAFFICBENCH_PYTHON_MODULE STREQUAL "AUTO" AND (CMAKE_CROSSCOMPILING OR CMAKE_CXX_FLAGS MATCHES "-fsanitize="))
  message(STATUS "Python module: none, in this kind of build")
  return()
endif()

if(NOT Python_EXECUTABLE)
  foreach(candidate IN ITEMS ${TRAFFICBENCH_PYTHON} /usr/bin/python3)
    execute_process(COMMAND ${candidate} -c "import numpy" RESULT_VARIABLE lacks OUTPUT_QUIET ERROR_QUIET)
    if(lacks STREQUAL "0")
      set(Python_EXECUTABLE ${candidate})
      break()
    endif()
  endforeach()
endif()
find_package(Python 3.9 QUIET COMPONENTS Interpreter Development.Module)
if(NOT Python_FOUND)
  trafficbench_no_python("there is no Python 3.9 or later with its headers (Debian: python3-dev)")
  return()
endif()

# The first pybind11 that knows this Python.
if(Python_VERSION VERSION_GREATER_EQUAL 3.13)
  set(oldest_pybind11 2.13)
elseif(Python_VERSION VERSION_GREATER_EQUAL 3.12)
  set(oldest_pybind11 2.11)
else()
  set(oldest_pybind11 2.10)
endif()
set(PYBIND11_FINDPYTHON ON)
# AUTO fetches nothing, unless from a folder that was named.
if(NOT TRAFFICBENCH_PYTHON_MODULE STREQUAL "ON" AND NOT FETCHCONTENT_SOURCE_DIR_PYBIND11)
  if(FETCHCONTENT_TRY_FIND_PACKAGE_MODE STREQUAL "NEVER")
    message(STATUS "Python module: none; -DTRAFFICBENCH_PYTHON_MODULE=ON fetches pybind11")
    return()
  endif()
  find_package(pybind11 ${oldest_pybind11} QUIET CONFIG)
  if(NOT pybind11_FOUND)
    trafficbench_no_python("there is no pybind11 ${oldest_pybind11} or later (Debian: pybind11-dev; -DTRAFFICBENCH_PYTHON_MODULE=ON fetches it)")
    return()
  endif()
endif()
FetchContent_Declare(pybind11
  URL https://github.com/pybind/pybind11/archive/refs/tags/v2.13.6.tar.gz
  URL_HASH SHA256=e08cb87f4773da97fa7b5f035de8763abc656d87d5773e62f6da0587d1f0ec20
  FIND_PACKAGE_ARGS ${oldest_pybind11} CONFIG)
trafficbench_require(pybind11)
message(STATUS "Python module: for ${Python_EXECUTABLE}, ${Python_VERSION}")
set(TRAFFICBENCH_BUILDS_PYTHON ON)

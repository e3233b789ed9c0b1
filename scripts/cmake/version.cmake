# trafficbench::version: the header version_info.hpp, with what this build is.
#
# The commit is looked up whenever something is built; the header is written only if it changed, so that nothing is
# compiled again without need. Also run as a script (cmake -P), by that build step.
if(CMAKE_SCRIPT_MODE_FILE)
  set(TRAFFICBENCH_COMMIT unknown)
  if(GIT_EXECUTABLE)
    # Only in a checkout of its own: not in an unpacked archive that lies within another project's.
    execute_process(COMMAND ${GIT_EXECUTABLE} -C ${SOURCE_DIR} rev-parse --show-toplevel
                    OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    file(REAL_PATH ${SOURCE_DIR} here)
    if(top STREQUAL here)
      execute_process(COMMAND ${GIT_EXECUTABLE} -C ${SOURCE_DIR} describe --always --dirty --abbrev=12 --exclude=*
                      OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
      if(NOT failed)
        set(TRAFFICBENCH_COMMIT ${commit})
      endif()
    endif()
  endif()
  configure_file(${TEMPLATE} ${HEADER} @ONLY)
  return()
endif()

find_package(Git QUIET)
set(TRAFFICBENCH_COMPILER "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
set(TRAFFICBENCH_COMMIT_PLACE "@TRAFFICBENCH_COMMIT@")
# A generator of several configurations builds each with a header of its own.
get_property(several GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(several)
  set(configurations ${CMAKE_CONFIGURATION_TYPES})
elseif(CMAKE_BUILD_TYPE)
  set(configurations ${CMAKE_BUILD_TYPE})
else()
  set(configurations none)
endif()
foreach(TRAFFICBENCH_BUILD_TYPE IN LISTS configurations)
  string(TOUPPER "${TRAFFICBENCH_BUILD_TYPE}" build_type)
  set(TRAFFICBENCH_FLAGS "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}}")
  # What CMake adds by itself where it is asked for by name.
  if(CMAKE_POSITION_INDEPENDENT_CODE)
    string(APPEND TRAFFICBENCH_FLAGS " ${CMAKE_CXX_COMPILE_OPTIONS_PIC}")
  endif()
  set(link_time ${CMAKE_INTERPROCEDURAL_OPTIMIZATION})
  if(DEFINED CMAKE_INTERPROCEDURAL_OPTIMIZATION_${build_type})
    set(link_time ${CMAKE_INTERPROCEDURAL_OPTIMIZATION_${build_type}})
  endif()
  if(link_time)
    string(APPEND TRAFFICBENCH_FLAGS " ${CMAKE_CXX_COMPILE_OPTIONS_IPO}")
  endif()
  get_directory_property(of_directory COMPILE_OPTIONS)
  string(APPEND TRAFFICBENCH_FLAGS " ${of_directory}")
  string(REGEX REPLACE "[; ]+" " " TRAFFICBENCH_FLAGS "${TRAFFICBENCH_FLAGS}")
  string(STRIP "${TRAFFICBENCH_FLAGS}" TRAFFICBENCH_FLAGS)
  if(NOT TRAFFICBENCH_FLAGS MATCHES "(^| )-O([1-9sgz]|fast|)($| )" AND NOT TRAFFICBENCH_BUILD_TYPE STREQUAL "Debug")
    message(WARNING "CMAKE_BUILD_TYPE is ${TRAFFICBENCH_BUILD_TYPE}, and the flags are '${TRAFFICBENCH_FLAGS}': without "
                    "optimisation rates say little. Take -DCMAKE_BUILD_TYPE=Release, or -O3 among -DCMAKE_CXX_FLAGS")
  endif()
  string(REGEX REPLACE "([\\\\\"])" "\\\\\\1" TRAFFICBENCH_FLAGS "${TRAFFICBENCH_FLAGS}")
  # In two steps: what configure knows, then the commit.
  configure_file(${CMAKE_CURRENT_LIST_DIR}/version_info.hpp.in
                 ${PROJECT_BINARY_DIR}/generated/${TRAFFICBENCH_BUILD_TYPE}/version_info.hpp.in @ONLY)
endforeach()
function(set_write_version_info folder)
  set(write_version_info
      ${CMAKE_COMMAND} -D SOURCE_DIR=${PROJECT_SOURCE_DIR} -D GIT_EXECUTABLE=${GIT_EXECUTABLE}
      -D TEMPLATE=${folder}/version_info.hpp.in -D HEADER=${folder}/include/version_info.hpp
      -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE} PARENT_SCOPE)
endfunction()
foreach(configuration IN LISTS configurations)
  set_write_version_info(${PROJECT_BINARY_DIR}/generated/${configuration})
  execute_process(COMMAND ${write_version_info})  # so that tools which only configure see it too
endforeach()
set(folder ${PROJECT_BINARY_DIR}/generated/$<IF:$<BOOL:$<CONFIG>>,$<CONFIG>,none>)
set_write_version_info(${folder})
add_custom_target(trafficbench_commit COMMAND ${write_version_info} VERBATIM
                  BYPRODUCTS ${folder}/include/version_info.hpp COMMENT "")
add_library(trafficbench_version INTERFACE)
add_library(trafficbench::version ALIAS trafficbench_version)
target_include_directories(trafficbench_version INTERFACE ${folder}/include)
add_dependencies(trafficbench_version trafficbench_commit)

# The commit this tree was built from, found at configure time; "unknown" outside a checkout.
find_package(Git QUIET)
set(TRAFFICBENCH_COMMIT "unknown")
if(Git_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} -C ${PROJECT_SOURCE_DIR} describe --always --dirty --abbrev=12 --exclude=*
                  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(TRAFFICBENCH_COMMIT ${commit})
  endif()
endif()

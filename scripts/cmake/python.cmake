# Python for the tests: an interpreter that has pytest and jsonschema. The first on the path may be one without the system's
# packages, so /usr/bin is looked at too. Leaves the choice in Python3_EXECUTABLE, where find_package(Python3) takes it from.
if(TRAFFICBENCH_TESTS AND NOT Python3_EXECUTABLE)
  find_program(python_on_path python3 NO_CACHE)
  foreach(python ${python_on_path} /usr/bin/python3)
    execute_process(COMMAND ${python} -c "import jsonschema, pytest" RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
    if(NOT failed)
      set(Python3_EXECUTABLE ${python} CACHE FILEPATH "Python interpreter with pytest and jsonschema")
      message(STATUS "Python: ${python}")
      break()
    endif()
  endforeach()
  if(NOT Python3_EXECUTABLE)
    message(WARNING "No Python with pytest and jsonschema: the tests of the program and of its reports are left out "
                    "(Debian: python3-pytest python3-jsonschema; or name one: -DPython3_EXECUTABLE=...)")
  endif()
endif()

# One set of warnings for all of the suite's own code.
add_library(trafficbench_warnings INTERFACE)
add_library(trafficbench::warnings ALIAS trafficbench_warnings)
target_compile_options(trafficbench_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  $<$<BOOL:${TRAFFICBENCH_WERROR}>:-Werror>)

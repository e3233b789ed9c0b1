# One set of warnings for all of the suite's own code.
add_library(trafficbench_warnings INTERFACE)
add_library(trafficbench::warnings ALIAS trafficbench_warnings)
target_compile_options(trafficbench_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  # g++ 12 takes harmless std::string expressions for overlapping copies (GCC bug 105329).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  # libstdc++'s own std::stable_sort calls what it declares deprecated, and clang blames the caller.
  $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wno-deprecated-declarations>
  $<$<BOOL:${TRAFFICBENCH_WERROR}>:-Werror>)

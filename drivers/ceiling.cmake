# What the machine can do at most: shared by the program and the tests. Needs no MPI.
add_library(traffic_ceiling STATIC
  ${CMAKE_CURRENT_LIST_DIR}/ceiling.cpp ${CMAKE_CURRENT_LIST_DIR}/ceiling_measure.cpp
  ${CMAKE_CURRENT_LIST_DIR}/ceiling_ops.cpp ${CMAKE_CURRENT_LIST_DIR}/ceiling_report.cpp)
target_link_libraries(traffic_ceiling
  PUBLIC traffic_kernels
  PRIVATE OpenMP::OpenMP_CXX fmt::fmt nlohmann_json::nlohmann_json trafficbench::warnings)

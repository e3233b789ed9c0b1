# Cross-compiled tests: all in one run for each CPU that QEMU is to be, since starting it for every test would take
# longer than the tests. The number of random trials is cut because QEMU is some 20 times slower.
#
# The CPU's instruction set and register width as `trafficbench list` shows them, QEMU_CPU, and the tests left out:
# those of NEON, which the first CPU runs, and the kind that takes longest.
set(not_again "-*neon*:*LongRoadsAgreeWithTheClosedForm/branchless*")
foreach(cpu IN ITEMS
    "neon 128 cortex-a72 *"
    "sve2_128 128 max,sve-default-vector-length=16 ${not_again}"
    "sve_256 256 max,sve-default-vector-length=32 ${not_again}"
    "sve2 512 max,sve-default-vector-length=64 ${not_again}")
  string(REPLACE " " ";" cpu "${cpu}")
  list(GET cpu 0 isa)
  list(GET cpu 1 bits)
  list(GET cpu 2 qemu_cpu)
  list(GET cpu 3 filter)
  add_test(NAME in_use_${isa} COMMAND trafficbench list)
  set_tests_properties(in_use_${isa} PROPERTIES
    PASS_REGULAR_EXPRESSION "\n${isa} +${bits} bit +in use" ENVIRONMENT QEMU_CPU=${qemu_cpu})
  add_test(NAME road_tests_${isa} COMMAND road_tests --gtest_filter=${filter})
  set_tests_properties(road_tests_${isa} PROPERTIES
    TIMEOUT 600 ENVIRONMENT "QEMU_CPU=${qemu_cpu};TRAFFICBENCH_TEST_SCALE=0.05;OMP_WAIT_POLICY=passive")
endforeach()

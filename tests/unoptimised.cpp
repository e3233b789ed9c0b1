// The program as it is where the compiler was not asked to optimise: this takes the place of kernels/build.cpp.
#include "kernels/build.hpp"

bool trafficbench::built_with_optimisation() { return false; }

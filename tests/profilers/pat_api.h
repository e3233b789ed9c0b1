// In the place of CrayPAT's, as far as the program uses it: a region ends by its number.
#pragma once

#include <map>

#include "events.hpp"

inline std::map<int, std::string> pat_regions;

inline int PAT_region_begin(int number, const char* name) {
  const auto known = pat_regions.emplace(number, name).first;
  profiler_events.add("begin " + (known->second == name && number > 0 ? known->second : "a number of another region"));
  return 0;
}
inline int PAT_region_end(int number) {
  profiler_events.add("end " + pat_regions.at(number));
  return 0;
}

// What the made-up profilers of regions_test.cpp were told.
#pragma once

#include <mutex>
#include <string>
#include <vector>

struct ProfilerEvents {
  std::mutex mutex;
  std::vector<std::string> all;  ///< "begin advance", "end advance", ...

  void add(const std::string& event) {
    const std::scoped_lock lock(mutex);
    all.push_back(event);
  }
};

inline ProfilerEvents profiler_events;

// In the place of LIKWID's, as far as the program uses it.
#pragma once

#include "events.hpp"

#ifndef LIKWID_PERFMON
#error "without this LIKWID's markers do nothing"
#endif
#define LIKWID_MARKER_INIT profiler_events.add("init")
#define LIKWID_MARKER_START(name) profiler_events.add(std::string("begin ") + (name))
#define LIKWID_MARKER_STOP(name) profiler_events.add(std::string("end ") + (name))
#define LIKWID_MARKER_CLOSE profiler_events.add("close")

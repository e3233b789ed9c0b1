// The options of a scaling study, which trafficbench-model and trafficbench-simulate share.
#pragma once

#include <CLI/CLI.hpp>

#include "drivers/projection/study.hpp"

namespace trafficbench::projection {

/// --machine and --network.
void add_machine_options(CLI::App& app, std::string& machine, std::string& network);

void add_study_options(CLI::App& app, StudyOptions& options);

}  // namespace trafficbench::projection

// What the commands have in common that measure visit by visit and keep a journal.
#pragma once

#include <string>
#include <vector>

#include "drivers/base/json.hpp"
#include "drivers/command/progress.hpp"
#include "drivers/measure/disturbance.hpp"
#include "drivers/measure/node_paces.hpp"
#include "drivers/ranks/communicator.hpp"
#include "drivers/report/journal.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// Carries out what is rank 0's alone to do, and may find bad input.
template <typename Task>
void on_rank_0(Communicator& world, const Task& task) {
  together(world, [&] {
    if (world.rank() == 0) task();
  });
}

/// Where a report goes that was given no name: results/<host>-<YYYYMMDDThhmmssZ>.json, if there is such a folder.
std::string default_output();

/// Adds this launch to a journal, on rank 0. Throws BadInput if it may not be put together with those before it.
void add_launch(Journal& journal, const Json& description, const std::string& output);

/// Visits of all launches.
std::size_t visits_of_launches(const std::vector<Json>& launches);

/// Collective: until that moment of rank 0, by wall_seconds(), or a signal. `why` is what its progress says meanwhile.
/// Returns whether a signal came.
bool wait_until(Communicator& world, double moment, Progress* progress, const std::string& why);

/// A visit as a report keeps it: when it began, seconds from the start of the launch; how long it took; what else went
/// on.
Json json_of_visit(double began_at, double seconds, const std::vector<NodeDisturbance>& nodes,
                   const std::vector<NodePace>& paces = {});

/// Puts the rows into the order of their points, whose names these are.
void sort_rows(const std::vector<std::string>& names, std::vector<Row>& rows);

/// Says of each row that failed why.
void print_failures(const std::vector<Row>& rows);

}  // namespace trafficbench

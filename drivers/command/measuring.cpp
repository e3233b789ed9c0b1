#include "drivers/command/measuring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "drivers/base/interrupt.hpp"
#include "drivers/base/known.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/base/wall_clock.hpp"
#include "drivers/machine/topology.hpp"
#include "drivers/report/launches.hpp"
#include "drivers/report/provenance.hpp"

namespace trafficbench {

std::string default_output() {
  const std::string name = fmt::format("{}-{}.json", host_name(), utc_stamp());
  return std::filesystem::is_directory("results") ? "results/" + name : name;
}

void add_launch(Journal& journal, const Json& description, const std::string& output) {
  if (!journal.runs().empty()) {
    const std::string fault = why_not_together(journal.runs().front(), description);
    if (!fault.empty()) {
      throw BadInput(
          fmt::format("{}, with this launch, {}: resume with the same program on a machine of the same kind, "
                      "or start over with --force",
                      output, fault));
    }
  }
  journal.add_run(description);
}

std::size_t visits_of_launches(const std::vector<Json>& launches) {
  std::size_t visits = 0;
  for (const Json& launch : launches) visits += launch.contains("visits") ? launch["visits"].size() : 0;
  return visits;
}

bool wait_until(Communicator& world, double moment, Progress* progress, const std::string& why) {
  if (world.rank() == 0) {
    constexpr auto kNap = std::chrono::milliseconds(50);
    constexpr int kNapsOfALine = 10;
    for (int naps = 0; wall_seconds() < moment && !interrupted(); ++naps) {
      // Its time left goes down.
      if (naps % kNapsOfALine == 0) progress->start(why);
      std::this_thread::sleep_for(kNap);
    }
  }
  world.sleeping_barrier();
  return asked_to_stop(world);
}

Json json_of_visit(double began_at, double seconds, const std::vector<NodeDisturbance>& nodes,
                   const std::vector<NodePace>& paces) {
  Json list = Json::array();
  for (const NodeDisturbance& node : nodes) {
    list.push_back({{"host", node.host},
                    {"steal_seconds", node.steal_seconds ? Json(*node.steal_seconds) : Json()},
                    {"involuntary_switches", node.involuntary_switches},
                    {"reference_hz", node.reference_hz > 0 ? Json(node.reference_hz) : Json()}});
    const auto pace = std::ranges::find(paces, node.host, &NodePace::host);
    if (pace != paces.end()) list.back().update(Json{{"ranks", pace->ranks}, {"kernel_ratio", pace->ratio}});
  }
  return {{"began", began_at}, {"seconds", seconds}, {"nodes", std::move(list)}};
}

void sort_rows(const std::vector<std::string>& names, std::vector<Row>& rows) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < names.size(); ++i) places[names[i]] = i;
  std::ranges::stable_sort(rows, {}, [&](const Row& row) { return places[row.name]; });
}

void print_failures(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    if (row.failed()) say(fmt::format("trafficbench: NOT VERIFIED: {}: {}\n", row.name, known(row.error_message)));
  }
}

}  // namespace trafficbench

#include "drivers/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "drivers/statistics.hpp"

namespace trafficbench {

namespace {

/// Numbers that do not exist are null: no non-finite number is ever written.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json places(const std::vector<WorkerPlace>& workers) {
  Json list = Json::array();
  for (const WorkerPlace& worker : workers) {
    list.push_back({{"rank", worker.rank},
                    {"thread", worker.thread},
                    {"host", worker.host},
                    {"core", worker.cpu < 0 ? Json(nullptr) : Json(worker.cpu)}});
  }
  return list.empty() ? Json(nullptr) : list;
}

/// What every row has, with null where only a measurement knows.
Json blank_row(const std::string& command, const Point& point, int run) {
  const std::string name = row_name(command, point);
  return {{"name", name},
          {"run_name", name},
          {"run_type", "iteration"},
          {"repetitions", 0},
          {"repetition_index", 0},
          {"threads", point.threads},
          {"iterations", nullptr},
          {"real_time", nullptr},
          {"cpu_time", nullptr},
          {"time_unit", nullptr},
          {"kernel", point.variant->name},
          {"isa", nullptr},
          {"cells", point.road_cells()},
          {"steps", nullptr},
          {"ranks", point.ranks},
          {"depth", nullptr},
          {"density", point.start.is_random() ? Json(point.start.density) : Json(nullptr)},
          {"init", point.start.init},
          {"seed", point.start.is_random() ? Json(point.start.seed) : Json(nullptr)},
          {"mode", point.weak ? "weak" : "strong"},
          {"count", name_of(point.counting)},
          {"class", name_of(point.variant->kernel_class)},
          {"origin", "measured"},
          {"samples", Json::array()},
          {"mcops", nullptr},
          {"mcops_low", nullptr},
          {"mcops_high", nullptr},
          {"cells_per_cycle", nullptr},
          {"limit", nullptr},
          {"fraction_of_limit", nullptr},
          {"base", nullptr},
          {"base_mcops", nullptr},
          {"speedup", nullptr},
          {"speedup_low", nullptr},
          {"speedup_high", nullptr},
          {"efficiency", nullptr},
          {"ladder_base", nullptr},
          {"ladder_base_mcops", nullptr},
          {"ladder_speedup", nullptr},
          {"ladder_speedup_low", nullptr},
          {"ladder_speedup_high", nullptr},
          {"hash", nullptr},
          {"verified", nullptr},
          {"verification", "none"},
          {"restarted", nullptr},
          {"stopped", nullptr},
          {"placement", nullptr},
          {"clock_hz", nullptr},
          {"run", run}};
}

bool has_rate(const Json& row) {
  return row["mcops"].is_number() && !(row["verified"].is_boolean() && !row["verified"].get<bool>());
}

std::int64_t workers_of(const Json& row) {
  return row["ranks"].get<std::int64_t>() * row["threads"].get<std::int64_t>();
}

/// What a row's name says of an axis: "auto" of "/depth:auto/".
std::string requested(const Json& row, const std::string& axis) {
  const auto name = row["name"].get<std::string>();
  const auto at = name.find("/" + axis + ":");
  return at == std::string::npos ? "" : name.substr(at, name.find('/', at + 1) - at);
}

bool same(const Json& a, const Json& b, std::initializer_list<const char*> fields) {
  return comparable_cells(a) == comparable_cells(b) && requested(a, "depth") == requested(b, "depth") &&
         std::ranges::all_of(fields, [&](const char* field) { return a[field] == b[field]; });
}

struct Ratio {
  double middle;
  std::optional<Interval> interval;
};

/// Ratio of two rates. The interval takes the one's lower end over the other's upper end and so on, which is wider than
/// 95% asks for.
Ratio ratio(const Json& row, const Json& base) {
  const auto rate = [](const Json& of, const char* field) { return of[field].get<double>(); };
  Ratio result{rate(row, "mcops") / rate(base, "mcops"), {}};
  if (row["name"] == base["name"]) {
    result.interval = Interval{1, 1};
  } else if (row["mcops_low"].is_number() && base["mcops_low"].is_number()) {
    result.interval =
        Interval{rate(row, "mcops_low") / rate(base, "mcops_high"), rate(row, "mcops_high") / rate(base, "mcops_low")};
  }
  return result;
}

void put_ratio(Json& row, const std::string& prefix, const Ratio& value) {
  row[prefix] = number(value.middle);
  row[prefix + "_low"] = value.interval ? number(value.interval->low) : Json(nullptr);
  row[prefix + "_high"] = value.interval ? number(value.interval->high) : Json(nullptr);
}

void put_base(Json& row, const std::string& field, const Json& base) {
  row[field] = base["name"];
  row[field + "_mcops"] = base["mcops"];
}

}  // namespace

Json measured_row(const std::string& command, const Point& point, const Measurement& measurement, int run,
                  const Ceiling* ceiling) {
  Json row = blank_row(command, point, run);
  const double seconds = median(measurement.samples);
  row["repetitions"] = measurement.samples.size();
  row["iterations"] = measurement.steps;
  row["real_time"] = number(1e3 * seconds);
  row["cpu_time"] = number(1e3 * median(measurement.cpu_seconds));
  row["time_unit"] = "ms";
  row["isa"] = measurement.isa;
  row["steps"] = measurement.steps;
  row["depth"] = measurement.depth;
  row["cars"] = measurement.cars;
  row["samples"] = measurement.samples;
  Json& ranks = row["rank_seconds"] = Json::array();
  for (const RankSeconds& each : measurement.rank_seconds) {
    ranks.push_back({{"min", each.min}, {"median", each.median}, {"max", each.max}});
  }
  row["clock_hz"] = measurement.clock_hz > 0 ? number(measurement.clock_hz) : Json(nullptr);
  if (point.variant->kernel_class == KernelClass::update) {
    const double updates = static_cast<double>(point.road_cells()) * static_cast<double>(measurement.steps);
    row["mcops"] = number(updates / seconds / 1e6);
    if (const auto interval = median_interval(measurement.samples)) {
      row["mcops_low"] = number(updates / interval->high / 1e6);
      row["mcops_high"] = number(updates / interval->low / 1e6);
    }
    if (measurement.clock_hz > 0) {
      row["cells_per_cycle"] = number(updates / seconds / measurement.clock_hz / point.workers());
    }
  }
  if (ceiling != nullptr) {
    const std::int64_t cells_per_core = std::max<std::int64_t>(1, point.road_cells() / point.workers());
    if (const auto limit = limit_of(*ceiling, *point.variant, {measurement.isa, cells_per_core, point.workers()})) {
      row["limit"] = limit->name;
      row["fraction_of_limit"] = number(row["mcops"].get<double>() * 1e6 / limit->cells_per_second);
    }
  }
  if (measurement.full) row["hash"] = fmt::format("{:016x}", measurement.hash);
  row["verified"] = measurement.problem.empty();
  row["verification"] = measurement.full ? "full" : "windows";
  row["restarted"] = measurement.restarted;
  row["stopped"] = measurement.stopped;
  row["placement"] = places(measurement.placement);
  if (!measurement.problem.empty()) {
    row["error_occurred"] = true;
    row["error_message"] = measurement.problem;
  }
  return row;
}

Json skipped_row(const std::string& command, const Point& point, const std::string& reason, int run) {
  Json row = blank_row(command, point, run);
  // Google Benchmark's tools pass over aggregates and errors.
  row["run_type"] = "aggregate";
  row["aggregate_name"] = "skipped";
  row["error_occurred"] = true;
  row["error_message"] = reason;
  row["skipped"] = reason;
  return row;
}

void add_ratios(std::vector<Json>& rows) {
  for (Json& row : rows) {
    for (const char* field :
         {"base", "base_mcops", "speedup", "speedup_low", "speedup_high", "efficiency", "ladder_base",
          "ladder_base_mcops", "ladder_speedup", "ladder_speedup_low", "ladder_speedup_high"}) {
      row[field] = nullptr;
    }
    if (!has_rate(row)) continue;
    const Json* base = nullptr;
    const Json* ladder = nullptr;
    for (const Json& other : rows) {
      if (!has_rate(other) || !same(row, other, {"count", "mode", "density", "init", "seed"})) continue;
      if (other["kernel"] == row["kernel"] && other["isa"] == row["isa"] &&
          (base == nullptr || workers_of(other) < workers_of(*base))) {
        base = &other;
      }
      if (other["kernel"] == "naive" && workers_of(other) == 1 && other["cells"] == row["cells"]) ladder = &other;
    }
    if (base != nullptr) {
      put_base(row, "base", *base);
      const Ratio speedup = ratio(row, *base);
      put_ratio(row, "speedup", speedup);
      row["efficiency"] =
          number(speedup.middle * static_cast<double>(workers_of(*base)) / static_cast<double>(workers_of(row)));
    }
    if (ladder != nullptr) {
      put_base(row, "ladder_base", *ladder);
      put_ratio(row, "ladder_speedup", ratio(row, *ladder));
    }
  }
}

std::int64_t comparable_cells(const Json& row) {
  const auto cells = row["cells"].get<std::int64_t>();
  return row["mode"] == "weak" ? cells / workers_of(row) : cells;
}

bool all_verified(const std::vector<Json>& rows) {
  return std::ranges::none_of(rows, [](const Json& row) { return row["verified"] == false; });
}

Json make_report(const std::string& command, const Json& axes, const std::vector<Json>& runs,
                 const std::vector<Json>& rows) {
  const Json& last = runs.back();
  const Json& clock = last["cpu"]["clock_hz"];
  Json context = {{"date", last["date"]},
                  {"host_name", last["host"]},
                  {"executable", "trafficbench"},
                  {"num_cpus", last["cpu"]["cores"].get<int>() * last["cpu"]["threads_per_core"].get<int>()},
                  {"json_schema_version", 1},
                  {"caches", last["caches"]},
                  {"mhz_per_cpu", clock.is_number() ? number(clock.get<double>() / 1e6) : Json(nullptr)},
                  {"command", command},
                  {"axes", axes},
                  {"runs", runs}};
  return {{"context", std::move(context)}, {"benchmarks", rows}};
}

}  // namespace trafficbench

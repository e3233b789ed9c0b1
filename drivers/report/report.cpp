#include "drivers/report/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <map>
#include <optional>

#include "drivers/base/statistics.hpp"
#include "drivers/report/fits.hpp"

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
                    {"core", worker.cpu < 0 ? Json(nullptr) : Json(worker.cpu)},
                    {"numa", worker.numa < 0 ? Json(nullptr) : Json(worker.numa)}});
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
          {"cells", point.road_cells},
          {"steps", nullptr},
          {"ranks", point.ranks},
          {"depth", nullptr},
          {"density", point.start.is_random() ? Json(point.start.density) : Json(nullptr)},
          {"init", point.start.init},
          {"seed", point.start.is_random() ? Json(point.start.seed) : Json(nullptr)},
          {"mode", name_of(point.mode())},
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

/// What makes two nodes the same kind of machine.
std::string machine_of(const Json& row, const std::vector<Json>& runs) {
  if (runs.empty()) return {};
  const Json& run = runs.at(row["run"].get<std::size_t>());
  Json cpu = run["cpu"];
  cpu.erase("clock_hz");
  return cpu.dump() + run["caches"].dump();
}

/// Rows with the same text here may be divided by each other, if shape and kernel allow.
std::string comparable_key(const Json& row, const std::vector<Json>& runs) {
  const auto name = row["name"].get<std::string>();
  std::string key = fmt::format("{} {} {} {} {}", name.substr(0, name.find('/')), comparable_cells(row),
                                requested(row, "depth"), requested(row, "tile"), machine_of(row, runs));
  for (const char* field : {"count", "mode", "density", "init", "seed", "origin"}) key += " " + row[field].dump();
  return key;
}

struct Ratio {
  double middle;
  std::optional<Interval> interval;
};

std::vector<double> numbers(const Json& list) {
  return list.is_array() ? list.get<std::vector<double>>() : std::vector<double>();
}

/// Rate of a row over that of a base, whose samples in the row's rounds stand in `field`_samples, if that is the base
/// they were taken for.
Ratio ratio(const Json& row, const Json& base, const std::string& field, double& base_mcops) {
  base_mcops = base["mcops"].get<double>();
  if (row["name"] == base["name"]) {
    return {1, row["mcops_low"].is_number() ? std::optional(Interval{1, 1}) : std::nullopt};
  }
  const auto rate = row["mcops"].get<double>();
  const std::vector<double> own = numbers(row["samples"]);
  std::vector<double> others = numbers(base["samples"]);
  const bool paired =
      row[field] == base["name"] && row.contains(field + "_samples") && row[field + "_samples"].size() == own.size();
  if (paired) {
    others = numbers(row[field + "_samples"]);
    base_mcops = row[field + "_mcops"].get<double>();
  }
  Ratio result{rate / base_mcops, row["origin"] == "measured" ? ratio_interval(others, own, paired) : std::nullopt};
  if (result.interval) {
    // The ratio of medians of seconds, times that of the updates made in them.
    const double scale = result.middle * median(own) / median(others);
    result.interval = Interval{std::min(result.interval->low * scale, result.middle),
                               std::max(result.interval->high * scale, result.middle)};
  }
  return result;
}

void put_ratio(Json& row, const std::string& name, const Ratio& value, double scale = 1) {
  row[name] = number(value.middle * scale);
  row[name + "_low"] = value.interval ? number(value.interval->low * scale) : Json(nullptr);
  row[name + "_high"] = value.interval ? number(value.interval->high * scale) : Json(nullptr);
}

/// What a base took in the rounds of a row: complete once add_ratios has seen both.
void put_base_samples(Json& row, const std::string& field, const std::optional<BaseSamples>& base) {
  if (!base || base->samples.empty()) return;
  row[field] = base->name;
  row[field + "_mcops"] = number(base->updates / median(base->samples) / 1e6);
  row[field + "_steps"] = base->steps;
  row[field + "_samples"] = base->samples;
}

void clear(Json& row, std::initializer_list<const char*> fields) {
  for (const char* field : fields) row[field] = nullptr;
}

/// Ratios to those bases; nullptr: there is none.
void put_ratios(Json& row, const Json* base, const Json* ladder) {
  double base_mcops = 0;
  if (base == nullptr) {
    clear(row, {"base", "base_mcops", "speedup", "speedup_low", "speedup_high", "efficiency"});
    for (const char* field : {"base_samples", "base_steps", "efficiency_low", "efficiency_high"}) row.erase(field);
  } else {
    const Ratio speedup = ratio(row, *base, "base", base_mcops);
    // Samples of another base say nothing of this one.
    if (row["base"] != (*base)["name"]) {
      row.erase("base_samples");
      row.erase("base_steps");
    }
    row["base"] = (*base)["name"];
    row["base_mcops"] = number(base_mcops);
    put_ratio(row, "speedup", speedup);
    put_ratio(row, "efficiency", speedup,
              static_cast<double>(workers_of(*base)) / static_cast<double>(workers_of(row)));
  }
  if (ladder == nullptr) {
    clear(row, {"ladder_base", "ladder_base_mcops", "ladder_speedup", "ladder_speedup_low", "ladder_speedup_high"});
    row.erase("ladder_base_samples");
    row.erase("ladder_base_steps");
  } else {
    const Ratio speedup = ratio(row, *ladder, "ladder_base", base_mcops);
    if (row["ladder_base"] != (*ladder)["name"]) {
      row.erase("ladder_base_samples");
      row.erase("ladder_base_steps");
    }
    row["ladder_base"] = (*ladder)["name"];
    row["ladder_base_mcops"] = number(base_mcops);
    put_ratio(row, "ladder_speedup", speedup);
  }
}

}  // namespace

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
  if (!measurement.rounds.empty()) row["rounds"] = measurement.rounds;
  if (measurement.discarded > 0) row["discarded"] = measurement.discarded;
  if (measurement.shares) {
    const Shares& shares = *measurement.shares;
    row["shares"] = {{"compute", number(shares.compute)},
                     {"exchange", number(shares.exchange)},
                     {"reduction", number(shares.reduction)},
                     {"waiting", number(shares.waiting)}};
  }
  if (!measurement.warnings.empty()) row["warnings"] = measurement.warnings;
  row["clock_hz"] = measurement.clock_hz > 0 ? number(measurement.clock_hz) : Json(nullptr);
  if (point.variant->kernel_class == KernelClass::update) {
    const double updates = static_cast<double>(point.road_cells) * static_cast<double>(measurement.steps);
    row["mcops"] = number(updates / seconds / 1e6);
    if (const auto interval = median_interval(measurement.samples)) {
      row["mcops_low"] = number(updates / interval->high / 1e6);
      row["mcops_high"] = number(updates / interval->low / 1e6);
    }
    if (measurement.clock_hz > 0) {
      row["cells_per_cycle"] = number(updates / seconds / measurement.clock_hz / point.workers());
    }
  }
  put_base_samples(row, "base", measurement.base);
  put_base_samples(row, "ladder_base", measurement.ladder_base);
  if (ceiling != nullptr) {
    const std::int64_t cells_per_core = std::max<std::int64_t>(1, point.road_cells / point.workers());
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

void add_ratios(std::vector<Json>& rows, const std::vector<Json>& runs) {
  std::map<std::string, std::vector<const Json*>> comparable;
  for (const Json& row : rows) {
    if (has_rate(row)) comparable[comparable_key(row, runs)].push_back(&row);
  }
  for (Json& row : rows) {
    const Json* base = nullptr;
    const Json* ladder = nullptr;
    if (has_rate(row)) {
      for (const Json* other : comparable[comparable_key(row, runs)]) {
        if ((*other)["kernel"] == row["kernel"] && (*other)["isa"] == row["isa"] &&
            (base == nullptr || workers_of(*other) < workers_of(*base))) {
          base = other;
        }
        if ((*other)["kernel"] == "naive" && workers_of(*other) == 1 && (*other)["cells"] == row["cells"]) {
          ladder = other;
        }
      }
    }
    put_ratios(row, base, ladder);
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
                  {"json_schema_version", kSchemaVersion},
                  {"caches", last["caches"]},
                  {"mhz_per_cpu", clock.is_number() ? number(clock.get<double>() / 1e6) : Json(nullptr)},
                  {"command", command},
                  {"axes", axes},
                  {"runs", runs}};
  Json report = {{"context", std::move(context)}, {"benchmarks", rows}};
  if (Json fits = fits_of(rows); !fits.empty()) report["fits"] = std::move(fits);
  return report;
}

}  // namespace trafficbench

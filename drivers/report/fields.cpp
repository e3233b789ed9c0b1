#include "drivers/report/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <type_traits>
#include <utility>

#include "drivers/base/known.hpp"
#include "drivers/base/utf8.hpp"
#include "drivers/report/parts.hpp"
#include "drivers/report/row_rules.hpp"
#include "drivers/report/values.hpp"

namespace trafficbench {

namespace {

// --- how values are written and read ---------------------------------------------------------------------------------

/// Texts come from command lines, host names and file names, which may hold any bytes.
Json written(const std::string& text) { return valid_utf8(text); }

template <typename T>
Json written(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return name_of(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    // A number that does not exist is null: no non-finite number is ever written.
    return std::isfinite(value) ? Json(value) : Json();
  } else {
    return value;
  }
}

Json written(const RankSeconds& seconds) {
  return {{"min", seconds.min}, {"median", seconds.median}, {"max", seconds.max}};
}

Json written(const Shares& shares) {
  return {{"compute", written(shares.compute)},
          {"exchange", written(shares.exchange)},
          {"reduction", written(shares.reduction)},
          {"waiting", written(shares.waiting)}};
}

Json written(const WorkerPlace& place) {
  Json json = {{"rank", place.rank},
               {"thread", place.thread},
               {"host", written(place.host)},
               {"core", place.cpu < 0 ? Json() : Json(place.cpu)}};
  json["numa"] = place.numa < 0 ? Json() : Json(place.numa);
  return json;
}

Json written(const Model& model) {
  Json json = {{"name", written(model.name)}};
  if (model.version) json["version"] = written(*model.version);
  Json& parameters = json["parameters"] = Json::object();
  for (const auto& [name, parameter] : model.parameters) {
    parameters[valid_utf8(name)] = std::visit([](const auto& value) { return written(value); }, parameter);
  }
  json["calibrated_from"] = model.calibrated_from ? written(*model.calibrated_from) : Json();
  return json;
}

Json written(const IoPhases& phases) {
  return {{"open", written(phases.open)},
          {"transfer", written(phases.transfer)},
          {"sync", written(phases.sync)},
          {"close", written(phases.close)}};
}

Json written(const FileSystem& file_system) {
  return {{"folder", written(file_system.folder)},
          {"type", written(file_system.type)},
          {"mount_point", written(file_system.mount_point)},
          {"free_bytes", file_system.free_bytes}};
}

Json written(const Hints& hints) {
  Json json = Json::object();
  for (const auto& [name, value] : hints) json[valid_utf8(name)] = written(value);
  return json;
}

template <typename T>
Json written(const std::optional<T>& value) {
  return value ? written(*value) : Json();
}

/// Null if empty; where an empty list is to be written, the field says so.
template <typename List>
Json written_list(const List& values) {
  if (values.empty()) return {};
  Json list = Json::array();
  for (const auto& value : values) list.push_back(written(value));
  return list;
}
template <typename T>
Json written(const std::vector<T>& values) {
  return written_list(values);
}
template <typename T>
Json written(const std::set<T>& values) {
  return written_list(values);
}

template <typename T>
void take(const Json& json, T& value) {
  if constexpr (std::is_enum_v<T>) {
    value = known(named<T>(json.get_ref<const std::string&>()));
  } else {
    value = json.get<T>();
  }
}

void take(const Json& json, RankSeconds& seconds) {
  seconds = {json["min"].get<double>(), json["median"].get<double>(), json["max"].get<double>()};
}

void take(const Json& json, Shares& shares) {
  shares = {json["compute"].get<double>(), json["exchange"].get<double>(), json["reduction"].get<double>(),
            json["waiting"].get<double>()};
}

void take(const Json& json, WorkerPlace& place) {
  const auto or_none = [&](const char* name) {
    return json.contains(name) && !json[name].is_null() ? json[name].get<int>() : -1;
  };
  place.rank = json["rank"].get<int>();
  place.thread = json["thread"].get<int>();
  place.host = json["host"].get<std::string>();
  place.cpu = or_none("core");
  place.numa = or_none("numa");
}

void take(const Json& json, Model& model) {
  model.name = json["name"].get<std::string>();
  if (json.contains("version")) model.version = json["version"].get<std::string>();
  for (const auto& [name, value] : json["parameters"].items()) {
    Model::Parameter parameter;
    if (value.is_boolean()) parameter = value.get<bool>();
    if (value.is_number()) parameter = value.get<double>();
    if (is_integer(value)) parameter = value.get<std::int64_t>();
    if (value.is_string()) parameter = value.get<std::string>();
    model.parameters.emplace_back(name, parameter);
  }
  if (!json["calibrated_from"].is_null()) model.calibrated_from = json["calibrated_from"].get<std::string>();
}

void take(const Json& json, IoPhases& phases) {
  phases = {json["open"].get<double>(), json["transfer"].get<double>(), json["sync"].get<double>(),
            json["close"].get<double>()};
}

void take(const Json& json, FileSystem& file_system) {
  file_system = {.folder = json["folder"].get<std::string>(),
                 .type = json["type"].get<std::string>(),
                 .mount_point = json["mount_point"].get<std::string>(),
                 .free_bytes = json["free_bytes"].get<std::int64_t>()};
}

template <typename T>
void take(const Json& json, std::optional<T>& value) {
  take(json, value.emplace());
}

template <typename T>
void take(const Json& json, std::vector<T>& values) {
  values.clear();
  for (const Json& each : json) take(each, values.emplace_back());
}

template <typename T>
void take(const Json& json, std::set<T>& values) {
  values.clear();
  for (const Json& each : json) {
    T value{};
    take(each, value);
    values.insert(value);
  }
}

// --- what values may be, beyond values.hpp ---------------------------------------------------------------------------

template <typename Enum>
bool is_one_of(const Json& value) {
  return value.is_string() && named<Enum>(value.get_ref<const std::string&>()).has_value();
}

bool is_spread(const Json& value) {
  return consists_of(value, {{"min", is_positive}, {"median", is_positive}, {"max", is_positive}});
}

bool is_shares(const Json& value) {
  return consists_of(value,
                     {{"compute", is_share}, {"exchange", is_share}, {"reduction", is_share}, {"waiting", is_share}});
}

bool is_place(const Json& value) {
  return consists_of(value, {{"rank", is_shape_index},
                             {"thread", is_shape_index},
                             {"host", is_text},
                             {"core", is_shape_index_or_null},
                             {"numa", is_shape_index_or_null, false}});
}
bool are_places(const Json& value) { return !value.empty() && are<is_place>(value); }

bool is_parameter(const Json& value) { return value.is_boolean() || value.is_string() || is_number(value); }
bool are_parameters(const Json& value) {
  return value.is_object() && !value.empty() && std::ranges::all_of(value, is_parameter);
}
bool is_model(const Json& value) {
  return consists_of(value, {{"name", is_text},
                             {"version", is_text, false},
                             {"parameters", are_parameters},
                             {"calibrated_from", is_text_or_null}});
}

bool is_phases(const Json& value) {
  return consists_of(value, {{"open", is_not_negative},
                             {"transfer", is_not_negative},
                             {"sync", is_not_negative},
                             {"close", is_not_negative}});
}
bool is_file_system(const Json& value) {
  return consists_of(value,
                     {{"folder", is_text}, {"type", is_text}, {"mount_point", is_text}, {"free_bytes", is_index}});
}

bool is_anything(const Json& /*value*/) { return true; }

// --- the table -------------------------------------------------------------------------------------------------------

using enum Presence;
using enum Source;

/// A member of Row.
template <typename T>
Field field(std::string_view name, T Row::*member, bool (*good)(const Json&), Presence presence,
            Source source = given) {
  return {.name = name,
          .presence = presence,
          .source = source,
          .write = [member](const Row& row) { return written(row.*member); },
          .good = good,
          .read = [member](Row& row, const Json& json) { take(json, row.*member); }};
}

/// A member of a member of Row.
template <typename T, typename U>
Field field(std::string_view name, std::pair<T Row::*, U T::*> member, bool (*good)(const Json&), Presence presence,
            Source source = worked_out) {
  return {.name = name,
          .presence = presence,
          .source = source,
          .write = [member](const Row& row) { return written(row.*member.first.*member.second); },
          .good = good,
          .read = [member](Row& row, const Json& json) { take(json, row.*member.first.*member.second); }};
}

/// An end of a speedup.
Field field(std::string_view name, Speedup Row::*speedup, std::optional<double> Estimate::*number) {
  return {.name = name,
          .presence = or_null,
          .source = worked_out,
          .write = [=](const Row& row) { return written((row.*speedup).ratio.*number); },
          .good = is_positive,
          .read = [=](Row& row, const Json& json) { take(json, (row.*speedup).ratio.*number); }};
}

/// An optional field that may be null, too.
Field or_null_if(bool (*null_if)(const Row&), Field field) {
  field.presence = optional;
  field.null_if = null_if;
  return field;
}

/// What follows from other fields.
Field derived(std::string_view name, Presence presence, Json (*write)(const Row&),
              bool (*good)(const Json&) = is_anything) {
  return {.name = name, .presence = presence, .source = worked_out, .write = write, .good = good, .read = {}};
}

/// A list that is written where it is empty, too.
template <typename T>
Field list(std::string_view name, std::vector<T> Row::*member, bool (*good)(const Json&)) {
  Field result = field(name, member, good, always);
  result.write = [member](const Row& row) {
    const Json values = written(row.*member);
    return values.is_null() ? Json::array() : values;
  };
  return result;
}

std::vector<Field> make_table() {
  const auto value = &Estimate::value;
  const auto low = &Estimate::low;
  const auto high = &Estimate::high;
  const auto has_efficiency = [](const Row& row) { return row.efficiency.value.has_value(); };
  const auto has_energy_source = [](const Row& row) { return row.energy_source.has_value(); };
  const auto in = [](auto outer, auto inner) { return std::pair(outer, inner); };
  return {
      field("name", &Row::name, is_row_name, always),
      derived("run_name", always, [](const Row& row) { return written(row.name); }),
      derived("run_type", always, [](const Row& row) { return Json(row.skipped ? "aggregate" : "iteration"); }),
      derived("aggregate_name", optional, [](const Row& row) { return row.skipped ? Json("skipped") : Json(); }),
      derived(
          "repetitions", always, [](const Row& row) { return Json(row.samples.size()); }, is_index),
      derived("repetition_index", always, [](const Row&) { return Json(0); }),
      field("threads", &Row::threads, is_shape, always),
      derived(
          "iterations", or_null,
          [](const Row& row) {
            if (row.skipped) return Json();
            return row.row_class == RowClass::update ? written(row.steps) : Json(1);
          },
          is_count),
      field("real_time", &Row::real_time_ns, is_positive, or_null),
      field("real_time_low", &Row::real_time_low_ns, is_positive, optional, worked_out),
      field("real_time_high", &Row::real_time_high_ns, is_positive, optional, worked_out),
      field("cpu_time", &Row::cpu_time_ns, is_not_negative, or_null),
      derived("time_unit", or_null, [](const Row& row) { return row.skipped ? Json() : Json("ns"); }),
      field("kernel", &Row::kernel, is_kernel, always),
      field("rung", &Row::rung, is_integer, optional),
      field("bits_per_cell", &Row::bits_per_cell, is_positive, optional),
      field("isa", &Row::isa, is_isa, or_null),
      field("configuration", &Row::configuration, is_text, optional),
      field("cells", &Row::cells, is_count, always),
      field("steps", &Row::steps, is_count, or_null),
      field("ranks", &Row::ranks, is_shape, always),
      field("depth", &Row::depth, is_count, or_null),
      field("exchange", &Row::exchange, is_text, optional),
      field("overlap", &Row::overlap, is_one_of<Overlap>, optional),
      field("reduce", &Row::reduce, is_text, optional),
      field("placement_policy", &Row::placement_policy, is_text, optional),
      field("ranks_per_node", &Row::ranks_per_node, is_shape, optional),
      field("density", &Row::density, is_share, or_null),
      field("cars", &Row::cars, is_index, optional),
      field("init", &Row::init, is_init, always),
      field("seed", &Row::seed, is_seed, or_null),
      field("mode", &Row::mode, is_one_of<ScalingMode>, always),
      field("count", &Row::count, is_one_of<CountingMode>, always),
      field("class", &Row::row_class, is_one_of<RowClass>, always),
      field("origin", &Row::origin, is_one_of<Origin>, always),

      list("samples", &Row::samples, are<is_positive>),
      list("sample_visits", &Row::sample_visits, are<is_index>),
      list("sample_runs", &Row::sample_runs, are<is_index>),
      list("sample_steps", &Row::sample_steps, are<is_count>),
      field("rank_seconds", &Row::rank_seconds, are<is_spread>, optional),
      field("cpu_seconds", &Row::cpu_seconds, are<is_not_negative>, optional),
      field("sample_clock_hz", &Row::sample_clock_hz, are<is_positive>, optional),
      field("mcops", in(&Row::mcops, value), is_positive, or_null),
      field("mcops_low", in(&Row::mcops, low), is_positive, or_null),
      field("mcops_high", in(&Row::mcops, high), is_positive, or_null),
      field("interval_over", &Row::interval_over, is_one_of<IntervalOver>, or_null, worked_out),
      field("mcops_best", &Row::mcops_best, is_positive, or_null, worked_out),
      field("cells_per_cycle", &Row::cells_per_cycle, is_positive, or_null, worked_out),
      field("limit", &Row::limit, is_text, or_null),
      field("limit_mcops", &Row::limit_mcops, is_positive, or_null),
      field("fraction_of_limit", &Row::fraction_of_limit, is_positive, or_null, worked_out),

      field("base", in(&Row::speedup, &Speedup::base), is_row_name, or_null),
      field("base_mcops", in(&Row::speedup, &Speedup::base_mcops), is_positive, or_null),
      field("speedup", &Row::speedup, value),
      field("speedup_low", &Row::speedup, low),
      field("speedup_high", &Row::speedup, high),
      field("efficiency", in(&Row::efficiency, value), is_positive, or_null),
      or_null_if(has_efficiency, field("efficiency_low", in(&Row::efficiency, low), is_positive, optional)),
      or_null_if(has_efficiency, field("efficiency_high", in(&Row::efficiency, high), is_positive, optional)),
      field("ladder_base", in(&Row::ladder, &Speedup::base), is_row_name, or_null),
      field("ladder_base_mcops", in(&Row::ladder, &Speedup::base_mcops), is_positive, or_null),
      field("ladder_speedup", &Row::ladder, value),
      field("ladder_speedup_low", &Row::ladder, low),
      field("ladder_speedup_high", &Row::ladder, high),

      field("hash", &Row::hash, is_hash, or_null),
      field("verified", &Row::verified, is_flag, or_null),
      field("verification", &Row::verification, is_one_of<VerificationMethod>, always),
      field("restarted", &Row::restarted, is_flag, or_null),
      field("stopped", &Row::stopped, is_one_of<StopReason>, or_null),
      derived("error_occurred", optional, [](const Row& row) { return row.error_message ? Json(true) : Json(); }),
      field("error_message", &Row::error_message, is_text, optional),
      field("skipped", &Row::skipped, is_text, optional),
      field("warnings", &Row::warnings, are_different<is_one_of<Warning>>, optional),
      field("placement", &Row::placement, are_places, or_null),

      field("shares", &Row::shares, is_shares, optional),
      or_null_if(has_energy_source, field("energy_joules", &Row::energy_joules, is_positive, optional)),
      field("energy_source", &Row::energy_source, is_one_of<EnergySource>, optional),
      field("energy_run_seconds", &Row::energy_run_seconds, is_positive, optional),
      field("energy_run_steps", &Row::energy_run_steps, is_count, optional),
      field("updates_per_joule", &Row::updates_per_joule, is_positive, optional, worked_out),
      field("model", &Row::model, is_model, optional),

      field("layout", &Row::layout, is_one_of<IoLayout>, optional),
      field("operation", &Row::operation, is_one_of<IoOperation>, optional),
      field("sync", &Row::sync, is_one_of<IoSync>, optional),
      field("direct", &Row::direct, is_flag, optional),
      field("bytes", &Row::bytes, is_count, optional),
      field("files", &Row::files, is_count, optional),
      field("megabytes_per_second", in(&Row::megabytes_per_second, value), is_positive, optional),
      field("megabytes_per_second_low", in(&Row::megabytes_per_second, low), is_positive, optional),
      field("megabytes_per_second_high", in(&Row::megabytes_per_second, high), is_positive, optional),
      field("megabytes_per_second_best", &Row::megabytes_per_second_best, is_positive, optional, worked_out),
      field("mebibytes_per_second", &Row::mebibytes_per_second, is_positive, optional, worked_out),
      field("phase_seconds", &Row::phase_seconds, are<is_phases>, optional),
      field("resident", &Row::resident, are<is_share>, optional),
      field("reader", &Row::reader, is_one_of<IoReader>, optional),
      field("file_system", &Row::file_system, is_file_system, optional),
      field("stripe_count", &Row::stripe_count, is_count, optional),
      field("stripe_bytes", &Row::stripe_bytes, is_count, optional),
      field("stripes_note", &Row::stripes_note, is_text, optional),
      field("hints", &Row::hints, are_strings_by_name, optional),
      field("hints_ignored", &Row::hints_ignored, are_different<is_text>, optional),

      field("clock_hz", &Row::clock_hz, is_positive, or_null),
      field("note", &Row::note, is_text, optional),
  };
}

}  // namespace

std::span<const Field> row_fields() {
  static const std::vector<Field> table = make_table();
  return table;
}

Json to_json(const Row& row) {
  Json json = Json::object();
  for (const Field& field : row_fields()) {
    Json value = field.write(row);
    const bool is_written =
        !value.is_null() || field.presence != Presence::optional || (field.null_if != nullptr && field.null_if(row));
    if (is_written) json[std::string(field.name)] = std::move(value);
  }
  return json;
}

namespace {

/// Fields of which the first, where it stands, wants the other beside it, null or not.
constexpr std::pair<const char*, const char*> kTogether[] = {
    {"energy_source", "energy_joules"}, {"efficiency_low", "efficiency_high"}, {"efficiency_high", "efficiency_low"}};

}  // namespace

namespace {

const std::set<std::string_view>& known_names() {
  static const std::set<std::string_view> names = [] {
    std::set<std::string_view> all;
    for (const Field& field : row_fields()) all.insert(field.name);
    return all;
  }();
  return names;
}

/// The first number of a row that is not 0 and less than what any clock sees: it would be divided by.
/// scripts/trafficbench_tools/report_rules.py has the same bound.
std::string fault_of_magnitude(const Json& row) {
  constexpr double kSmallest = 1e-30;
  const auto is_too_small = [](const Json& value) {
    if (!value.is_number_float()) return false;
    const double magnitude = std::abs(value.get<double>());
    return magnitude > 0 && magnitude < kSmallest;
  };
  for (const auto& [name, value] : row.items()) {
    // Nothing is divided by a density, nor by what only a later program knows.
    if (name == "density" || !known_names().contains(name)) continue;
    for (const Json& part : value.is_array() ? value : Json::array({value})) {
      for (const Json& number : part.is_object() ? part : Json::array({part})) {
        if (is_too_small(number)) return fmt::format("has {} {}", shown(name), shown(number));
      }
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> unknown_fields(const Json& json) {
  std::vector<std::string> unknown;
  for (const auto& entry : json.items()) {
    if (!known_names().contains(entry.key())) unknown.push_back(entry.key());
  }
  return unknown;
}

std::string read_row(const Json& json, Completeness completeness, Row& row) {
  if (!json.is_object()) return "is no object";
  if (std::string fault = fault_of_magnitude(json); !fault.empty()) return fault;
  row = {};
  for (const Field& field : row_fields()) {
    const auto found = json.find(std::string(field.name));
    if (completeness == Completeness::given && field.source == Source::worked_out) continue;
    if (found == json.end()) {
      const bool may_be_missing = field.presence == Presence::optional ||
                                  (completeness == Completeness::given && field.presence == Presence::or_null);
      if (may_be_missing) continue;
      return fmt::format("lacks {}", field.name);
    }
    if (found->is_null()) {
      if (field.presence == Presence::or_null || field.null_if != nullptr) continue;
      return fmt::format("has {} null", field.name);
    }
    if (!field.good(*found)) return fmt::format("has {} {}", field.name, shown(*found));
    if (field.read) field.read(row, *found);
  }
  if (std::string fault = broken_rule(row, completeness); !fault.empty()) return fault;
  if (completeness == Completeness::given) return {};
  for (const auto& [one, other] : kTogether) {
    if (json.contains(one) && !json.contains(other)) return fmt::format("has {} and lacks {}", one, other);
  }
  // What follows from other fields is only there for other programs, and must not say something else.
  for (const Field& field : row_fields()) {
    if (field.read) continue;
    const auto found = json.find(std::string(field.name));
    const Json should = field.write(row);
    if (found == json.end() ? !should.is_null() : *found != should) {
      return fmt::format("has {} {}, not {}", field.name, found == json.end() ? "nothing" : shown(*found),
                         shown(should));
    }
  }
  return {};
}

}  // namespace trafficbench

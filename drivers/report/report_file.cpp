#include "drivers/report/report_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/files.hpp"

namespace trafficbench {

namespace {

// --- values: what the $defs of the schema say ------------------------------------------------------------------------

bool is_text(const Json& value) { return value.is_string() && !value.get_ref<const std::string&>().empty(); }
bool is_flag(const Json& value) { return value.is_boolean(); }
bool is_null(const Json& value) { return value.is_null(); }

bool is_number(const Json& value) { return value.is_number() && std::isfinite(value.get<double>()); }
bool is_positive(const Json& value) { return is_number(value) && value.get<double>() > 0; }
bool is_time(const Json& value) { return is_number(value) && value.get<double>() >= 0; }
bool is_share(const Json& value) { return is_time(value) && value.get<double>() <= 1; }

// What is beyond a signed number would turn negative on its way.
bool is_index(const Json& value) {
  return value.is_number_integer() && value.get<std::int64_t>() >= 0 &&
         (!value.is_number_unsigned() || value.get<std::uint64_t>() <= INT64_MAX);
}
bool is_count(const Json& value) { return is_index(value) && value.get<std::int64_t>() >= 1; }
bool is_shape(const Json& value) { return is_count(value) && value.get<std::int64_t>() <= INT32_MAX; }
bool is_seed(const Json& value) { return value.is_number_unsigned() || is_index(value); }
bool is_zero(const Json& value) { return is_index(value) && value == 0; }

/// Whether a text begins with one of `first` and goes on with letters of `rest`.
bool is_word(const Json& value, std::string_view first, std::string_view rest) {
  if (!is_text(value)) return false;
  const auto& text = value.get_ref<const std::string&>();
  return first.find(text[0]) != std::string_view::npos && text.find_first_not_of(rest) == std::string::npos;
}

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kHexadecimal = "0123456789abcdef";

bool is_kernel(const Json& value) { return is_word(value, kLetters, "abcdefghijklmnopqrstuvwxyz0123456789_-"); }
bool is_isa(const Json& value) { return is_word(value, kLetters, "abcdefghijklmnopqrstuvwxyz0123456789_"); }
bool is_hash(const Json& value) {
  return is_word(value, kHexadecimal, kHexadecimal) && value.get_ref<const std::string&>().size() == 16;
}

bool is_row_name(const Json& value) {
  if (!is_text(value)) return false;
  const std::string_view text = value.get_ref<const std::string&>();
  // A control character would write over the line that names the row.
  if (std::ranges::any_of(text,
                          [](char letter) { return static_cast<unsigned char>(letter) < ' ' || letter == '\x7f'; }))
    return false;
  const auto slash = text.find('/');
  return slash != std::string_view::npos && slash > 0 && text[0] != '-' &&
         text.substr(0, slash).find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos &&
         slash + 1 < text.size() && text[slash + 1] != '/' && text[slash + 1] != ' ';
}

bool is_init(const Json& value) {
  if (!is_text(value)) return false;
  const std::string_view text = value.get_ref<const std::string&>();
  if (text.starts_with("file:")) return text.size() > 5;
  if (text.starts_with("pattern:")) {
    return text.size() > 8 && text.substr(8).find_first_not_of("01") == std::string_view::npos;
  }
  return text == "philox" || text == "uni" || text == "mt19937";
}

template <bool (*Good)(const Json&)>
bool are(const Json& value) {
  return value.is_array() && std::ranges::all_of(value, Good);
}

bool has(const Json& object, std::initializer_list<const char*> fields, bool (*good)(const Json&)) {
  return object.is_object() && object.size() == fields.size() &&
         std::ranges::all_of(fields, [&](const char* field) { return object.contains(field) && good(object[field]); });
}

bool is_spread(const Json& value) { return has(value, {"min", "median", "max"}, is_positive); }
bool are_shares(const Json& value) { return has(value, {"compute", "exchange", "reduction", "waiting"}, is_share); }
bool is_place(const Json& value) {
  const auto good = [&](const char* field, auto fits) { return value.contains(field) && fits(value[field]); };
  return value.is_object() && good("rank", is_index) && good("thread", is_index) && good("host", is_text) &&
         good("core", [](const Json& core) { return core.is_null() || is_index(core); });
}

template <const auto& Names>
bool is_one_of(const Json& value) {
  return value.is_string() && std::ranges::find(Names, value.get_ref<const std::string&>()) != std::end(Names);
}
constexpr std::string_view kRunTypes[] = {"iteration", "aggregate"};
constexpr std::string_view kUnits[] = {"ms"};
constexpr std::string_view kModes[] = {"strong", "weak"};
constexpr std::string_view kContracts[] = {"every", "sampled"};
constexpr std::string_view kClasses[] = {"update", "closed-form"};
constexpr std::string_view kOrigins[] = {"measured", "simulated", "modelled"};
constexpr std::string_view kVerifications[] = {"full", "windows", "golden", "none"};
constexpr std::string_view kStops[] = {"precise", "time_cap",    "time_limit", "most_repetitions",
                                       "fixed",   "interrupted", "failed"};

// --- fields: each by itself ------------------------------------------------------------------------------------------

enum class May { be_null, be_missing, neither };

struct Field {
  const char* name;
  bool (*good)(const Json&);
  May may = May::neither;
};

// Those that ratios and fits are worked out for anew are replaced whatever they say; they must be there.
constexpr Field kFields[] = {
    {"name", is_row_name},
    {"run_name", is_row_name},
    {"run_type", is_one_of<kRunTypes>},
    {"repetitions", is_index},
    {"repetition_index", is_zero},
    {"threads", is_shape},
    {"iterations", is_count, May::be_null},
    {"real_time", is_positive, May::be_null},
    {"cpu_time", is_time, May::be_null},
    {"time_unit", is_one_of<kUnits>, May::be_null},
    {"kernel", is_kernel},
    {"isa", is_isa, May::be_null},
    {"cells", is_count},
    {"steps", is_count, May::be_null},
    {"ranks", is_shape},
    {"depth", is_count, May::be_null},
    {"density", is_share, May::be_null},
    {"cars", is_index, May::be_missing},
    {"init", is_init},
    {"seed", is_seed, May::be_null},
    {"mode", is_one_of<kModes>},
    {"count", is_one_of<kContracts>},
    {"class", is_one_of<kClasses>},
    {"origin", is_one_of<kOrigins>},
    {"samples", are<is_positive>},
    {"rank_seconds", are<is_spread>, May::be_missing},
    {"rounds", are<is_index>, May::be_missing},
    {"discarded", is_index, May::be_missing},
    {"mcops", is_positive, May::be_null},
    {"mcops_low", is_positive, May::be_null},
    {"mcops_high", is_positive, May::be_null},
    {"cells_per_cycle", is_positive, May::be_null},
    {"limit", is_text, May::be_null},
    {"fraction_of_limit", is_positive, May::be_null},
    {"base", is_row_name, May::be_null},
    {"base_mcops", is_positive, May::be_null},
    {"base_samples", are<is_positive>, May::be_missing},
    {"base_steps", is_count, May::be_missing},
    {"speedup", is_positive, May::be_null},
    {"speedup_low", is_positive, May::be_null},
    {"speedup_high", is_positive, May::be_null},
    {"efficiency", is_positive, May::be_null},
    {"ladder_base", is_row_name, May::be_null},
    {"ladder_base_mcops", is_positive, May::be_null},
    {"ladder_base_samples", are<is_positive>, May::be_missing},
    {"ladder_base_steps", is_count, May::be_missing},
    {"ladder_speedup", is_positive, May::be_null},
    {"ladder_speedup_low", is_positive, May::be_null},
    {"ladder_speedup_high", is_positive, May::be_null},
    {"hash", is_hash, May::be_null},
    {"verified", is_flag, May::be_null},
    {"verification", is_one_of<kVerifications>},
    {"restarted", is_flag, May::be_null},
    {"stopped", is_one_of<kStops>, May::be_null},
    {"error_message", is_text, May::be_missing},
    {"skipped", is_text, May::be_missing},
    {"warnings", are<is_text>, May::be_missing},
    {"shares", are_shares, May::be_missing},
    {"placement", are<is_place>, May::be_null},
    {"clock_hz", is_positive, May::be_null},
    {"run", is_index},
};

// Of a launch, and of its CPU: what a merged report says of them anew, and what makes two machines alike.
bool is_object(const Json& value) { return value.is_object(); }
constexpr Field kRunFields[] = {{"host", is_text}, {"date", is_text}, {"cpu", is_object}, {"caches", are<is_object>}};
constexpr Field kCpuFields[] = {{"model", is_text},
                                {"revision", is_text, May::be_missing},
                                {"cores", is_shape},
                                {"threads_per_core", is_shape},
                                {"clock_hz", is_positive, May::be_null}};

// --- rows: fields together, as the rules of the schema have them -----------------------------------------------------

bool is_measured_end(const Json& value) { return is_text(value) && value != "none"; }
bool is_iteration(const Json& value) { return value == "iteration"; }
bool is_aggregate(const Json& value) { return value == "aggregate"; }
bool is_measured(const Json& value) { return value == "measured"; }
bool is_update(const Json& value) { return value == "update"; }
bool is_none(const Json& value) { return value == "none"; }
bool is_false(const Json& value) { return value == false; }
bool is_empty(const Json& value) { return value.empty(); }
bool is_filled(const Json& value) { return !value.empty(); }

struct Rule {
  bool (*applies)(const Json& row);
  const char* to;
  std::vector<Field> fields;
};

const std::vector<Rule>& rules() {
  static const std::vector<Rule> rules{
      {[](const Json& row) { return row.contains("skipped"); },
       "a skipped row",
       {{"run_type", is_aggregate},
        {"origin", is_measured},
        {"repetitions", is_zero},
        {"samples", is_empty},
        {"iterations", is_null},
        {"steps", is_null},
        {"depth", is_null},
        {"real_time", is_null},
        {"cpu_time", is_null},
        {"mcops", is_null},
        {"mcops_low", is_null},
        {"mcops_high", is_null},
        {"hash", is_null},
        {"verified", is_null},
        {"verification", is_none},
        {"stopped", is_null},
        {"error_message", is_text}}},
      {[](const Json& row) { return !row.contains("skipped"); },
       "a row that was not skipped",
       {{"run_type", is_iteration},
        {"iterations", is_count},
        {"steps", is_count},
        {"real_time", is_positive},
        {"cpu_time", is_time},
        {"time_unit", is_text}}},
      {[](const Json& row) { return !row.contains("skipped") && row["class"] == "update"; },
       "a row of an update kernel",
       {{"mcops", is_positive}}},
      {[](const Json& row) { return row["class"] == "closed-form"; },
       "a row of a closed form",
       {{"mcops", is_null}, {"mcops_low", is_null}, {"mcops_high", is_null}, {"limit", is_null}}},
      {[](const Json& row) { return !row.contains("skipped") && row["origin"] == "measured"; },
       "a measured row",
       {{"repetitions", is_count},
        {"samples", is_filled},
        {"verified", is_flag},
        {"verification", is_measured_end},
        {"restarted", is_flag},
        {"stopped", is_text}}},
      {[](const Json& row) { return row["origin"] != "measured"; },
       "a row that was not measured",
       {{"class", is_update},
        {"hash", is_null},
        {"verified", is_null},
        {"verification", is_none},
        {"stopped", is_null},
        {"placement", is_null},
        {"clock_hz", is_null},
        {"mcops_low", is_null}}},
      {[](const Json& row) { return row["origin"] == "simulated"; },
       "a simulated row",
       {{"repetitions", is_count}, {"samples", is_filled}}},
      {[](const Json& row) { return row["origin"] == "modelled"; },
       "a modelled row",
       {{"repetitions", is_zero}, {"samples", is_empty}}},
      {[](const Json& row) { return row["verification"] == "full"; }, "a row verified in full", {{"hash", is_hash}}},
      {[](const Json& row) { return row["verified"] == false; }, "a row that failed", {{"error_message", is_text}}},
      {[](const Json& row) { return row["stopped"] == "failed"; }, "a row that failed", {{"verified", is_false}}},
      {[](const Json& row) { return !row["mcops_low"].is_null(); },
       "a row with an interval",
       {{"mcops_high", is_positive}}},
      {[](const Json& row) { return row["mcops_low"].is_null(); },
       "a row without an interval",
       {{"mcops_high", is_null}}},
  };
  return rules;
}

/// A value for a message of one line.
std::string shown(const Json& value) {
  constexpr std::size_t kMostLetters = 60;
  const std::string text = value.dump(-1, ' ', true);
  return text.size() <= kMostLetters ? text : text.substr(0, kMostLetters) + "...";
}

/// What is wrong with an object's fields, each by itself; empty if nothing.
std::string fault_of(const Json& object, std::span<const Field> fields) {
  if (!object.is_object()) return "is no object";
  for (const Field& field : fields) {
    const auto found = object.find(field.name);
    if (found == object.end()) {
      if (field.may == May::be_missing) continue;
      return fmt::format("lacks {}", field.name);
    }
    if (field.may == May::be_null && found->is_null()) continue;
    if (!field.good(*found)) return fmt::format("has {} {}", field.name, shown(*found));
  }
  return {};
}

std::string fault_of_run(const Json& run) {
  std::string fault = fault_of(run, kRunFields);
  if (!fault.empty()) return fault;
  fault = fault_of(run["cpu"], kCpuFields);
  return fault.empty() ? fault : "has a cpu that " + fault;
}

std::string fault_of_row(const Json& row) {
  if (std::string fault = fault_of(row, kFields); !fault.empty()) return fault;
  for (const Rule& rule : rules()) {
    if (!rule.applies(row)) continue;
    for (const Field& field : rule.fields) {
      if (!row.contains(field.name)) return fmt::format("lacks {}, as {}", field.name, rule.to);
      if (!field.good(row[field.name])) {
        return fmt::format("has {} {}, as {}", field.name, shown(row[field.name]), rule.to);
      }
    }
  }
  return {};
}

/// How a message calls a row.
std::string title(const Json& row, std::size_t index) {
  const bool named = row.is_object() && row.contains("name") && is_row_name(row["name"]);
  return named ? fmt::format("row {} ({})", index, row["name"].get<std::string>()) : fmt::format("row {}", index);
}

void check_report(const std::string& path, const Json& report) {
  const auto refuse = [&](const std::string& why) { throw BadInput(fmt::format("{}: {}", path, why)); };
  if (!report.is_object() || !report.contains("context") || !report["context"].is_object() ||
      report["context"].value("executable", Json()) != "trafficbench") {
    refuse("no report of trafficbench");
  }
  const Json& context = report["context"];
  if (context.value("json_schema_version", Json()) != kSchemaVersion) {
    refuse(fmt::format("its schema version is not {}", kSchemaVersion));
  }
  if (!context.contains("command") || !is_text(context["command"])) refuse("it names no command");
  if (!context.contains("runs") || !context["runs"].is_array() || context["runs"].empty()) refuse("it names no runs");
  for (const Json& run : context["runs"]) {
    if (const std::string fault = fault_of_run(run); !fault.empty()) refuse(fmt::format("one of its runs {}", fault));
  }
  if (!report.contains("benchmarks") || !report["benchmarks"].is_array() || report["benchmarks"].empty()) {
    refuse("it has no rows");
  }
  std::size_t index = 0;
  for (const Json& row : report["benchmarks"]) {
    ++index;
    std::string fault = fault_of_row(row);
    if (fault.empty() && row["run"].get<std::size_t>() >= context["runs"].size()) {
      fault = fmt::format("has run {}, and there are {}", row["run"].get<std::size_t>(), context["runs"].size());
    }
    if (!fault.empty()) refuse(fmt::format("{} {}: damaged", title(row, index), fault));
  }
}

/// A report's text as JSON. Of a key that stands twice in an object the parser would drop one.
Json parse(const std::string& path, const std::string& text) {
  std::vector<std::set<std::string>> open;  // keys of the objects that are being read, the innermost last
  std::optional<std::string> twice;
  const auto watch = [&](int /*depth*/, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key && !open.back().insert(value.get<std::string>()).second) twice = shown(value);
    return true;
  };
  Json json = Json::parse(text, watch, false);
  if (json.is_discarded()) throw BadInput(fmt::format("{}: no JSON, or cut short", path));
  if (twice) throw BadInput(fmt::format("{}: the key {} stands twice in one object: damaged", path, *twice));
  return json;
}

}  // namespace

Json read_report(const std::string& path) {
  Json report = parse(path, text_of_file(path));
  check_report(path, report);
  return report;
}

}  // namespace trafficbench

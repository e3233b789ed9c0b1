// How CLI11 fills options: each text becomes its value at once, and what will not do is refused with BadInput while the
// command line is read. For the files that declare options only.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

namespace trafficbench {

/// Throws BadInput for an option that is given as "": a variable that was not set must not pass for an option that was
/// left out. For options that hold texts, once the command line is read; the others refuse it themselves.
void refuse_empty(const CLI::App& app);

/// Throws BadInput for an argument like `--output=`: CLI11 would take the next one for its value.
void refuse_unfinished(int argc, const char* const* argv);

/// Reads a text with `read`, unless it is "", which is refused, or help was asked for, which comes first.
template <typename Read>
CLI::Option* add_reader(CLI::App& app, const std::string& name, const std::string& description, const Read& read) {
  return app.add_option_function<std::string>(
      "--" + name,
      [&app, read](const std::string& text) {
        if (app.get_help_ptr() != nullptr && app.get_help_ptr()->count() > 0) return;
        refuse_empty(app);
        read(text);
      },
      description);
}

/// An option that holds a type of base/option_values.hpp or one like them. What stands in `value` is the default.
template <typename Value>
CLI::Option* add_value(CLI::App& app, const std::string& name, Value& value, const std::string& description) {
  return add_reader(app, name, description, [&value, name](const std::string& text) { value = Value(text, name); })
      ->type_name(Value::kKind)
      ->default_str(value.text);
}

/// The same without a default.
template <typename Value>
CLI::Option* add_value(CLI::App& app, const std::string& name, std::optional<Value>& value,
                       const std::string& description) {
  return add_reader(app, name, description, [&value, name](const std::string& text) { value.emplace(text, name); })
      ->type_name(Value::kKind);
}

/// A count from 1 to `most`, as parse_count reads it.
void add_count(CLI::App& app, const std::string& name, int& count, int most, const std::string& description);

/// A number, as parse_number reads it.
void add_number(CLI::App& app, const std::string& name, double& number, double least, double most,
                const std::string& description);

/// A file or another text that is taken as it stands. `kind` is what help calls it.
CLI::Option* add_text(CLI::App& app, const std::string& name, std::string& text, const std::string& kind,
                      const std::string& description);

/// What help says of numbers and lists at its end.
inline constexpr char kNumbersHelp[] =
    "COUNT: 10240000, 1e9, 2^30 or 16Mi. COUNTS: a list, 1,2,4, which may hold ranges, 1e5:1e9:x10 (times ten each), "
    "100:500:100 (plus 100), 1:128 (times two). NAMES: a list with commas.";

}  // namespace trafficbench

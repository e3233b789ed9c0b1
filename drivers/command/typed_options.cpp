#include "drivers/command/typed_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/utf8.hpp"

namespace trafficbench {

void refuse_empty(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() > 0 && std::ranges::find(option->results(), std::string()) != option->results().end()) {
      throw BadInput(fmt::format("{} is empty: give it a value, or leave it out", option->get_name()));
    }
  }
}

void refuse_unfinished(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
      throw BadInput(fmt::format("{} is empty: give it a value, or leave it out",
                                 echoed(argument.substr(0, argument.size() - 1))));
    }
  }
}

void add_count(CLI::App& app, const std::string& name, int& count, int most, const std::string& description) {
  add_reader(
      app, name, description,
      [&count, name, most](const std::string& text) { count = static_cast<int>(parse_count(text, name, 1, most)); })
      ->type_name("COUNT")
      ->default_str(std::to_string(count));
}

void add_number(CLI::App& app, const std::string& name, double& number, double least, double most,
                const std::string& description) {
  add_reader(app, name, description,
             [&number, name, least, most](const std::string& text) { number = parse_number(text, name, least, most); })
      ->type_name("NUMBER")
      ->default_str(fmt::format("{}", number));
}

CLI::Option* add_text(CLI::App& app, const std::string& name, std::string& text, const std::string& kind,
                      const std::string& description) {
  CLI::Option* option = app.add_option("--" + name, text, description)->type_name(kind);
  if (!text.empty()) option->default_str(text);
  return option;
}

}  // namespace trafficbench

#include "drivers/base/option_values.hpp"

#include <fmt/format.h>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/utf8.hpp"

namespace trafficbench {

void refuse_name(std::string_view name, std::string_view what, const std::vector<std::string_view>& names,
                 const std::vector<std::string_view>& meanings, bool list) {
  std::string choices;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) choices += !list && i + 1 == names.size() ? " or " : ", ";
    choices += names[i];
    if (i < meanings.size() && !meanings[i].empty()) choices += fmt::format(" ({})", meanings[i]);
  }
  if (list) choices += names.size() == 2 ? ", or both with a comma between" : ", or several with commas between";
  throw BadInput(fmt::format("{} is '{}': it is {}", what, echoed(name), choices));
}

}  // namespace trafficbench

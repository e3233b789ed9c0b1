// RAPL by Linux's powercap: a counter of microjoules for each CPU package and, where there is one, its memory. Each
// begins anew at a number of its own. Other domains are parts of a package, or hold it.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <sstream>
#include <utility>
#include <vector>

#include "drivers/base/known.hpp"
#include "drivers/base/utf8.hpp"
#include "drivers/machine/energy_meter.hpp"

namespace trafficbench {

namespace {

namespace fs = std::filesystem;

/// The number that is all of a text but spaces; nothing for anything else.
std::optional<std::int64_t> number_in(const std::string& text) {
  std::istringstream in(text);
  std::int64_t number = 0;
  if (!(in >> number) || number < 0) return {};
  std::string more;
  return in >> more ? std::nullopt : std::optional(number);
}

std::string first_word(const fs::path& path) {
  std::string why_not;
  std::istringstream text(text_of_counter(path, why_not));
  std::string word;
  text >> word;
  return word;
}

/// Folders in `folder` whose names are `prefix` and a number, in the order of the numbers.
std::vector<fs::path> numbered(const fs::path& folder, const std::string& prefix) {
  std::vector<std::pair<int, fs::path>> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    const std::string number = name.substr(prefix.size());
    const bool is_number = !number.empty() && number.size() < 6 &&
                           std::ranges::all_of(number, [](unsigned char letter) { return std::isdigit(letter) != 0; });
    if (is_number) found.emplace_back(std::stoi(number), entry.path());
  }
  std::ranges::sort(found);
  std::vector<fs::path> folders;
  folders.reserve(found.size());
  for (auto& [number, path] : found) folders.push_back(std::move(path));
  return folders;
}

/// One counter. What it has counted so far goes on where the counter begins anew.
class Domain {
 public:
  Domain(fs::path path, std::int64_t range) : path_(std::move(path)), range_(range) {}

  bool read() {
    std::string why_not;
    const std::optional<std::int64_t> now = number_in(text_of_counter(path_, why_not));
    if (!now || *now > range_) return false;
    if (before_) microjoules_ += *now - *before_ + (*now < *before_ ? range_ : 0);
    before_ = now;
    return true;
  }

  std::int64_t microjoules() const { return microjoules_; }

 private:
  fs::path path_;
  std::int64_t range_;
  std::optional<std::int64_t> before_;
  std::int64_t microjoules_ = 0;
};

class Rapl : public EnergyMeter {
 public:
  explicit Rapl(std::vector<Domain> domains) : domains_(std::move(domains)) {}

  std::optional<EnergyReading> read() override {
    std::int64_t sum = 0;
    bool are_read = true;
    for (Domain& domain : domains_) {
      are_read = domain.read() && are_read;
      sum += domain.microjoules();
    }
    if (!are_read) return {};
    return EnergyReading{1e-6 * static_cast<double>(sum), {}};
  }

 private:
  std::vector<Domain> domains_;
};

/// Adds the domain in that folder, or says why it cannot be read.
void add_domain(const fs::path& folder, std::vector<Domain>& domains, std::string& why_not) {
  std::string fault;
  const std::optional<std::int64_t> range = number_in(text_of_counter(folder / "max_energy_range_uj", fault));
  const fs::path path = folder / "energy_uj";
  if (fault.empty()) {
    const bool is_number = number_in(text_of_counter(path, fault)).has_value();
    if (fault.empty() && !is_number) fault = fmt::format("{} holds no number", valid_utf8(path.string()));
  }
  if (fault.empty() && range.value_or(0) == 0) fault = fmt::format("{} has no range", valid_utf8(folder.string()));
  if (!fault.empty() && why_not.empty()) why_not = fault;
  if (fault.empty()) domains.emplace_back(path, known(range));
}

}  // namespace

FoundMeter find_rapl(const fs::path& root) {
  FoundMeter found{.source = EnergySource::rapl, .meter = {}, .why_not = {}};
  const fs::path folder = root / "sys/class/powercap";
  std::vector<Domain> domains;
  for (const fs::path& package : numbered(folder, "intel-rapl:")) {
    if (!first_word(package / "name").starts_with("package-")) continue;
    add_domain(package, domains, found.why_not);
    for (const fs::path& part : numbered(package, package.filename().string() + ":")) {
      if (first_word(part / "name") == "dram") add_domain(part, domains, found.why_not);
    }
  }
  // Not the sum of some: it would pass for that of all.
  if (!found.why_not.empty()) return found;
  if (domains.empty()) {
    found.why_not = fmt::format("{} has no package of intel-rapl", valid_utf8(folder.string()));
    return found;
  }
  found.meter = std::make_unique<Rapl>(std::move(domains));
  return found;
}

}  // namespace trafficbench

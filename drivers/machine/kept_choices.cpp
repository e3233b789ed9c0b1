#include "drivers/machine/kept_choices.hpp"

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "drivers/base/files.hpp"
#include "drivers/base/json.hpp"
#include "drivers/base/new_file.hpp"

namespace trafficbench {

namespace {

/// The folder that a variable of the environment names, if it names one from the root on.
std::filesystem::path folder_in(const char* variable) {
  const char* const value = std::getenv(variable);
  const std::filesystem::path folder = value == nullptr ? "" : value;
  return folder.is_absolute() ? folder : std::filesystem::path();
}

/// All that is kept: texts by their keys. Empty where that cannot be read.
Json read_choices(const std::string& path) {
  try {
    if (!plain_file_at(path)) return Json::object();
    Json choices = Json::parse(text_of_file(path));
    for (const Json& choice : choices) {
      if (!choice.is_string()) return Json::object();
    }
    return choices.is_object() ? choices : Json::object();
  } catch (const std::exception&) {
    return Json::object();
  }
}

}  // namespace

std::string kept_choices_path() {
  std::filesystem::path folder = folder_in("XDG_CACHE_HOME");
  if (folder.empty()) folder = folder_in("HOME");
  if (folder.empty()) return {};
  if (folder_in("XDG_CACHE_HOME").empty()) folder /= ".cache";
  return (folder / "trafficbench" / "choices.json").string();
}

std::optional<std::string> kept_choice(const std::string& key) {
  const std::string path = kept_choices_path();
  if (path.empty()) return {};
  const Json choices = read_choices(path);
  const auto found = choices.find(key);
  if (found == choices.end()) return {};
  return found->get<std::string>();
}

bool keep_choice(const std::string& key, const std::string& value) {
  // As many machines and builds as a home folder that several clusters share may see; beyond that, begin anew.
  constexpr std::size_t kMostChoices = 1000;
  const std::string path = kept_choices_path();
  if (path.empty()) return false;
  Json choices = read_choices(path);
  if (choices.size() >= kMostChoices) choices = Json::object();
  choices[key] = value;
  try {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    write_new_file(path, true, choices.dump(1) + "\n");
    return true;
  } catch (const std::exception&) {
    // A folder that takes no file, a disk that is full, another start that writes just now.
    return false;
  }
}

}  // namespace trafficbench

// What was measured on this machine and serves later starts: a file in the user's cache folder.
#pragma once

#include <optional>
#include <string>

namespace trafficbench {

/// $XDG_CACHE_HOME/trafficbench/choices.json, or that in ~/.cache; empty if the environment names neither folder.
std::string kept_choices_path();

/// What was kept under that key. Nothing if there is no such file, or if it is not what keep_choice writes.
std::optional<std::string> kept_choice(const std::string& key);

/// Keeps it for later starts. False if it cannot be kept, which is no error: then the next start measures again.
bool keep_choice(const std::string& key, const std::string& value);

}  // namespace trafficbench

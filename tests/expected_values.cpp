#include "tests/expected_values.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "tests/json_text.hpp"
#include "tests/temporary_folder.hpp"

namespace trafficbench {

ExpectedValues::ExpectedValues(const std::string& name)
    : ExpectedValues(std::make_shared<const Json>(
          json_of(read_text(std::string(TRAFFICBENCH_TESTS_FOLDER) + "/expected/" + name)))) {}

ExpectedValues::ExpectedValues(std::shared_ptr<const Json> json) : json_(std::move(json)) {}

std::vector<ExpectedValues> ExpectedValues::list(const std::string& field) const {
  std::vector<ExpectedValues> all;
  for (const Json& each : json_->at(field)) all.push_back(ExpectedValues(std::make_shared<const Json>(each)));
  return all;
}

ExpectedValues ExpectedValues::object(const std::string& field) const {
  return ExpectedValues(std::make_shared<const Json>(json_->at(field)));
}

double ExpectedValues::number(const std::string& field) const { return json_->at(field).get<double>(); }

int ExpectedValues::count(const std::string& field) const { return json_->at(field).get<int>(); }

std::vector<double> ExpectedValues::numbers(const std::string& field) const {
  return json_->at(field).get<std::vector<double>>();
}

std::string ExpectedValues::text() const { return text_of(*json_); }

}  // namespace trafficbench

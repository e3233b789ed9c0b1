// The table of fields, and what is held to it: the schema and the rows themselves.
#include "drivers/report/fields.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "drivers/report/report_file.hpp"
#include "drivers/report/row_name.hpp"
#include "drivers/report/row_rules.hpp"
#include "tests/json_text.hpp"
#include "tests/made_up_row.hpp"
#include "tests/refusal.hpp"
#include "tests/temporary_folder.hpp"

namespace trafficbench {
namespace {

std::string file_of(const std::string& path) { return read_text(std::string(TRAFFICBENCH_ROOT) + "/" + path); }

Json schema_of_a_row() { return json_of(file_of("results/schema/report.schema.json"))["$defs"]["row"]; }

TEST(Fields, AreThoseOfTheSchema) {
  const Json schema = schema_of_a_row();
  std::set<std::string> in_table;
  std::set<std::string> always_there;
  for (const Field& field : row_fields()) {
    EXPECT_TRUE(in_table.insert(std::string(field.name)).second) << field.name << " stands twice";
    if (field.presence != Presence::optional) always_there.insert(std::string(field.name));
  }
  std::set<std::string> in_schema;
  for (const auto& [name, value] : schema["properties"].items()) in_schema.insert(name);
  EXPECT_EQ(in_table, in_schema);
  EXPECT_EQ(always_there, schema["required"].get<std::set<std::string>>());
}

/// What a schema says of one value, as far as the schema of a row says it.
bool allows_null(const Json& schema, const Json& property) {
  Json resolved = property;
  if (property.contains("$ref")) {
    const auto reference = property["$ref"].get<std::string>();
    resolved = schema["$defs"][reference.substr(reference.rfind('/') + 1)];
  }
  if (resolved.contains("enum")) {
    for (const Json& value : resolved["enum"]) {
      if (value.is_null()) return true;
    }
    return false;
  }
  if (!resolved.contains("type") || !resolved["type"].is_array()) return false;
  for (const Json& type : resolved["type"]) {
    if (type == "null") return true;
  }
  return false;
}

TEST(Fields, MayBeNullWhereTheSchemaAllowsIt) {
  const Json schema = json_of(file_of("results/schema/report.schema.json"));
  const Json& properties = schema["$defs"]["row"]["properties"];
  for (const Field& field : row_fields()) {
    const bool may_be_null = field.presence == Presence::or_null || field.null_if != nullptr;
    EXPECT_EQ(allows_null(schema, properties[std::string(field.name)]), may_be_null) << field.name;
  }
}

TEST(Fields, TakeTheNamesThatTheSchemaLists) {
  const Json properties = schema_of_a_row()["properties"];
  for (const Field& field : row_fields()) {
    const Json& property = properties[std::string(field.name)];
    if (!property.contains("enum")) continue;
    for (const Json& name : property["enum"]) {
      if (name.is_null()) continue;
      EXPECT_TRUE(field.good(name)) << field.name << " " << text_of(name);
    }
    if (field.read) {
      EXPECT_FALSE(field.good("no such name")) << field.name;
    }
  }
}

/// A field as it stands in a row, without regions of workers that are null: where they are missing it is the same.
Json without_unknown_regions(const Json& row, const std::string& name) {
  Json value = row.value(name, Json());
  if (name != "placement" || !value.is_array()) return value;
  for (Json& place : value) {
    if (place.contains("numa") && place["numa"].is_null()) place.erase("numa");
  }
  return value;
}

TEST(Rows, ComeBackAsTheyWereWritten) {
  for (const char* kind : {"measured", "merged", "simulated", "closed-form", "failed", "skipped", "ladder"}) {
    const Json report = json_of(file_of(std::string("results/schema/example-") + kind + ".json"));
    for (const Json& before : report["benchmarks"]) {
      Row row;
      ASSERT_EQ(read_row(before, Completeness::whole, row), "") << kind << " " << text_of(before["name"]);
      const Json after = to_json(row);
      for (const auto& [name, value] : before.items()) {
        // A field that says nothing may be left out.
        const bool says_nothing = value.is_null() || (value.is_array() && value.empty());
        if (says_nothing && !after.contains(name)) continue;
        EXPECT_EQ(without_unknown_regions(after, name), without_unknown_regions(before, name)) << kind << " " << name;
      }
      for (const auto& [name, value] : after.items())
        EXPECT_EQ(without_unknown_regions(before, name), without_unknown_regions(after, name)) << kind << " " << name;
    }
  }
}

TEST(Rows, ArePassedOverWhereTheyHaveAFieldThatNobodyKnows) {
  Json json = to_json(made_up_row("sweep/a"));
  EXPECT_TRUE(unknown_fields(json).empty());
  json["novel"] = {{"x", 1e-300}};
  json["newer"] = nullptr;
  Row row;
  EXPECT_EQ(read_row(json, Completeness::given, row), "");
  EXPECT_EQ(read_row(json, Completeness::whole, row), "");
  EXPECT_EQ(to_json(row), to_json(made_up_row("sweep/a")));
  EXPECT_EQ(unknown_fields(json), (std::vector<std::string>{"novel", "newer"}));
}

TEST(Reports, NameTheFieldsThatNobodyKnows) {
  const TemporaryFolder folder;
  const std::string path = folder.file("report.json");
  Json report = json_of(file_of("results/schema/example-measured.json"));
  report["benchmarks"][0]["novel"] = 1;
  report["benchmarks"][1]["novel"] = 2;
  report["benchmarks"][1]["newer"] = 3;
  write_text(path, text_of(report));
  EXPECT_EQ(read_report(path).unknown_fields, (std::set<std::string>{"newer", "novel"}));
  // Elsewhere nobody passes over one.
  report["context"]["novel"] = 1;
  write_text(path, text_of(report));
  EXPECT_NE(refusal([&] { read_report(path); }, "a report").find("novel"), std::string::npos);
}

TEST(Reports, OfVersion1AreNotRead) {
  const std::string path = std::string(TRAFFICBENCH_ROOT) + "/results/schema/example-version-1.json";
  EXPECT_NE(refusal([&] { read_report(path); }, path).find("version 1"), std::string::npos);
}

TEST(Reports, HaveALineForEachRow) {
  const Json report = json_of(file_of("results/schema/example-measured.json"));
  const std::string text = text_of_report(report);
  EXPECT_EQ(json_of(text), report);
  for (const Json& row : report["benchmarks"]) {
    EXPECT_NE(text.find("\n" + text_of(row)), std::string::npos) << text_of(row["name"]);
  }
}

TEST(Rows, AreRefusedWhereWhatFollowsSaysSomethingElse) {
  const Json changes = {{"run_name", "sweep/b"}, {"repetitions", 2}, {"iterations", 11}, {"time_unit", "s"}};
  for (const auto& [field, value] : changes.items()) {
    Json json = to_json(made_up_row("sweep/a"));
    json[field] = value;
    Row row;
    EXPECT_NE(read_row(json, Completeness::whole, row).find(field), std::string::npos) << field;
    EXPECT_EQ(read_row(json, Completeness::given, row), "") << field;
  }
}

TEST(Rows, OfAJournalHaveNoRatiosYet) {
  Row row = made_up_row("sweep/a");
  row.speedup.base = "sweep/b";
  row.speedup.base_mcops = 0.1;
  Row read;
  EXPECT_EQ(read_row(to_json(row), Completeness::whole, read), "");
  EXPECT_NE(broken_ratio_rule(read).find("has speedup null"), std::string::npos);
  EXPECT_EQ(broken_ratio_rule(made_up_row("sweep/a")), "");
}

TEST(Rows, AreWrittenWithoutBytesThatAreNoText) {
  Row row = made_up_row("sweep/a");
  row.note = "caf\xe9";
  row.model =
      Model{.name = "\xff", .version = "1", .parameters = {{"\xfe", std::string("\xfd")}}, .calibrated_from = {}};
  row.placement = {{.rank = 0, .thread = 0, .host = "h\xc3", .cpu = 0, .numa = 0}};
  const Json json = to_json(row);
  EXPECT_EQ(json["note"].get<std::string>(), "caf\xef\xbf\xbd");
  EXPECT_EQ(json["placement"][0]["host"].get<std::string>(), "h\xef\xbf\xbd");
  EXPECT_EQ(text_of(json).find("\xff"), std::string::npos);
}

TEST(Rows, NeedNotHaveWhatIsWorkedOutWhereOnlyTheRestIsGiven) {
  Json json = to_json(made_up_row("sweep/a"));
  for (const Field& field : row_fields()) {
    if (field.source == Source::worked_out) json.erase(std::string(field.name));
  }
  Row row;
  EXPECT_EQ(read_row(json, Completeness::given, row), "");
  EXPECT_EQ(row.samples, made_up_row("sweep/a").samples);
  EXPECT_NE(read_row(json, Completeness::whole, row), "");
}

TEST(RowName, SaysWhatWasAskedForOfAnAxis) {
  const std::string name = "sweep/tiled/cells:1e9/depth:auto/init:file:a/isa:avx2";
  EXPECT_EQ(command_of(name), "sweep");
  EXPECT_EQ(asked_for(name, "cells"), "1e9");
  EXPECT_EQ(asked_for(name, "depth"), "auto");
  EXPECT_EQ(asked_for(name, "init"), "file:a");
  EXPECT_EQ(asked_for(name, "isa"), "avx2");
  EXPECT_EQ(asked_for(name, "cell"), "");
  EXPECT_EQ(asked_for(name, "tile"), "");
  EXPECT_EQ(knobs_asked_for(name), "");
  EXPECT_EQ(knobs_asked_for(name + "/tile:256"), "tile:256");
  EXPECT_EQ(knobs_asked_for(name + "/stride:3/tile:256"), "stride:3/tile:256");
  EXPECT_EQ(knobs_asked_for("ladder/python/cells:1e6"), "");
}

}  // namespace
}  // namespace trafficbench

#include "drivers/report/journal.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "drivers/base/checksum.hpp"
#include "drivers/report/fields.hpp"
#include "drivers/report/ratios.hpp"
#include "drivers/report/report.hpp"
#include "drivers/report/report_file.hpp"
#include "tests/json_text.hpp"
#include "tests/made_up_launch.hpp"
#include "tests/made_up_row.hpp"
#include "tests/random_choices.hpp"
#include "tests/refusal.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

class SweepJournal : public testing::Test {
 protected:
  const TemporaryFolder folder_;
  const std::string output_ = folder_.file("report.json");
  const std::string path_ = output_ + ".journal";
  const Json axes_ = {{"cells", "1e6"}, {"kernels", "all"}};

  Journal open(bool resume, bool force = false) { return Journal(options(resume, force), axes_); }

  Journal::Options options(bool resume, bool force = false) const {
    return {output_, resume, force, {"sweep/row 0", "sweep/row 1", "sweep/row 2", "sweep/new", "sweep/kept"}};
  }

  /// What a launch records of a visit.
  static Json visit_record() {
    return {{"began", 1.5},
            {"seconds", 2.5},
            {"nodes",
             {{{"host", "here"}, {"steal_seconds", 0.1}, {"involuntary_switches", 3}, {"reference_hz", nullptr}}}}};
  }

  /// A line of visit 0 of launch 0.
  static Json visit_line(const std::vector<Row>& rows) {
    Json list = Json::array();
    for (const Row& row : rows) list.push_back(to_json(row));
    return {{"visit", visit_record()}, {"rows", std::move(list)}};
  }

  /// The report of all points.
  Json whole_report(const std::vector<Json>& launches) const {
    std::vector<Row> rows;
    for (const std::string& name : options(false).names) rows.push_back(made_up_row(name));
    return make_report("sweep", axes_, launches, rows);
  }

  /// A line as the journal writes it, whatever it says.
  static std::string line_of(const std::string& json) {
    return fmt::format("{},\"checksum\":\"{:016x}\"}}\n", json.substr(0, json.size() - 1), checksum(json));
  }
  static std::string line_of(const Json& json) { return line_of(text_of(json)); }

  std::string refusal(const Json& axes, bool resume, bool force = false) {
    const std::string before = std::filesystem::exists(path_) ? read_text(path_) : "";
    const std::string said =
        trafficbench::refusal([&] { const Journal journal(options(resume, force), axes); }, "the journal");
    if (std::filesystem::exists(path_)) {
      EXPECT_EQ(read_text(path_), before) << "changed what it refused";
    }
    return said;
  }

  /// So many visits, each of a row of its own: lines 3 and on.
  void begin(int rows) {
    Journal journal = open(false);
    journal.add_run(made_up_launch());
    for (int i = 0; i < rows; ++i) {
      journal.add_visit(visit_record(), {made_up_row("sweep/row " + std::to_string(i), i + 0.1, i)});
    }
  }
};

TEST_F(SweepJournal, ResumesWithThePlanAndEveryLaunchVisitAndRow) {
  const Json plan = {{"rounds", {{"sweep/row 0", 2}}}, {"wave", "auto"}};
  Row simulated = made_up_row("sweep/new");
  simulated.note = "of no visit";
  {
    Journal journal = open(false);
    EXPECT_TRUE(journal.plan().is_null());
    journal.add_run(made_up_launch());
    EXPECT_EQ(journal.next_visit(), 0);
    journal.set_plan(plan);
    journal.add_visit(visit_record(), {made_up_row("sweep/row 0", 1), made_up_row("sweep/row 1", 2)});
    EXPECT_EQ(journal.next_visit(), 1);
    journal.add_visit(visit_record(), {made_up_row("sweep/row 0", 3, 1)});
    journal.add_run(made_up_launch());
    EXPECT_EQ(journal.next_visit(), 0);
    journal.add_visit(visit_record(), {made_up_row("sweep/row 0", 5, 0, 1)});
    journal.add_row(simulated);
  }
  const Journal journal = open(true);
  EXPECT_FALSE(journal.complete());
  EXPECT_EQ(journal.plan(), plan);
  EXPECT_EQ(journal.next_visit(), 1);
  ASSERT_EQ(journal.runs().size(), 2u);
  Json launch = made_up_launch();
  launch["visits"] = {visit_record(), visit_record()};
  EXPECT_EQ(journal.runs()[0], launch);
  launch["visits"].erase(1);
  EXPECT_EQ(journal.runs()[1], launch);
  ASSERT_EQ(journal.rows().size(), 3u);
  ASSERT_TRUE(journal.row("sweep/row 0"));
  const Row& row = *journal.row("sweep/row 0");
  EXPECT_EQ(row.sample_runs, (std::vector<std::size_t>{0, 0, 1}));
  EXPECT_EQ(row.sample_visits, (std::vector<std::int64_t>{0, 1, 0}));
  EXPECT_DOUBLE_EQ(*row.mcops.value, 3) << "over all its visits";
  EXPECT_EQ(journal.row("sweep/row 1")->samples.size(), 1u);
  EXPECT_EQ(journal.row("sweep/new")->note, "of no visit");
  EXPECT_EQ(journal.row("sweep/row 2"), nullptr);
}

TEST_F(SweepJournal, KeepsWhatVisitsOfEarlierLaunchesSayOfNodes) {
  const auto visit = [](double ratio) {
    Json record = visit_record();
    record["nodes"].push_back(record["nodes"][0]);
    record["nodes"][1]["host"] = "there";
    for (Json& node : record["nodes"]) node["ranks"] = 1;
    record["nodes"][0]["kernel_ratio"] = 1;
    record["nodes"][1]["kernel_ratio"] = ratio;
    return record;
  };
  {
    Journal journal = open(false);
    journal.add_run(made_up_launch());
    journal.add_visit(visit_record(), {made_up_row("sweep/row 0")});  // as an earlier program wrote it
    journal.add_visit(visit(1.25), {made_up_row("sweep/row 0", 1, 1)});
  }
  Journal journal = open(true);
  journal.add_run(made_up_launch());
  journal.add_visit(visit(1.75), {made_up_row("sweep/row 0", 1, 0, 1)});
  const Json context = make_report("sweep", axes_, journal.runs(), journal.rows())["context"];
  ASSERT_EQ(context["nodes"].size(), 2u);
  EXPECT_EQ(context["nodes"][1]["host"], "there");
  EXPECT_EQ(context["nodes"][1]["kernel_ratio"], 1.5);
  EXPECT_EQ(context["nodes"][1]["visits"], 2);
}

TEST_F(SweepJournal, DropsALastLineThatWasTornAndGoesOnBehindIt) {
  begin(3);
  const std::string whole = read_text(path_);
  const std::size_t last = whole.rfind('\n', whole.size() - 2) + 1;
  for (const std::size_t length : {last, last + 1, last + 10, whole.size() - 1}) {
    write_text(path_, whole.substr(0, length));
    {
      Journal journal = open(true);
      ASSERT_EQ(journal.rows().size(), 2u) << length;
      ASSERT_EQ(journal.next_visit(), 2) << length;
      journal.add_visit(visit_record(), {made_up_row("sweep/new", 1, 2)});
    }
    Journal again = open(true);
    ASSERT_EQ(again.rows().size(), 3u) << length;
    EXPECT_EQ(again.rows()[2].name, "sweep/new") << length;
  }
}

TEST_F(SweepJournal, GoesOnWhereTheReportWasNotCompleted) {
  begin(2);
  const std::string left = output_ + ".elsewhere.123.partial";
  write_text(left, "half of it");
  Journal journal = open(true);
  EXPECT_EQ(journal.rows().size(), 2u);
  journal.finish(whole_report(journal.runs()));
  EXPECT_EQ(folder_.files(), 2u);
  EXPECT_EQ(read_text(left), "half of it") << "a file of another host was touched";
}

TEST_F(SweepJournal, StartsWhereTheFirstLineWasTorn) {
  begin(1);
  write_text(path_, read_text(path_).substr(0, 7));
  {
    Journal journal = open(true);
    EXPECT_TRUE(journal.rows().empty());
    journal.add_run(made_up_launch());
    journal.add_visit(visit_record(), {made_up_row("sweep/row 0")});
  }
  EXPECT_EQ(open(true).rows().size(), 1u);
}

TEST_F(SweepJournal, RefusesALineThatIsNotAsItWasWritten) {
  begin(3);
  const std::string text = read_text(path_);
  const std::size_t line = text.find("sweep/row 1");
  for (const char* damage : {"\"weep/row 1", "\\weep/row 1", "\nweep/row 1", "-weep/row 1", "sweep/row 2"}) {
    std::string damaged = text;
    damaged.replace(line, 11, damage);
    write_text(path_, damaged);
    EXPECT_NE(refusal(axes_, true).find("line 4"), std::string::npos) << damage;
  }
  // A bit that flips anywhere but at the ends of lines, which makes two lines one, or a last one that was torn.
  Random random(3);
  for (int trial = 0; trial < trials(200); ++trial) {
    const auto at = static_cast<std::size_t>(random.pick(0, static_cast<std::int64_t>(text.size()) - 2));
    if (text[at] == '\n') continue;
    const auto bit = static_cast<int>(random.pick(0, 7));
    const Trying trying({{"byte", at}, {"bit", bit}});
    std::string damaged = text;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
    write_text(path_, damaged);
    refusal(axes_, true);
  }
}

TEST_F(SweepJournal, RefusesLinesThatAreWholeAndNotAJournals) {
  begin(3);
  const std::string text = read_text(path_);
  const std::string endless = "{\"row\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  for (const std::string& line :
       {std::string("{}"), std::string("{\"row\":5}"), std::string("{\"row\":{}}"),
        std::string("{\"row\":{\"name\":\"sweep/a\"}}"), std::string("{\"run\":null}"), std::string("{\"run\":{}}"),
        std::string("{\"rwo\":{\"name\":\"a\"}}"), std::string("{\"row\":{},\"row\":{}}"), std::string("{\"plan\":6}"),
        std::string("{\"plan\":{\"rounds\":2,\"wave\":\"a\"}}"), std::string("{\"limits\":[]}"),
        std::string("{\"visit\":{}}"), std::string("{\"visit\":{},\"rows\":[]}"),
        std::string("{\"visit\":{},\"rows\":{}}"), endless}) {
    write_text(path_, text + line_of(line));
    EXPECT_NE(refusal(axes_, true).find("line 6"), std::string::npos) << line.substr(0, 60);
  }
  for (const char* line : {"[]", "5", "", "rubbish"}) {
    write_text(path_, text + line + "\n");
    EXPECT_NE(refusal(axes_, true).find("line 6"), std::string::npos) << line;
  }
  for (const char* head :
       {"{\"journal\":4}", "{\"journal\":\"\",\"version\":\"0\"}", "{\"journal\":4,\"version\":5}"}) {
    write_text(path_, line_of(std::string(head)) + text.substr(text.find('\n') + 1));
    EXPECT_NE(refusal(axes_, true).find("line 1"), std::string::npos) << head;
  }
  write_text(path_, "rubbish\n" + text);
  EXPECT_NE(refusal(axes_, true).find("line 1"), std::string::npos);
  // A second head.
  write_text(path_, text + text.substr(0, text.find('\n') + 1));
  EXPECT_NE(refusal(axes_, true).find("line 6"), std::string::npos);
}

TEST_F(SweepJournal, RefusesOtherAxesAndOtherVersions) {
  begin(1);
  EXPECT_NE(refusal({{"cells", "1e7"}, {"kernels", "all"}}, true).find("other axes"), std::string::npos);
  const std::string text = read_text(path_);
  const Json head = {{"journal", 4}, {"version", "9.0"}, {"axes", axes_}};
  write_text(path_, line_of(head) + text.substr(text.find('\n') + 1));
  EXPECT_NE(refusal(axes_, true).find("another version"), std::string::npos);
}

TEST_F(SweepJournal, RefusesARowThatBreaksARuleOfReports) {
  begin(1);
  const std::string text = read_text(path_);
  const Row row = made_up_row("sweep/new", 1, 1);
  const Json changes = {{"cells", 0}, {"count", "some"}, {"mcops", nullptr}, {"sample_steps", Json::array()}};
  for (const bool is_of_a_visit : {true, false}) {
    for (const auto& [field, value] : changes.items()) {
      Json line = is_of_a_visit ? visit_line({row}) : Json{{"row", to_json(row)}};
      (is_of_a_visit ? line["rows"][0] : line["row"])[field] = value;
      write_text(path_, text + line_of(line));
      const std::string said = refusal(axes_, true);
      EXPECT_NE(said.find("line 4"), std::string::npos) << said;
      EXPECT_NE(said.find(field), std::string::npos) << said;
    }
  }
  write_text(path_, text + line_of({{"row", to_json(made_up_row("sweep/new", 1, 0, 7))}}));
  EXPECT_NE(refusal(axes_, true).find("launch 7"), std::string::npos);
}

TEST_F(SweepJournal, RefusesAVisitThatIsNotTheNextOfItsLaunch) {
  begin(2);
  const std::string text = read_text(path_);
  for (const Row& row : {made_up_row("sweep/new", 1, 1), made_up_row("sweep/new", 1, 3),
                         made_up_row("sweep/new", 1, 2, 1), made_up_row("sweep/row 1", 1, 1)}) {
    write_text(path_, text + line_of(visit_line({row})));
    EXPECT_NE(refusal(axes_, true).find("and is visit 2 of launch 0"), std::string::npos) << row.name;
  }
  Json line = visit_line({made_up_row("sweep/new", 1, 2)});
  line["visit"]["nodes"] = Json::array();
  write_text(path_, text + line_of(line));
  EXPECT_NE(refusal(axes_, true).find("line 5"), std::string::npos);
  write_text(path_, text.substr(0, text.find('\n') + 1) + line_of(visit_line({made_up_row("sweep/new")})));
  EXPECT_NE(refusal(axes_, true).find("of a launch that is not there"), std::string::npos);
}

TEST_F(SweepJournal, RefusesAVisitWhoseRowIsOfOtherWorkThanBefore) {
  begin(1);
  Row deeper = made_up_row("sweep/row 0", 1, 1);
  deeper.depth = 8;
  write_text(path_, read_text(path_) + line_of(visit_line({deeper})));
  EXPECT_NE(refusal(axes_, true).find("sweep/row 0 that has depth 1 in one and 8 in the other"), std::string::npos);
}

TEST_F(SweepJournal, KeepsTheEnergyThatWasRead) {
  const EnergyRun run{EnergySource::rapl, 600, 5, 2000};
  begin(2);
  {
    Journal journal = open(true);
    journal.add_energy("sweep/row 0", run);
    EXPECT_DOUBLE_EQ(*journal.row("sweep/row 0")->energy_joules, 3);
  }
  const Journal journal = open(true);
  const Row& row = *journal.row("sweep/row 0");
  EXPECT_DOUBLE_EQ(*row.energy_joules, 3);
  EXPECT_EQ(row.energy_source, EnergySource::rapl);
  EXPECT_EQ(row.energy_run_steps, 2000);
  EXPECT_EQ(row.energy_run_seconds, 5);
  EXPECT_DOUBLE_EQ(*row.updates_per_joule, 1000 * 2000 / 600.0);
  EXPECT_FALSE(journal.row("sweep/row 1")->energy_joules);
}

TEST_F(SweepJournal, KeepsAFailureBehindTheVisits) {
  begin(2);
  {
    Journal journal = open(true);
    journal.add_failure("sweep/row 1", "a car was lost");
  }
  Journal journal = open(true);
  EXPECT_FALSE(journal.row("sweep/row 0")->failed());
  EXPECT_TRUE(journal.row("sweep/row 1")->failed());
  EXPECT_EQ(journal.row("sweep/row 1")->error_message, "a car was lost");
  EXPECT_EQ(journal.row("sweep/row 1")->stopped, StopReason::failed);
  EXPECT_THROW(journal.add_energy("sweep/row 1", {EnergySource::rapl, 600, 5, 2000}), WorkFailed);
}

TEST_F(SweepJournal, RefusesEnergyThatNoRowTakes) {
  begin(1);
  const std::string text = read_text(path_);
  const Json good = {{"row", "sweep/row 0"}, {"source", "rapl"}, {"joules", 600.0}, {"seconds", 5.0}, {"steps", 2000}};
  const std::string line = line_of({{"energy", good}});
  write_text(path_, text + line);
  EXPECT_TRUE(open(true).row("sweep/row 0")->energy_joules);
  write_text(path_, text + line + line);
  EXPECT_NE(refusal(axes_, true).find("line 5"), std::string::npos) << "twice";
  const Json changes = {{"row", "sweep/new"}, {"source", "meter"}, {"joules", 0}, {"seconds", nullptr}, {"steps", 0.5}};
  for (const auto& [field, value] : changes.items()) {
    Json bad = good;
    bad[field] = value;
    write_text(path_, text + line_of({{"energy", bad}}));
    EXPECT_NE(refusal(axes_, true).find("line 4"), std::string::npos) << field;
  }
  for (const char* failure : {R"({"row":"sweep/new","problem":"a"})", R"({"row":"sweep/row 0"})", "5"}) {
    write_text(path_, text + line_of(fmt::format(R"({{"failure":{}}})", failure)));
    EXPECT_NE(refusal(axes_, true).find("line 4"), std::string::npos) << failure;
  }
}

TEST_F(SweepJournal, RefusesAPlanThatStandsTwice) {
  const Json plan = {{"plan", {{"rounds", {{"sweep/row 0", 2}}}, {"wave", "auto"}}}};
  begin(1);
  write_text(path_, read_text(path_) + line_of(plan) + line_of(plan));
  EXPECT_NE(refusal(axes_, true).find("line 5"), std::string::npos);
}

TEST_F(SweepJournal, RefusesARowThatStandsTwiceOrThatNoPointHas) {
  begin(2);
  const std::string text = read_text(path_);
  write_text(path_, text + line_of({{"row", to_json(made_up_row("sweep/row 1"))}}));
  EXPECT_NE(refusal(axes_, true).find("sweep/row 1, as another is"), std::string::npos);
  write_text(path_, text + line_of(visit_line({made_up_row("sweep/new", 1, 2), made_up_row("sweep/new", 1, 2)})));
  EXPECT_NE(refusal(axes_, true).find("twice"), std::string::npos);
  for (const Json& line :
       {Json{{"row", to_json(made_up_row("sweep/unheard of"))}}, visit_line({made_up_row("sweep/unheard of", 1, 2)})}) {
    write_text(path_, text + line_of(line));
    EXPECT_NE(refusal(axes_, true).find("as no point is"), std::string::npos);
  }
}

TEST_F(SweepJournal, RefusesALaunchThatBreaksARuleOfReports) {
  begin(1);
  Json launch = made_up_launch();
  launch["cpu"] = "x";
  write_text(path_, read_text(path_) + line_of({{"run", launch}}));
  EXPECT_NE(refusal(axes_, true).find("its launch has cpu"), std::string::npos);
}

/// All places of a JSON text, as pointers, but the root.
void collect_places(const Json& json, const Json::json_pointer& at, std::vector<Json::json_pointer>& places) {
  if (!json.is_structured()) return;
  for (const auto& [key, value] : json.items()) {
    const Json::json_pointer place =
        json.is_array() ? at / static_cast<std::size_t>(std::stoul(key)) : at / std::string(key);
    places.push_back(place);
    collect_places(value, place, places);
  }
}

/// `json` with one thing in it changed.
Json changed_somewhere(const Json& json, Random& random) {
  static const std::vector<Json> kValues = {
      nullptr,    true, 0,   -1,     2.5,           1e300,          INT64_MAX,
      UINT64_MAX, "",   "x", "a\nb", Json::array(), Json::object(), Json::array({0}),
      {{"x", 1}}};
  std::vector<Json::json_pointer> places;
  collect_places(json, Json::json_pointer(), places);
  const auto& place = places[static_cast<std::size_t>(random.pick(0, static_cast<std::int64_t>(places.size()) - 1))];
  Json changed = json;
  Json& parent = changed[place.parent_pointer()];
  if (random.one_in(4)) {
    if (parent.is_array()) {
      parent.erase(std::stoul(place.back()));
    } else {
      parent.erase(place.back());
    }
  } else if (random.one_in(6) && parent.is_object()) {
    parent[place.back() + "x"] = changed[place];
  } else {
    const auto last = static_cast<std::int64_t>(kValues.size()) - 1;
    changed[place] = kValues[static_cast<std::size_t>(random.pick(0, last))];
  }
  return changed;
}

TEST_F(SweepJournal, ThatIsTakenMakesAReportThatIsTaken) {
  begin(1);
  const std::string text = read_text(path_);
  const Json lines[] = {{{"run", made_up_launch()}},
                        {{"row", to_json(made_up_row("sweep/new"))}},
                        visit_line({made_up_row("sweep/new", 1, 1), made_up_row("sweep/row 0", 2, 1)})};
  Random random(6);
  int taken = 0;
  for (int trial = 0; trial < trials(1'000); ++trial) {
    const std::string line = line_of(changed_somewhere(lines[random.pick(0, 2)], random));
    const Trying trying({{"trial", trial}, {"line", line}});
    write_text(path_, text + line);
    try {
      Journal journal = open(true);
      ++taken;
      // As a sweep ends.
      std::vector<Row> rows = journal.rows();
      add_ratios(rows, journal.runs());
      journal.finish(make_report("sweep", axes_, journal.runs(), rows));
    } catch (const BadInput&) {
      continue;
    }
    EXPECT_NO_THROW(read_report(output_));
    std::filesystem::remove(output_);
  }
  EXPECT_GT(taken, 0);
}

TEST_F(SweepJournal, RefusesTheFormOfOldJournals) {
  begin(1);
  std::string text = read_text(path_);
  text.replace(text.find("\"journal\":4"), 11, "\"journal\":3");
  write_text(path_, text);
  EXPECT_NE(refusal(axes_, true).find("format 3"), std::string::npos);
}

TEST_F(SweepJournal, IsNotWrittenThroughALink) {
  write_text(folder_.file("victim"), "");
  std::filesystem::create_symlink(folder_.file("victim"), path_);
  for (const auto& [resume, force] : {std::pair(false, true), std::pair(true, false), std::pair(true, true)}) {
    EXPECT_NE(refusal(axes_, resume, force).find("is a link"), std::string::npos);
  }
  EXPECT_EQ(read_text(folder_.file("victim")), "");
}

TEST_F(SweepJournal, KeepsAReportThatAppearedWhileItWasMade) {
  Journal journal = open(false);
  write_text(output_, "of somebody else");
  const Json report = whole_report({made_up_launch()});
  const std::string said = failure([&] { journal.finish(report); });
  EXPECT_EQ(read_text(output_), "of somebody else");
  const std::string kept = said.substr(said.rfind(' ') + 1);
  EXPECT_EQ(json_of(read_text(kept)), report) << said;
}

TEST_F(SweepJournal, IsNotStartedOverOneThatIsThereUnlessForced) {
  begin(2);
  EXPECT_NE(refusal(axes_, false).find("--resume"), std::string::npos);
  EXPECT_TRUE(open(false, true).rows().empty());
  EXPECT_TRUE(open(true).rows().empty());
}

TEST_F(SweepJournal, LetsNoSecondSweepWrite) {
  Journal first = open(false);
  EXPECT_NE(refusal(axes_, true).find("another sweep"), std::string::npos);
  EXPECT_NE(refusal(axes_, false, true).find("another sweep"), std::string::npos);
  first.add_row(made_up_row("sweep/kept"));
  EXPECT_NE(read_text(path_).find("sweep/kept"), std::string::npos);
}

TEST_F(SweepJournal, EndsAsTheReportAndNothingElse) {
  {
    Journal journal = open(false);
    journal.finish(whole_report({made_up_launch()}));
  }
  EXPECT_EQ(folder_.files(), 1u);
  EXPECT_EQ(json_of(read_text(output_))["context"]["axes"], axes_);
  EXPECT_TRUE(open(true).complete());
  EXPECT_EQ(folder_.files(), 1u);
  EXPECT_NE(refusal({{"cells", "1"}}, true).find("another sweep"), std::string::npos);
  EXPECT_NE(refusal(axes_, false).find("--force"), std::string::npos);
  for (const char* text : {"", "[]", "null", "{", "{\"context\": 5}"}) {
    write_text(output_, text);
    EXPECT_NE(refusal(axes_, true), "") << text;
    EXPECT_EQ(read_text(output_), text) << text;
  }
}

TEST_F(SweepJournal, ThatIsLeftBesideItsOwnReportIsRemoved) {
  begin(2);
  const std::string left = read_text(path_);
  {
    Journal journal = open(true);
    journal.finish(whole_report(journal.runs()));
  }
  write_text(path_, left);
  {
    const Journal first = open(false, true);  // another sweep is starting over
    EXPECT_NE(refusal(axes_, true).find("another sweep is writing"), std::string::npos);
  }
  write_text(path_, left);
  const std::string report = read_text(output_);
  EXPECT_TRUE(open(true).complete());
  EXPECT_EQ(folder_.files(), 1u);
  EXPECT_EQ(read_text(output_), report);
}

TEST_F(SweepJournal, IsNotRemovedBesideAReportThatIsDamaged) {
  begin(3);
  const std::string left = read_text(path_);
  Json report;
  {
    Journal journal = open(true);
    report = whole_report(journal.runs());
    journal.finish(report);
  }
  write_text(path_, left);
  Json other = report;
  other["benchmarks"].erase(1);
  write_text(output_, text_of_report(other));
  EXPECT_NE(refusal(axes_, true).find("it has no row sweep/row 1"), std::string::npos);
  other = report;
  other["benchmarks"][0]["mcops"] = 7;
  write_text(output_, text_of_report(other));
  EXPECT_NE(refusal(axes_, true).find("mcops"), std::string::npos);
  EXPECT_EQ(read_text(path_), left);
}

TEST_F(SweepJournal, IsNotTakenForOneThatOnlyBearsItsName) {
  for (const char* text : {"my notes", "my notes\n", "{\"journal\":4,\"version\":\"0.0", "[[[[[["}) {
    write_text(path_, text);
    EXPECT_NE(refusal(axes_, true).find("line 1"), std::string::npos) << text;
  }
}

TEST_F(SweepJournal, IsMissedIfItIsTakenAwayUnderWay) {
  Journal journal = open(false);
  std::filesystem::remove(path_);
  EXPECT_NE(failure([&] { journal.add_run(made_up_launch()); }).find("removed or replaced"), std::string::npos);
  write_text(path_, "of somebody else");
  journal.finish(whole_report({made_up_launch()}));
  EXPECT_EQ(read_text(path_), "of somebody else");
}

TEST_F(SweepJournal, OfASweepThatWasToReplaceAReportGoesOnWhereForced) {
  Json launch = made_up_launch();
  launch["host"] = "there";
  const Json report = whole_report({launch});
  begin(2);
  write_text(output_, text_of_report(report));
  EXPECT_NE(refusal(axes_, true).find("--resume --force"), std::string::npos);
  Journal journal = open(true, true);
  EXPECT_FALSE(journal.complete());
  EXPECT_EQ(journal.rows().size(), 2u);
  EXPECT_EQ(json_of(read_text(output_)), report);
}

TEST_F(SweepJournal, RefusesPlacesWhereNothingCanBeWritten) {
  write_text(folder_.file("plain"), "");
  for (const std::string& path : {folder_.file("missing/report.json"), folder_.file("plain/report.json"),
                                  folder_.file(""), std::string(), std::string("/proc/report.json")}) {
    for (const bool resume : {false, true}) {
      EXPECT_THROW(Journal({path, resume, false, {}}, axes_), BadInput) << path;
    }
  }
  EXPECT_EQ(folder_.files(), 1u);
}

}  // namespace
}  // namespace trafficbench

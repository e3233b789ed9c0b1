#include "drivers/report/journal.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "drivers/report/fields.hpp"
#include "drivers/report/report_file.hpp"
#include "tests/json_text.hpp"
#include "tests/made_up_row.hpp"
#include "tests/refusal.hpp"
#include "tests/temporary_folder.hpp"

namespace trafficbench {
namespace {

class SweepJournal : public testing::Test {
 protected:
  const TemporaryFolder folder_;
  const std::string output_ = folder_.file("report.json");
  const std::string path_ = output_ + ".journal";
  const Json axes_ = {{"cells", "1e6"}, {"kernels", "all"}};

  Journal open(bool resume, bool force = false) { return Journal({output_, resume, force}, axes_); }

  std::string refusal(const Json& axes, bool resume, bool force = false) {
    const std::string before = std::filesystem::exists(path_) ? read_text(path_) : "";
    const std::string said = trafficbench::refusal(
        [&] {
          const Journal journal({output_, resume, force}, axes);
        },
        "the journal");
    if (std::filesystem::exists(path_)) {
      EXPECT_EQ(read_text(path_), before) << "changed what it refused";
    }
    return said;
  }

  void begin(int rows) {
    Journal journal = open(false);
    journal.add_run({{"host", "here"}});
    for (int i = 0; i < rows; ++i) journal.add_row(made_up_row("sweep/row " + std::to_string(i), i + 0.1));
  }
};

TEST_F(SweepJournal, ResumesWithEveryRunAndRow) {
  begin(3);
  Journal journal = open(true);
  EXPECT_FALSE(journal.complete());
  ASSERT_EQ(journal.runs().size(), 1u);
  EXPECT_EQ(text_of(journal.runs()[0]["host"]), "\"here\"");
  ASSERT_EQ(journal.rows().size(), 3u);
  EXPECT_EQ(journal.rows()[2].mcops.value, 2.1);
  EXPECT_TRUE(journal.has_row("sweep/row 1"));
  EXPECT_FALSE(journal.has_row("sweep/row 3"));
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
      journal.add_row(made_up_row("sweep/new"));
    }
    Journal again = open(true);
    ASSERT_EQ(again.rows().size(), 3u) << length;
    EXPECT_EQ(again.rows()[2].name, "sweep/new") << length;
  }
}

TEST_F(SweepJournal, GoesOnWhereTheReportWasNotCompleted) {
  write_text(output_ + ".partial", "not ours");
  EXPECT_NE(refusal(axes_, false).find(".partial exists"), std::string::npos);
  std::filesystem::remove(output_ + ".partial");
  begin(2);
  write_text(output_ + ".partial", "half of it");
  Journal journal = open(true);
  EXPECT_EQ(journal.rows().size(), 2u);
  journal.finish({{"whole", true}});
  EXPECT_EQ(folder_.files(), 1u);
}

TEST_F(SweepJournal, StartsWhereTheFirstLineWasTorn) {
  begin(1);
  write_text(path_, read_text(path_).substr(0, 7));
  {
    Journal journal = open(true);
    EXPECT_TRUE(journal.rows().empty());
    journal.add_run({{"host", "here"}});
    journal.add_row(made_up_row("sweep/row 0"));
  }
  EXPECT_EQ(open(true).rows().size(), 1u);
}

TEST_F(SweepJournal, RefusesALineThatIsDamagedInTheMiddle) {
  begin(3);
  std::string text = read_text(path_);
  const std::size_t line = text.find("sweep/row 1");
  for (const char* damage : {"\"weep/row 1", "\\weep/row 1", "\nweep/row 1", "-weep/row 1"}) {
    std::string damaged = text;
    damaged.replace(line, 11, damage);
    write_text(path_, damaged);
    EXPECT_NE(refusal(axes_, true).find("line 4"), std::string::npos) << damage;
  }
  for (const char* damage : {"{}", "[]", "5", "{\"row\":5}", "{\"row\":{}}", "{\"row\":{\"name\":\"sweep/a\"}}",
                             "{\"run\":null}", "{\"rwo\":{\"name\":\"a\"}}"}) {
    write_text(path_, text + damage + "\n");
    EXPECT_NE(refusal(axes_, true).find("line 6"), std::string::npos) << damage;
  }
  for (const char* damage :
       {"{\"journal\":1}", "{\"journal\":\"\",\"version\":\"0\"}", "{\"journal\":1,\"version\":5}"}) {
    write_text(path_, damage + text.substr(text.find('\n')));
    EXPECT_NE(refusal(axes_, true).find("line 1"), std::string::npos) << damage;
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
  std::string text = read_text(path_);
  const std::size_t at = text.find("\"version\":\"") + 11;
  text.insert(at, "9.");
  write_text(path_, text);
  EXPECT_NE(refusal(axes_, true).find("another version"), std::string::npos);
}

TEST_F(SweepJournal, RefusesARowThatTheTableOfFieldsDoesNotTake) {
  begin(1);
  const std::string text = read_text(path_);
  Json row = to_json(made_up_row("sweep/another"));
  const auto with = [&](const char* field, const Json& value) {
    Json changed = row;
    changed[field] = value;
    return text + text_of({{"row", changed}}) + "\n";
  };
  const Json changes = {{"cells", 0}, {"count", "some"}, {"mcops", nullptr}, {"novel", 1}};
  for (const auto& [field, value] : changes.items()) {
    write_text(path_, with(field.c_str(), value));
    const std::string said = refusal(axes_, true);
    EXPECT_NE(said.find("line 4"), std::string::npos) << said;
    EXPECT_NE(said.find(field), std::string::npos) << said;
  }
  write_text(path_, with("run", 7));
  EXPECT_NE(refusal(axes_, true).find("launch"), std::string::npos);
}

TEST_F(SweepJournal, RefusesTheFormOfOldJournals) {
  begin(1);
  std::string text = read_text(path_);
  text.replace(text.find("\"journal\":2"), 11, "\"journal\":1");
  write_text(path_, text);
  EXPECT_NE(refusal(axes_, true).find("format 1"), std::string::npos);
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
    journal.finish({{"context", {{"axes", axes_}}}, {"benchmarks", Json::array()}});
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
    journal.finish({{"context", {{"axes", axes_}, {"runs", journal.runs()}}}, {"benchmarks", Json::array()}});
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

TEST_F(SweepJournal, OfASweepThatWasToReplaceAReportGoesOnWhereForced) {
  const Json report = {{"context", {{"axes", axes_}, {"runs", {{{"host", "there"}}}}}}, {"benchmarks", Json::array()}};
  begin(2);
  write_report(output_, report);
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
      EXPECT_THROW(Journal({path, resume, false}, axes_), BadInput) << path;
    }
    EXPECT_THROW(write_report(path, axes_), BadInput) << path;
  }
  EXPECT_EQ(folder_.files(), 1u);
}

}  // namespace
}  // namespace trafficbench

#include "drivers/io/hints.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "drivers/io/io_method.hpp"
#include "tests/refusal.hpp"

namespace trafficbench {
namespace {

Hints parse(const std::vector<std::string>& texts) { return parse_hints(texts); }

TEST(Hints, AreNamesAndValues) {
  EXPECT_TRUE(parse({}).empty());
  const Hints hints = parse({"cb_nodes=2", "striping_unit=1048576", "striping_factor=-1", "any=thing=at all"});
  EXPECT_EQ(
      hints,
      (Hints{{"any", "thing=at all"}, {"cb_nodes", "2"}, {"striping_factor", "-1"}, {"striping_unit", "1048576"}}));
  for (const char* text : {"", "=", "cb_nodes", "cb_nodes=", "=2"}) {
    EXPECT_NE(refusal([&] { parse({text}); }, text).find("write a name and a value"), std::string::npos) << text;
  }
  EXPECT_NE(refusal([] { parse({"a=1", "a=2"}); }).find("names a twice"), std::string::npos);
}

TEST(Hints, ThatMakeLibrariesAbortOrCrawlAreRefused) {
  for (const char* name : {"cb_buffer_size", "ind_rd_buffer_size", "ind_wr_buffer_size", "striping_unit", "cb_nodes",
                           "striping_factor", "romio_lustre_co_ratio", "start_iodevice"}) {
    for (const char* value :
         {"-5", "4M", " 8192", "8192 ", "lots", "1e6", "0x10000", "2147483648", "99999999999999999999"}) {
      const std::string text = std::string(name) + "=" + value;
      const std::string said = refusal([&] { parse({text}); }, text);
      EXPECT_TRUE(said.starts_with("hints has " + text + ": it must be a whole number from ")) << said;
    }
    EXPECT_EQ(parse({std::string(name) + "=65536"}).size(), 1U) << name;
  }
  for (const char* text : {"cb_buffer_size=1", "cb_buffer_size=0", "cb_buffer_size=4095", "ind_rd_buffer_size=1",
                           "cb_nodes=0", "striping_unit=4096", "striping_unit=65537"}) {
    refusal([&] { parse({text}); }, text);
  }
  EXPECT_EQ(parse({"cb_buffer_size=4096"}).size(), 1U);
}

TEST(Hints, ThatAMethodDoesNotKeepAreRefused) {
  IoMethod together{.name = "together", .summary = ""};
  IoMethod alone{.name = "alone", .summary = "", .moves_alone = true};
  const std::vector<const IoMethod*> both{&together, &alone};
  const std::vector<const IoMethod*> one{&together};
  for (const char* value : {"true", "TRUE"}) {
    const Hints hints{{"romio_no_indep_rw", value}};
    const std::string said = refusal([&] { check_promise(hints, both); }, value);
    EXPECT_NE(said.find("a promise that alone does not keep"), std::string::npos) << said;
    check_promise(hints, one);
  }
  check_promise({{"romio_no_indep_rw", "false"}}, both);
  check_promise({}, both);
}

TEST(Hints, AreShownShortAndOnOneLine) {
  const std::string said = refusal([] { parse({std::string(300, 'a') + "\n=1"}); });
  EXPECT_NE(said.find("a ... a"), std::string::npos) << said;
  EXPECT_NE(said.find("a\\n=1'"), std::string::npos) << said;
  EXPECT_LT(said.size(), 260U);
  EXPECT_EQ(suspicion_of({}), "");
  EXPECT_EQ(suspicion_of({{"a", "1"}, {"b", "x\ny"}}), " (the hints may be to blame: a=1, b=x\\ny)");
}

}  // namespace
}  // namespace trafficbench

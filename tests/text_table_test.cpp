#include "drivers/command/text_table.hpp"

#include <gtest/gtest.h>

namespace trafficbench {
namespace {

std::vector<TableColumn> made_up_table() {
  return {{.head = "kernel", .cells = {"naive", "tiled", "leap"}, .is_name = true},
          {.head = "MCOPs", .cells = {"2.00", "45,000", "-"}},
          {.head = "first out", .cells = {"1", "2", "-"}, .leaves = 2},
          {.head = "nothing", .cells = {"-", "-", "3"}, .leaves = 1},
          {.head = "next", .cells = {"a", "-", "-"}, .leaves = 1}};
}

std::string shown(std::size_t columns) {
  std::vector<TableColumn> table = made_up_table();
  return text_table(table, {"", "", "closed form: at once"}, columns);
}

TEST(TextTable, AlignsItsColumnsAndPutsRemarksBehindTheNames) {
  EXPECT_EQ(shown(80),
            "kernel   MCOPs  first out  next\n"
            "naive     2.00          1     a\n"
            "tiled   45,000          2     -\n"
            "leap    closed form: at once\n");
}

TEST(TextTable, LeavesColumnsOutInTheirOrderWhereThereIsNoRoom) {
  EXPECT_EQ(shown(31).find("next"), 27u);
  const std::string narrow = shown(30);
  EXPECT_EQ(narrow.find("first out"), std::string::npos);
  EXPECT_NE(narrow.find("next"), std::string::npos);
  const std::string narrowest = shown(1);
  EXPECT_EQ(narrowest.find("next"), std::string::npos);
  EXPECT_NE(narrowest.find("MCOPs"), std::string::npos) << "names and what is never left out stay";
}

TEST(TextTable, WrapsRemarks) {
  const std::string narrow = shown(20);
  EXPECT_NE(narrow.find("leap    closed form:\n    at once\n"), std::string::npos) << narrow;
}

}  // namespace
}  // namespace trafficbench

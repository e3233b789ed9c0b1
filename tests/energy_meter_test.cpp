// Meters of energy that are made up: files in a folder that stands for the system's root.
#include "drivers/machine/energy_meter.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "drivers/base/known.hpp"
#include "drivers/machine/energy_watch.hpp"
#include "tests/made_up_meters.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

double joules_of(EnergyMeter& meter) { return known(meter.read()).joules; }

TEST(EnergyMeters, AreNoneWhereNothingIsThere) {
  const MadeUpMeters system;
  const FoundMeter found = find_energy_meter(system.root());
  EXPECT_EQ(found.meter, nullptr);
  EXPECT_EQ(found.why_not, system.path("sys/cray/pm_counters/energy") + " is not there; " +
                               system.path("sys/class/powercap") + " has no package of intel-rapl");
}

TEST(EnergyMeters, OfTheWholeNodeArePreferred) {
  const MadeUpMeters system;
  system.domain("intel-rapl:0", "package-0", 5'000'000);
  EXPECT_EQ(find_energy_meter(system.root()).source, EnergySource::rapl);
  system.cray("12345 J 1600000000000000 us\n");
  EXPECT_EQ(find_energy_meter(system.root()).source, EnergySource::pm_counters);
  // One that cannot be read leaves the other.
  system.cray("busy\n");
  EXPECT_EQ(find_energy_meter(system.root()).source, EnergySource::rapl);
}

TEST(PmCounters, SayJoulesAndTheirTime) {
  const MadeUpMeters system;
  system.cray("12345 J 1600000000500000 us\n");
  const FoundMeter found = find_pm_counters(system.root());
  ASSERT_NE(found.meter, nullptr);
  const EnergyReading reading = known(found.meter->read());
  EXPECT_EQ(reading.joules, 12345);
  EXPECT_DOUBLE_EQ(known(reading.seconds), 1600000000.5);
  // Without a time, or with one of another kind, the joules are what they are.
  for (const char* text : {"12400 J\n", "12400 J soon", "12400 J 7 s\n"}) {
    const Trying trying({{"text", text}});
    system.cray(text);
    EXPECT_EQ(joules_of(*found.meter), 12400);
    EXPECT_FALSE(known(found.meter->read()).seconds);
  }
}

TEST(PmCounters, ThatSayNoJoulesAreNotRead) {
  const MadeUpMeters system;
  system.cray("1 J 1 us\n");
  const FoundMeter found = find_pm_counters(system.root());
  for (const char* text :
       {"", "\n", "J", "12345", "12345 W 1 us", "x 12 J", "-5 J 1 us", "99999999999999999999 J 1 us"}) {
    const Trying trying({{"text", text}});
    system.cray(text);
    EXPECT_FALSE(found.meter->read());
    EXPECT_EQ(find_pm_counters(system.root()).why_not, system.path("sys/cray/pm_counters/energy") + " holds no joules");
  }
  std::filesystem::remove(system.path("sys/cray/pm_counters/energy"));
  EXPECT_FALSE(found.meter->read());
}

TEST(Rapl, AddsUpPackagesAndTheirMemoryAlone) {
  const MadeUpMeters system;
  system.domain("intel-rapl:0", "package-0", 0);
  system.domain("intel-rapl:0/intel-rapl:0:0", "core", 0);
  system.domain("intel-rapl:0/intel-rapl:0:1", "dram", 0);
  system.domain("intel-rapl:10", "package-1-die-0", 0);
  system.domain("intel-rapl:11", "psys", 0);
  system.domain("intel-rapl-mmio:0", "package-0", 0);
  const FoundMeter found = find_rapl(system.root());
  ASSERT_NE(found.meter, nullptr) << found.why_not;
  EXPECT_EQ(joules_of(*found.meter), 0);
  system.counts("intel-rapl:0", 1'000'000);
  system.counts("intel-rapl:0/intel-rapl:0:0", 20'000'000);
  system.counts("intel-rapl:0/intel-rapl:0:1", 300'000'000);
  system.counts("intel-rapl:10", 4'000'000'000);
  system.counts("intel-rapl:11", 50'000'000'000);
  system.counts("intel-rapl-mmio:0", 60'000'000'000);
  EXPECT_DOUBLE_EQ(joules_of(*found.meter), 4301);
}

TEST(Rapl, GoesOnWhereACounterBeginsAnew) {
  const MadeUpMeters system;
  system.domain("intel-rapl:0", "package-0", 900, 1000);
  system.domain("intel-rapl:1", "package-1", 0, 1'000'000);
  const FoundMeter found = find_rapl(system.root());
  ASSERT_NE(found.meter, nullptr) << found.why_not;
  EXPECT_EQ(joules_of(*found.meter), 0);
  double expected = 0;
  // 900, then 300 more each time: it begins anew twice, and then once more.
  for (const std::int64_t counter : {200, 500, 800, 100, 400, 700, 0}) {
    system.counts("intel-rapl:0", counter);
    system.counts("intel-rapl:1", 1000);
    expected += 300;
    EXPECT_NEAR(joules_of(*found.meter), 1e-6 * (1000 + expected), 1e-12);
  }
}

TEST(Rapl, ThatLacksOneOfItsCountersIsNotRead) {
  const MadeUpMeters system;
  system.domain("intel-rapl:0", "package-0", 10);
  system.domain("intel-rapl:1", "package-1", 10);
  const FoundMeter found = find_rapl(system.root());
  EXPECT_EQ(joules_of(*found.meter), 0);
  for (const char* text : {"", "x", "-1", "5 6", "999999999999999"}) {
    const Trying trying({{"text", text}});
    system.write("sys/class/powercap/intel-rapl:1/energy_uj", text);
    EXPECT_FALSE(found.meter->read());
  }
  // What it counted meanwhile is not lost.
  system.counts("intel-rapl:1", 2'000'010);
  EXPECT_DOUBLE_EQ(joules_of(*found.meter), 2);
  std::filesystem::remove(system.path("sys/class/powercap/intel-rapl:1/energy_uj"));
  EXPECT_FALSE(found.meter->read());
  EXPECT_EQ(find_rapl(system.root()).why_not,
            system.path("sys/class/powercap/intel-rapl:1/energy_uj") + " is not there");
  system.domain("intel-rapl:1", "package-1", 10, 0);
  EXPECT_EQ(find_rapl(system.root()).why_not, system.path("sys/class/powercap/intel-rapl:1") + " has no range");
}

/// Root may read every file: a test that is started by root has nobody's rights here.
class WithoutRoot {
 public:
  WithoutRoot() : is_root_(geteuid() == 0) {
    constexpr uid_t kNobody = 65534;
    if (is_root_) {
      EXPECT_EQ(seteuid(kNobody), 0);
    }
  }
  ~WithoutRoot() {
    if (is_root_) {
      EXPECT_EQ(seteuid(0), 0);
    }
  }
  WithoutRoot(const WithoutRoot&) = delete;
  WithoutRoot& operator=(const WithoutRoot&) = delete;

 private:
  bool is_root_;
};

TEST(Rapl, ThatMayNotBeReadSaysSo) {
  const MadeUpMeters system;
  system.domain("intel-rapl:0", "package-0", 10);
  std::filesystem::permissions(system.root(), std::filesystem::perms(0755));
  std::filesystem::permissions(system.path("sys/class/powercap/intel-rapl:0/energy_uj"), std::filesystem::perms::none);
  const WithoutRoot nobody;
  EXPECT_EQ(find_rapl(system.root()).why_not,
            system.path("sys/class/powercap/intel-rapl:0/energy_uj") + ": Permission denied");
}

TEST(EnergyWatch, HearsWhatItsMeterSays) {
  const MadeUpMeters system;
  system.cray("7 J 1000000 us\n");
  EnergyWatch watch(system.root());
  EXPECT_EQ(watch.source(), EnergySource::pm_counters);
  // A counter that never changes has no power.
  EXPECT_NE(watch.finish().between(0, 1e300).fault, "");
  EXPECT_NE(watch.finish().between(0, 1e300).fault, "") << "finished twice";
}

}  // namespace
}  // namespace trafficbench

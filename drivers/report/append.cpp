#include "drivers/report/append.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "drivers/base/known.hpp"
#include "drivers/report/energy.hpp"
#include "drivers/report/ratios.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {

namespace {

template <typename T>
std::string value_or_none(const std::optional<T>& value) {
  return value ? fmt::format("{}", *value) : std::string("none");
}

/// Whether rows of this kernel with other iterations are other work. Of a kernel that this build has not, nobody knows.
bool depends_on_steps(const Row& row) {
  const Variant* variant = find_variant(row.kernel);
  return row.row_class != RowClass::update || variant == nullptr || variant->rate_depends_on_steps;
}

/// What differs between two rows of one name that must not.
std::string difference(const Row& row, const Row& more) {
  const auto told = [](const char* field, const std::string& one, const std::string& other, const char* option) {
    return fmt::format("has {} {} in one and {} in the other{}", field, one, other, option);
  };
  if (row.isa != more.isa) return told("isa", value_or_none(row.isa), value_or_none(more.isa), ": --isa fixes it");
  if (row.depth != more.depth)
    return told("depth", value_or_none(row.depth), value_or_none(more.depth), ": --depth fixes it");
  if (row.steps != more.steps && depends_on_steps(row)) {
    const char* option = row.row_class == RowClass::update ? ": --steps fixes it" : ": --jump fixes it";
    return told("steps", value_or_none(row.steps), value_or_none(more.steps), option);
  }
  if (row.configuration != more.configuration) {
    return told("configuration", value_or_none(row.configuration), value_or_none(more.configuration),
                ": --wave and the kernel's other options fix it");
  }
  if (row.cars != more.cars) return told("cars", value_or_none(row.cars), value_or_none(more.cars), "");
  if (row.bytes != more.bytes)
    return told("bytes", value_or_none(row.bytes), value_or_none(more.bytes), ": --cells fixes it");
  if (row.file_system && more.file_system) {
    const auto where = [](const FileSystem& system) { return system.type + " at " + system.mount_point; };
    if (where(*row.file_system) != where(*more.file_system)) {
      return told("file_system", where(*row.file_system), where(*more.file_system), "");
    }
  }
  if (row.hints != more.hints || row.hints_ignored != more.hints_ignored) return "was made with two sets of hints";
  if (row.cells != more.cells) return told("cells", fmt::to_string(row.cells), fmt::to_string(more.cells), "");
  if (row.origin != more.origin || row.row_class != more.row_class) return "is of two origins or classes";
  if (row.verification != more.verification || row.restarted != more.restarted) {
    return "was verified or restarted in two ways";
  }
  return {};
}

/// Puts two lists together and into an order: nothing if one of them lacks what the samples have.
template <typename T>
void append(std::vector<T>& own, const std::vector<T>& others, const std::vector<std::size_t>& order) {
  std::vector<T> all = own;
  all.insert(all.end(), others.begin(), others.end());
  own.clear();
  if (all.size() != order.size()) return;
  for (const std::size_t i : order) own.push_back(all[i]);
}

double seconds_of(const Row& row) { return std::accumulate(row.samples.begin(), row.samples.end(), 0.0); }

/// Shares of the time of both together.
std::optional<Shares> shares_of(const Row& row, const Row& more) {
  if (!row.shares || !more.shares) return {};
  const double own = seconds_of(row) / (seconds_of(row) + seconds_of(more));
  const auto mix = [&](double Shares::*share) {
    return own * known(row.shares).*share + (1 - own) * known(more.shares).*share;
  };
  return Shares{mix(&Shares::compute), mix(&Shares::exchange), mix(&Shares::reduction), mix(&Shares::waiting)};
}

/// Of one limit measured twice the higher counts, since disturbance only slows.
void take_limit(Row& row, const Row& more) {
  if (!more.limit_mcops || (row.limit_mcops && *row.limit_mcops >= *more.limit_mcops)) return;
  row.limit = more.limit;
  row.limit_mcops = more.limit_mcops;
}

/// What file systems did is told and stops nothing: the first striping that is known counts.
void take_stripes(Row& row, const Row& more) {
  if (!row.stripes_note) row.stripes_note = more.stripes_note;
  if (!more.stripe_count) return;
  if (!row.stripe_count) {
    row.stripe_count = more.stripe_count;
    row.stripe_bytes = more.stripe_bytes;
  }
  if (row.stripe_count == more.stripe_count && row.stripe_bytes == more.stripe_bytes) return;
  row.stripes_note =
      fmt::format("{} of {} bytes in other visits", *more.stripe_count, value_or_none(more.stripe_bytes));
}

}  // namespace

std::string append_samples(Row& row, const Row& more) {
  if (std::string fault = difference(row, more); !fault.empty()) return fault;
  const std::size_t own = row.samples.size();
  const auto visit = [&](std::size_t i) {
    return i < own ? std::pair(row.sample_runs[i], row.sample_visits[i])
                   : std::pair(more.sample_runs[i - own], more.sample_visits[i - own]);
  };
  std::set<std::pair<std::size_t, std::int64_t>> visits;
  for (std::size_t i = 0; i < own; ++i) visits.insert(visit(i));
  for (std::size_t i = own; i < own + more.samples.size(); ++i) {
    if (!visits.contains(visit(i))) continue;
    return fmt::format("has visit {} of launch {} twice", visit(i).second, visit(i).first);
  }
  std::vector<std::size_t> order(own + more.samples.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, visit);

  row.shares = shares_of(row, more);
  append(row.samples, more.samples, order);
  append(row.sample_steps, more.sample_steps, order);
  append(row.rank_seconds, more.rank_seconds, order);
  append(row.cpu_seconds, more.cpu_seconds, order);
  append(row.sample_clock_hz, more.sample_clock_hz, order);
  append(row.phase_seconds, more.phase_seconds, order);
  append(row.resident, more.resident, order);
  append(row.sample_runs, more.sample_runs, order);
  append(row.sample_visits, more.sample_visits, order);
  row.warnings.insert(more.warnings.begin(), more.warnings.end());
  if (more.failed()) {
    row.verified = more.verified;
    row.error_message = more.error_message;
  }
  if (row.stopped != StopReason::failed) row.stopped = more.stopped;
  take_limit(row, more);
  take_energy(row, more);
  take_stripes(row, more);
  work_out_rate(row);
  return {};
}

}  // namespace trafficbench

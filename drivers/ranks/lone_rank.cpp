// One rank that speaks to nobody.
#include <algorithm>
#include <cstdlib>

#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

namespace {

class LoneRank final : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  int node_size() const override { return 1; }
  int node_rank() const override { return 0; }
  int nodes() const override { return 1; }
  int node() const override { return 0; }
  void barrier() override {}
  void sleeping_barrier() override {}
  void sum(std::span<std::int64_t> /*values*/) override {}
  void max(std::span<double> /*values*/) override {}
  void broadcast(std::span<double> /*values*/) override {}
  std::vector<std::string> gather(const std::string& text) override { return {text}; }
  void start_exchange(std::span<const Message> sends, std::span<const Message> receives) override {
    for (std::size_t i = 0; i < sends.size(); ++i) {
      std::ranges::copy(sends[i].words, receives[i].words.begin());
    }
  }
  void finish_exchange() override {}
  void start_sum(std::span<std::int64_t> /*values*/) override {}
  void finish_sum() override {}
  std::unique_ptr<Communicator> part(bool /*belongs*/) override { return std::make_unique<LoneRank>(); }
  Library library() const override { return {}; }
  [[noreturn]] void abort(int status) override { std::exit(status); }
};

}  // namespace

std::unique_ptr<Communicator> make_lone_rank() { return std::make_unique<LoneRank>(); }

}  // namespace trafficbench

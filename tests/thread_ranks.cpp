#include "tests/thread_ranks.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <tuple>

#include "tests/trying.hpp"

namespace trafficbench {

namespace {

using Words = std::vector<std::uint64_t>;

/// What the ranks of one group share: a place for each to lay something down, and a barrier. Each
/// collective lays down, waits, looks at what the others laid down, and waits again.
class Group {
 public:
  explicit Group(int size)
      : numbers(place_count(size)), reals(place_count(size)), texts(place_count(size)), size_(size) {}

  int size() const { return size_; }

  void wait() {
    std::unique_lock lock(mutex_);
    const std::int64_t round = round_;
    if (++waiting_ == size_) {
      waiting_ = 0;
      ++round_;
      all_here_.notify_all();
      return;
    }
    all_here_.wait(lock, [&] { return round_ != round; });
  }

  /// Messages from one rank to another with one tag arrive in the order in which they were sent.
  using Route = std::tuple<int, int, int>;

  void post(const Route& route, Words words) {
    const std::scoped_lock lock(mutex_);
    mail_[route].push_back(std::move(words));
    mail_came_.notify_all();
  }

  Words collect(const Route& route) {
    std::unique_lock lock(mutex_);
    std::deque<Words>& queue = mail_[route];
    mail_came_.wait(lock, [&] { return !queue.empty(); });
    Words words = std::move(queue.front());
    queue.pop_front();
    return words;
  }

  // One place a rank.
  std::vector<std::vector<std::int64_t>> numbers;
  std::vector<std::vector<double>> reals;
  std::vector<std::string> texts;
  std::shared_ptr<Group> part;

 private:
  static std::size_t place_count(int size) { return static_cast<std::size_t>(size); }

  int size_;
  std::mutex mutex_;
  std::condition_variable all_here_;
  int waiting_ = 0;
  std::int64_t round_ = 0;
  std::condition_variable mail_came_;
  std::map<Route, std::deque<Words>> mail_;
};

class ThreadCommunicator final : public Communicator {
 public:
  ThreadCommunicator(std::shared_ptr<Group> group, int rank) : group_(std::move(group)), rank_(rank) {}

  int rank() const override { return rank_; }
  int size() const override { return group_->size(); }
  int node_size() const override { return size(); }
  int node_rank() const override { return rank_; }
  int nodes() const override { return 1; }
  int node() const override { return 0; }
  void barrier() override { group_->wait(); }
  void sleeping_barrier() override { group_->wait(); }

  void sum(std::span<std::int64_t> values) override {
    group_->numbers[place()].assign(values.begin(), values.end());
    group_->wait();
    std::ranges::fill(values, 0);
    for (const auto& of_rank : group_->numbers) {
      for (std::size_t i = 0; i < values.size(); ++i) values[i] += of_rank.at(i);
    }
    group_->wait();
  }

  void max(std::span<double> values) override {
    group_->reals[place()].assign(values.begin(), values.end());
    group_->wait();
    for (const auto& of_rank : group_->reals) {
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::max(values[i], of_rank.at(i));
    }
    group_->wait();
  }

  void broadcast(std::span<double> values) override {
    if (rank_ == 0) group_->reals[0].assign(values.begin(), values.end());
    group_->wait();
    std::ranges::copy(group_->reals[0], values.begin());
    group_->wait();
  }

  std::vector<std::string> gather(const std::string& text) override {
    group_->texts[place()] = text;
    group_->wait();
    std::vector<std::string> all;
    if (rank_ == 0) all = group_->texts;
    group_->wait();
    return all;
  }

  void start_exchange(std::span<const Message> sends, std::span<const Message> receives) override {
    for (const Message& send : sends)
      group_->post({rank_, send.peer, send.tag}, {send.words.begin(), send.words.end()});
    awaited_.assign(receives.begin(), receives.end());
  }

  void finish_exchange() override {
    for (const Message& receive : awaited_) {
      const Words words = group_->collect({receive.peer, rank_, receive.tag});
      if (words.size() != receive.words.size()) throw std::logic_error("a message has not the length that is expected");
      std::ranges::copy(words, receive.words.begin());
    }
  }

  // As late as MPI may be: who looks at the values before finish_sum() sees the rank's own.
  void start_sum(std::span<std::int64_t> values) override { summed_ = values; }
  void finish_sum() override { sum(summed_); }

  std::unique_ptr<Communicator> part(bool belongs) override {
    group_->numbers[place()] = {belongs ? 1 : 0};
    group_->wait();
    const auto first = group_->numbers.begin();
    const auto count_to = [&](std::size_t end) {
      return static_cast<int>(std::count_if(first, first + static_cast<std::ptrdiff_t>(end),
                                            [](const auto& of_rank) { return of_rank.front() != 0; }));
    };
    const int size = count_to(group_->numbers.size());
    const int rank = count_to(place());
    if (rank_ == 0) group_->part = std::make_shared<Group>(size);
    group_->wait();
    std::unique_ptr<Communicator> part;
    if (belongs) part = std::make_unique<ThreadCommunicator>(group_->part, rank);
    group_->wait();
    return part;
  }

  Library library() const override { return {}; }
  [[noreturn]] void abort(int status) override { std::exit(status); }

 private:
  std::size_t place() const { return static_cast<std::size_t>(rank_); }

  std::shared_ptr<Group> group_;
  int rank_;
  std::vector<Message> awaited_;
  std::span<std::int64_t> summed_;
};

}  // namespace

void on_ranks(int ranks, const std::function<void(Communicator&)>& task) {
  const auto group = std::make_shared<Group>(ranks);
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(ranks));
  const std::vector<Trying::Case> cases = Trying::now();
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(ranks));
  for (int rank = 0; rank < ranks; ++rank) {
    threads.emplace_back([&, rank] {
      std::deque<Trying> trying;
      for (const Trying::Case& outer : cases) trying.emplace_back(outer);
      const Trying on_rank({{"rank", rank}, {"of", ranks}});
      ThreadCommunicator communicator(group, rank);
      try {
        task(communicator);
      } catch (...) {
        failures[static_cast<std::size_t>(rank)] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

std::unique_ptr<Communicator> world_of_one() {
  int argc = 0;
  char** argv = nullptr;
  return start_world(argc, argv);
}

}  // namespace trafficbench

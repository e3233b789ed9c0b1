#include "tests/trying.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <exception>

namespace trafficbench {

namespace {

thread_local std::vector<Trying::Case> cases;

std::string joined(std::initializer_list<Fact> facts) {
  std::string text;
  for (const Fact& fact : facts) text += (text.empty() ? "" : ", ") + fact.text;
  return text;
}

}  // namespace

Fact::Fact(std::string_view name, double number) : text(fmt::format("{} {}", name, number)) {}

struct Trying::Trace {
  testing::ScopedTrace trace;
  int exceptions = std::uncaught_exceptions();
};

Trying::Trying(const Case& of_another_thread)
    : trace_(new Trace{{of_another_thread.file, of_another_thread.line, of_another_thread.text}}) {
  cases.push_back(of_another_thread);
}

Trying::Trying(std::initializer_list<Fact> facts, const char* file, int line)
    : Trying(Case{joined(facts), file, line}) {}

Trying::~Trying() {
  // What catches the exception no longer knows the case.
  if (std::uncaught_exceptions() > trace_->exceptions) ADD_FAILURE() << "an exception ends this case";
  cases.pop_back();
}

std::vector<Trying::Case> Trying::now() { return cases; }

}  // namespace trafficbench

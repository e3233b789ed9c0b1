// What a test is trying just now, for the messages of its failures.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace trafficbench {

/// One thing that tells a case from others: "cells 130".
struct Fact {
  template <std::integral Number>
  Fact(std::string_view name, Number number) : text(std::string(name) + " " + std::to_string(number)) {}
  Fact(std::string_view name, double number);
  Fact(std::string_view name, std::string_view word) : text(std::string(name) + " " + std::string(word)) {}
  Fact(std::string_view name, const char* word) : Fact(name, std::string_view(word)) {}
  Fact(std::string_view name, const std::string& word) : Fact(name, std::string_view(word)) {}

  std::string text;
};

/// Until the end of its scope every failure names the case. Unlike SCOPED_TRACE it reaches the ranks of on_ranks, which
/// are threads, and says where an exception came from.
class Trying {
 public:
  explicit Trying(std::initializer_list<Fact> facts, const char* file = __builtin_FILE(), int line = __builtin_LINE());
  ~Trying();
  Trying(const Trying&) = delete;
  Trying& operator=(const Trying&) = delete;

  /// A case as another thread may take it over.
  struct Case {
    std::string text;
    const char* file;
    int line;
  };
  explicit Trying(const Case& of_another_thread);

  /// Those of this thread, the outermost first.
  static std::vector<Case> now();

 private:
  struct Trace;
  std::unique_ptr<Trace> trace_;
};

}  // namespace trafficbench

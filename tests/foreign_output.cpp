// A library to preload: prints on standard output as it is loaded, in the middle and at the end, as libraries of MPI do
// that have something to say.
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstring>

namespace {

void print(const char* when) {
  std::printf("{\"foreign\": \"%s\"}\n", when);
  std::fflush(stdout);
  constexpr char kLine[] = "foreign, unbuffered\n";
  [[maybe_unused]] const ssize_t put = write(STDOUT_FILENO, kLine, sizeof(kLine) - 1);
}

struct Printer {
  Printer() { print("loaded"); }
  ~Printer() { print("at the end"); }
} const printer;

}  // namespace

extern "C" int gethostname(char* name, std::size_t size) noexcept {
  print("asked for the host");
  std::strncpy(name, "host", size);
  return 0;
}

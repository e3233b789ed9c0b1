// What Python sees of the kernels: trafficbench._core, plain functions and two classes. The package beside it
// (drivers/python/trafficbench) checks types, explains, and gives each a form that a person would use.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <new>
#include <span>
#include <string>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/utf8.hpp"
#include "drivers/io/road_file.hpp"
#include "drivers/python/cells.hpp"
#include "drivers/python/road.hpp"
#include "drivers/python/segment.hpp"
#include "kernels/isa.hpp"
#include "kernels/registry.hpp"
#include "version_info.hpp"

namespace py = pybind11;

namespace trafficbench::python {

namespace {

using Bytes = py::array_t<std::uint8_t, py::array::c_style>;
using Words = py::array_t<std::uint64_t, py::array::c_style>;
using Counts = py::array_t<std::int64_t, py::array::c_style>;

template <typename T>
std::span<const T> view(const py::array_t<T, py::array::c_style>& array) {
  return {array.data(), static_cast<std::size_t>(array.size())};
}

template <typename T>
std::span<T> own(py::array_t<T, py::array::c_style>& array) {
  return {array.mutable_data(), static_cast<std::size_t>(array.size())};
}

/// Signals that came meanwhile have their handlers called; what those throw, KeyboardInterrupt as a rule, is thrown on.
void look_at_signals() {
  const py::gil_scoped_acquire held;
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

/// Carries it out while other threads of Python run.
template <typename Task>
auto without_gil(const Task& task) {
  const py::gil_scoped_release released;
  return task();
}

std::unique_ptr<Road> make_road(std::int64_t length, double density, const std::string& init, std::int64_t seed,
                                const std::string& kernel, int threads) {
  return without_gil([&] { return Road::make(length, {init, density, seed}, kernel, threads, look_at_signals); });
}

std::unique_ptr<Road> load_road(const std::string& path, const std::string& kernel, int threads) {
  return without_gil([&] { return Road::load(path, kernel, threads, look_at_signals); });
}

std::unique_ptr<Road> road_of(const Bytes& cells, const std::string& kernel, int threads) {
  const auto bytes = view(cells);
  return without_gil([&] {
    return std::make_unique<Road>(std::make_shared<PackedRoad>(packed(bytes)), false, kernel, threads, look_at_signals);
  });
}

Words start_words(std::int64_t length, double density, const std::string& init, std::int64_t seed, std::int64_t first,
                  std::int64_t count) {
  Words words(words_for(count));
  const auto out = own(words);
  without_gil([&] { read_start({init, density, seed}, length, first, count, out, look_at_signals); });
  return words;
}

Bytes exact(const Bytes& cells, std::int64_t steps) {
  check_count(steps, "steps", 0, kMaxIterations);
  Bytes after(cells.size());
  const auto before = view(cells);
  const auto out = own(after);
  without_gil([&] { exact_cells(before, steps, out, look_at_signals); });
  return after;
}

py::list kernels() {
  py::list all;
  for (const Variant* variant : variants()) {
    all.append(py::make_tuple(py::str(std::string(variant->name)), py::str(std::string(variant->summary)),
                              variant->kernel_class == KernelClass::update ? "update" : "closed-form", isa_of(*variant),
                              variant->work.bits_per_cell, variant->work.bytes_per_trip,
                              variant->work.iterations_per_trip));
  }
  return all;
}

py::list isas() {
  py::list all;
  for (const Isa& isa : built_isas()) all.append(py::make_tuple(isa.name, isa.runs_here, isa.register_bits));
  return all;
}

/// The package's exceptions are Python's own, with the program's line.
void translate(std::exception_ptr thrown) {  // NOLINT(performance-unnecessary-value-param): as pybind11 calls it
  const auto set = [](PyObject* kind, const char* text) { PyErr_SetString(kind, valid_utf8(text).c_str()); };
  try {
    if (thrown) std::rethrow_exception(thrown);
  } catch (const BadInput& bad) {
    set(PyExc_ValueError, bad.what());
  } catch (const WorkFailed& failed) {
    set(PyExc_OSError, failed.what());
  } catch (const Misuse& misuse) {
    set(PyExc_RuntimeError, misuse.what());
  } catch (const OutOfMemory& memory) {
    set(PyExc_MemoryError, memory.what());
  } catch (const std::bad_alloc&) {
    set(PyExc_MemoryError, "there is no memory left for this");
  }
}

template <typename Class>
void add_workers(py::class_<Class>& type) {
  type.def_property_readonly("kernel", [](const Class& self) { return std::string(self.workers().variant->name); })
      .def_property_readonly("isa", [](const Class& self) { return isa_of(*self.workers().variant); })
      .def_property_readonly("threads", [](const Class& self) { return self.workers().threads; });
}

/// advance(steps, every): the moves of each iteration, or of the last.
template <typename Class, typename Task>
void add_advance(py::class_<Class>& type, const Task& last_of) {
  type.def("advance_every", [last_of](Class& self, std::int64_t steps) {
    check_count(steps, "steps", 0, kMaxIterations);
    Counts moves(steps);
    const auto each = own(moves);
    without_gil([&] { last_of(self, steps, each); });
    return moves;
  });
  type.def("advance_sampled", [last_of](Class& self, std::int64_t steps) {
    check_count(steps, "steps", 1, kMaxIterations);
    return without_gil([&] { return last_of(self, steps, std::span<std::int64_t>()); });
  });
}

void add_road(py::module_& module) {
  py::class_<Road> road(module, "Road");
  road.def_static("make", make_road)
      .def_static("load", load_road)
      .def_static("from_cells", road_of)
      .def_property_readonly("length", &Road::length)
      .def_property_readonly("cars", &Road::cars)
      .def_property_readonly("iteration", &Road::iteration)
      .def_property_readonly("last_moves", &Road::last_moves)
      .def("packed",
           [](Road& self) {
             Words words(words_for(self.length()));
             const auto out = own(words);
             without_gil([&] { self.read(0, self.length(), out); });
             return words;
           })
      .def("cells",
           [](Road& self, std::int64_t first, std::int64_t count) {
             check_count(first, "first", 0, self.length());
             check_count(count, "count", 0, self.length() - first);
             Bytes cells(count);
             const auto out = own(cells);
             without_gil([&] { self.read_bytes(first, count, out); });
             return cells;
           })
      .def("space_time",
           [](Road& self, std::int64_t steps, std::int64_t first, std::int64_t count) {
             check_count(steps, "steps", 0, kMaxIterations);
             check_count(first, "first cell of the window", 0, self.length() - 1);
             check_count(count, "cells of the window", 1, self.length() - first);
             Bytes rows({steps + 1, count});
             const auto out = own(rows);
             without_gil([&] { self.space_time(steps, first, count, out, look_at_signals); });
             return rows;
           })
      .def("hash", [](Road& self) { return without_gil([&] { return self.hash(); }); })
      .def("save",
           [](Road& self, const std::string& path, bool replace) { without_gil([&] { self.save(path, replace); }); });
  add_workers(road);
  add_advance(road, [](Road& self, std::int64_t steps, std::span<std::int64_t> each) {
    self.advance(steps, each, look_at_signals);
    return self.last_moves();
  });
}

void add_segment(py::module_& module) {
  py::class_<HeldSegment> segment(module, "Segment");
  segment
      .def(py::init([](std::int64_t length, std::int64_t halo, const std::string& kernel, int threads) {
        return without_gil([&] { return std::make_unique<HeldSegment>(length, halo, kernel, threads); });
      }))
      .def_property_readonly("length", &HeldSegment::length)
      .def_property_readonly("max_halo", &HeldSegment::max_halo)
      .def_property_readonly("halo", &HeldSegment::halo)
      .def("load",
           [](HeldSegment& self, const Words& packed, std::int64_t first) {
             const auto words = view(packed);
             without_gil([&] { self.load(words, first); });
           })
      .def("read",
           [](HeldSegment& self, std::int64_t first, std::int64_t count, Words& out) {
             const auto words = own(out);
             without_gil([&] { self.read(first, count, words); });
           })
      .def("set_halo", [](HeldSegment& self, const Words& left, const Words& right, std::int64_t width) {
        const auto left_words = view(left);
        const auto right_words = view(right);
        without_gil([&] { self.set_halo(left_words, right_words, width); });
      });
  add_workers(segment);
  add_advance(segment, [](HeldSegment& self, std::int64_t steps, std::span<std::int64_t> each) {
    return self.advance(steps, each, look_at_signals);
  });
}

}  // namespace

PYBIND11_MODULE(_core, module) {
  module.doc() = "The kernels themselves; use the package trafficbench.";
  py::register_local_exception_translator(translate);
  add_road(module);
  add_segment(module);
  module.def("start", start_words);
  module.def("exact", exact);
  module.def("kernels", kernels);
  module.def("isas", isas);
  const Counts first(0);  // the first array looks for numpy
  module.attr("version") = kVersion;
  module.attr("commit") = kCommit;
}

}  // namespace trafficbench::python

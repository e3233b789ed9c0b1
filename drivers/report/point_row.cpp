#include "drivers/report/point_row.hpp"

#include "drivers/base/utf8.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {

namespace {

void add_facts(const Variant& variant, Row& row) {
  if (!row.rung) row.rung = rung_of(variant.name);
  if (!row.bits_per_cell && variant.work.bits_per_cell > 0) row.bits_per_cell = variant.work.bits_per_cell;
}

}  // namespace

Row row_of(const std::string& command, const Point& point) {
  Row row;
  row.name = row_name(command, point);
  row.kernel = point.variant->name;
  add_facts(*point.variant, row);
  row.cells = point.road_cells;
  row.ranks = point.ranks;
  row.threads = point.threads;
  if (point.ranks > 1) {
    row.exchange = point.exchange->name;
    row.overlap = point.overlap;
    row.reduce = point.reduce->name;
    if (point.ranks_per_node != 0) row.ranks_per_node = point.ranks_per_node;
  }
  if (point.workers() > 1) row.placement_policy = point.placement->name;
  if (point.start.is_random()) {
    row.density = point.start.density;
    row.seed = static_cast<std::uint64_t>(point.start.seed);
  }
  row.init = one_line(point.start.init);
  row.mode = point.mode();
  row.count = point.counting;
  row.row_class = point.variant->kernel_class == KernelClass::update ? RowClass::update : RowClass::closed_form;
  return row;
}

void add_kernel_facts(Row& row) {
  if (const Variant* variant = find_variant(row.kernel)) add_facts(*variant, row);
}

}  // namespace trafficbench

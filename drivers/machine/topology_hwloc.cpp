// The node as hwloc sees it.
#include <fmt/format.h>
#include <hwloc.h>

#include <algorithm>

#include "drivers/machine/topology.hpp"

namespace trafficbench {

namespace {

int count_in(hwloc_topology_t topology, hwloc_const_cpuset_t cpus, hwloc_obj_type_t type) {
  return hwloc_get_nbobjs_inside_cpuset_by_type(topology, cpus, type);
}

Cache cache_of(hwloc_obj_t object) {
  const auto& attributes = object->attr->cache;
  const char* type = attributes.type == HWLOC_OBJ_CACHE_UNIFIED ? "Unified"
                     : attributes.type == HWLOC_OBJ_CACHE_DATA  ? "Data"
                                                                : "Instruction";
  return {static_cast<int>(attributes.depth), type, static_cast<std::int64_t>(attributes.size),
          hwloc_bitmap_weight(object->cpuset)};
}

/// The level of a kind of cache.
int level_of(hwloc_obj_type_t cache) { return static_cast<int>(cache) - static_cast<int>(HWLOC_OBJ_L1CACHE) + 1; }

/// What Core::cache tells apart.
hwloc_obj_type_t last_shared_type(hwloc_topology_t topology) {
  for (const hwloc_obj_type_t type : {HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L5CACHE, HWLOC_OBJ_L4CACHE, HWLOC_OBJ_L2CACHE}) {
    hwloc_obj_t cache = hwloc_get_obj_by_type(topology, type, 0);
    if (cache == nullptr) continue;
    if (type == HWLOC_OBJ_L3CACHE || count_in(topology, cache->cpuset, HWLOC_OBJ_CORE) > 1) return type;
  }
  return HWLOC_OBJ_PACKAGE;
}

/// hwloc loads its plug-ins for the first topology and drops them with the last. MPI makes one of its own as it starts:
/// it finds them loaded while this one is there. Saves 2 ms of a start.
void keep_plugins() {
  static hwloc_topology_t kept = nullptr;
  if (kept == nullptr) hwloc_topology_init(&kept);
}

}  // namespace

Machine look_at_machine(const std::vector<int>& mask) {
  keep_plugins();
  Machine machine;
  hwloc_topology_t topology = nullptr;
  hwloc_topology_init(&topology);
  // Cores outside this process's control group count as part of the node.
  hwloc_topology_set_flags(topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
  hwloc_topology_set_icache_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_ALL);
  hwloc_topology_load(topology);

  const int cores = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE);
  const int units = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU);
  machine.cores = std::max(1, cores);
  machine.threads_per_core = std::max(1, units / machine.cores);
  const hwloc_obj_type_t shared = last_shared_type(topology);
  machine.last_level_cache = shared == HWLOC_OBJ_PACKAGE ? "package" : fmt::format("L{} cache", level_of(shared));
  std::vector<Core> all;
  for (hwloc_obj_t core = nullptr; (core = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_CORE, core)) != nullptr;) {
    const hwloc_obj* const part = hwloc_get_ancestor_obj_by_type(topology, shared, core);
    Core& each = all.emplace_back();
    each.number = hwloc_bitmap_first(core->cpuset);
    each.cache = hwloc_bitmap_first(part == nullptr ? core->cpuset : part->cpuset);  // without one: by itself
    for (int cpu = -1; (cpu = hwloc_bitmap_next(core->cpuset, cpu)) >= 0;) each.cpus.push_back(cpu);
  }
  machine.allowed_cores = allowed_cores(all, mask);

  if (hwloc_obj_t package = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PACKAGE, 0)) {
    if (const char* model = hwloc_obj_get_info_by_name(package, "CPUModel")) machine.cpu_model = model;
  }
  if (hwloc_obj_t object = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PU, 0)) {
    for (; object != nullptr; object = object->parent) {
      if (hwloc_obj_type_is_cache(object->type)) machine.caches.push_back(cache_of(object));
    }
  }
  for (hwloc_obj_t node = nullptr;
       (node = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, node)) != nullptr;) {
    machine.numa.push_back({static_cast<int>(node->os_index), count_in(topology, node->cpuset, HWLOC_OBJ_CORE),
                            static_cast<std::int64_t>(node->attr->numanode.local_memory)});
  }
  hwloc_topology_destroy(topology);
  return machine;
}

}  // namespace trafficbench

// The node as hwloc sees it.
#include <fmt/format.h>
#include <hwloc.h>

#include <algorithm>
#include <vector>

#include "drivers/machine/topology.hpp"

namespace trafficbench {

namespace {

using Objects = std::vector<hwloc_obj_t>;

Objects objects_of(hwloc_topology_t topology, hwloc_obj_type_t type) {
  Objects objects;
  for (hwloc_obj_t each = nullptr; (each = hwloc_get_next_obj_by_type(topology, type, each)) != nullptr;) {
    objects.push_back(each);
  }
  return objects;
}

/// In the machine's order. A logical CPU that is in no core is one by itself: not all systems say what is a core.
Objects cores_of(hwloc_topology_t topology) {
  Objects cores;
  for (hwloc_obj* const cpu : objects_of(topology, HWLOC_OBJ_PU)) {
    hwloc_obj* const core = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, cpu);
    if (core == nullptr) {
      cores.push_back(cpu);
    } else if (cores.empty() || cores.back() != core) {
      cores.push_back(core);
    }
  }
  return cores;
}

int count_in(hwloc_const_cpuset_t cpus, const Objects& cores) {
  return static_cast<int>(
      std::ranges::count_if(cores, [&](hwloc_obj_t core) { return hwloc_bitmap_isincluded(core->cpuset, cpus) != 0; }));
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
hwloc_obj_type_t last_shared_type(hwloc_topology_t topology, const Objects& cores) {
  for (const hwloc_obj_type_t type : {HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L5CACHE, HWLOC_OBJ_L4CACHE, HWLOC_OBJ_L2CACHE}) {
    const auto is_shared = [&](hwloc_obj_t cache) {
      return type == HWLOC_OBJ_L3CACHE || count_in(cache->cpuset, cores) > 1;
    };
    if (std::ranges::any_of(objects_of(topology, type), is_shared)) return type;
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
  if (hwloc_topology_load(topology) != 0) {
    hwloc_topology_destroy(topology);
    machine = machine_from_files("/", mask);
    machine.doubt =
        "hwloc cannot read this machine's topology (lstopo shows why): cores are what the system's files say";
    return machine;
  }

  const Objects cores = cores_of(topology);
  machine.cores = static_cast<int>(cores.size());
  machine.cpus = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU);
  const hwloc_obj_type_t shared = last_shared_type(topology, cores);
  machine.last_level_cache = shared == HWLOC_OBJ_PACKAGE ? "package" : fmt::format("L{} cache", level_of(shared));
  std::vector<Core> all;
  for (hwloc_obj* const core : cores) {
    const hwloc_obj* const part = hwloc_get_ancestor_obj_by_type(topology, shared, core);
    Core& each = all.emplace_back();
    each.number = hwloc_bitmap_first(core->cpuset);
    each.cache = hwloc_bitmap_first(part == nullptr ? core->cpuset : part->cpuset);  // without one: by itself
    for (int cpu = -1; (cpu = hwloc_bitmap_next(core->cpuset, cpu)) >= 0;) each.cpus.push_back(cpu);
    machine.threads_per_core = std::max(machine.threads_per_core, static_cast<int>(each.cpus.size()));
  }
  machine.allowed_cores = allowed_cores(all, mask);
  const hwloc_const_cpuset_t known = hwloc_get_root_obj(topology)->cpuset;
  const auto left_out =
      std::ranges::count_if(mask, [&](int cpu) { return hwloc_bitmap_isset(known, static_cast<unsigned>(cpu)) == 0; });
  if (left_out > 0) {
    machine.doubt = fmt::format(
        "hwloc knows nothing of {} of the {} logical CPUs that may be run on (lstopo shows what it sees): each is "
        "taken for a core",
        left_out, mask.size());
  }

  if (hwloc_obj_t package = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PACKAGE, 0)) {
    if (const char* model = hwloc_obj_get_info_by_name(package, "CPUModel")) machine.cpu_model = model;
  }
  if (hwloc_obj_t object = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PU, 0)) {
    for (; object != nullptr; object = object->parent) {
      if (hwloc_obj_type_is_cache(object->type)) machine.caches.push_back(cache_of(object));
    }
  }
  for (hwloc_obj* const node : objects_of(topology, HWLOC_OBJ_NUMANODE)) {
    machine.numa.push_back({static_cast<int>(node->os_index), count_in(node->cpuset, cores),
                            static_cast<std::int64_t>(node->attr->numanode.local_memory)});
  }
  hwloc_topology_destroy(topology);
  return machine;
}

}  // namespace trafficbench

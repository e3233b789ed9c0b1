"""trafficbench on whole nodes, with the ranks and threads per node that suit the site"""

import reframe as rfm
from trafficbench_base import TrafficbenchBase

# Ranks per node, threads per rank: one rank per group of cores with an L3 cache on Cirrus EX, one per NUMA region on ARCHER2.
SHAPES = {"cirrus-ex:compute": (24, 12), "archer2:compute": (8, 16)}


@rfm.simple_test
class TrafficbenchNode(TrafficbenchBase):
    """trafficbench on 1 and 2 nodes -- CPU nodes"""

    num_nodes = parameter([1, 2])

    # No reference yet: 0 without bounds is recorded and never fails. Put in the median of your first runs, with the tolerance
    # that their spread suggests, as in (4.5e7, -0.05, 0.05, "MCOPs").
    reference = {"*": {"every": (0, None, None, "MCOPs"), "sampled": (0, None, None, "MCOPs")}}

    @run_after("setup")
    def set_shape(self):
        """Fills the nodes"""
        ranks, threads = SHAPES[self.current_partition.fullname]
        self.num_tasks_per_node = ranks
        self.num_tasks = ranks * self.num_nodes
        self.num_cpus_per_task = threads

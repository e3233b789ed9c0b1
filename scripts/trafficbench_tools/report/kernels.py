"""What the report knows of kernels beyond what a row says: their order on the ladder, and the memory a cell takes."""

# The order of the rungs, from the lowest. A name that is not here stands by its first part (numpy-anything with numpy);
# others come last, in the order of the file.
LADDER = ["python", "numpy", "numba", "mpi4py", "naive", "branchless", "bitpacked", "bitsliced", "tiled", "leap"]

# Bits of memory that one cell of road takes, second arrays included: bits_per_cell in kernels/variants/.
BITS_PER_CELL = {"naive": 64, "branchless": 16, "bitpacked": 1, "bitsliced": 1, "tiled": 1, "leap": 1}


def rung(kernel):
    """Sorts kernels into the order of the ladder."""
    for name in (kernel, kernel.split("-")[0]):
        if name in LADDER:
            return LADDER.index(name)
    return len(LADDER)


def is_known_size(kernel):
    return kernel in BITS_PER_CELL


def bits_per_cell(kernel):
    """Of a kernel that is not listed: 1, the least that a cell can take."""
    return BITS_PER_CELL.get(kernel, 1)

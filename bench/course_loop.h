/* The reference that `naive` is held against: what a student of the course would write in C. */
#ifndef TRAFFICBENCH_COURSE_LOOP_H
#define TRAFFICBENCH_COURSE_LOOP_H

#ifdef __cplusplus
extern "C" {
#endif

/* Makes `iterations` iterations on a ring of `cells` cells, road[1] .. road[cells]. road[0] and
   road[cells + 1] stand for the cells beyond the ends, and are set here. `spare` is as long as
   `road`: cells + 2 ints. Returns the cars moved in the last. */
int course_loop(int cells, int iterations, int* road, int* spare);

#ifdef __cplusplus
}
#endif

#endif

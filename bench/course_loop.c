#include "course_loop.h"

int course_loop(int cells, int iterations, int* road, int* spare) {
  int moves = 0;
  for (int iteration = 0; iteration < iterations; iteration++) {
    road[0] = road[cells];
    road[cells + 1] = road[1];
    moves = 0;
    for (int i = 1; i <= cells; i++) {
      if (road[i] == 1) {
        if (road[i + 1] == 1) {
          spare[i] = 1;
        } else {
          spare[i] = 0;
          moves++;
        }
      } else {
        if (road[i - 1] == 1) {
          spare[i] = 1;
        } else {
          spare[i] = 0;
        }
      }
    }
    for (int i = 1; i <= cells; i++) {
      road[i] = spare[i];
    }
  }
  return moves;
}

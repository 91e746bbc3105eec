/* A control for live_soak.py: a loop that does nothing but compute for as long as the live callback does, every block.
 * No Python, no lock, no memory: where it is late, the machine was. Prints one line of JSON.
 *
 *     cc -O1 -o late_control late_control.c && ./late_control SECONDS BLOCK_US BUSY_US
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long now_ns(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static volatile double sink = 1.0;

static void compute(long rounds) {
    for (long i = 0; i < rounds; ++i) sink = sink * 1.0000001 + 1e-9;
}

int main(int count, char** arguments) {
    if (count != 4) return 2;
    const double seconds = atof(arguments[1]);
    const long block = (long)(1e3 * atof(arguments[2]));
    long began = now_ns(CLOCK_THREAD_CPUTIME_ID);
    compute(1000000);
    const double round_ns = (now_ns(CLOCK_THREAD_CPUTIME_ID) - began) / 1e6;
    const long rounds = (long)(1e3 * atof(arguments[3]) / round_ns);

    long callbacks = 0, slow = 0, late = 0, longest = 0;
    long due = now_ns(CLOCK_MONOTONIC) + block;
    const long end = due + (long)(1e9 * seconds);
    for (; due < end; due += block) {
        const struct timespec at = {due / 1000000000L, due % 1000000000L};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        const long start = now_ns(CLOCK_MONOTONIC);
        compute(rounds);
        const long took = now_ns(CLOCK_MONOTONIC) - start;
        ++callbacks;
        slow += took > block;
        late += start - due > block;
        if (took > longest) longest = took;
    }
    printf("{\"callbacks\": %ld, \"slow_callbacks\": %ld, \"called_late\": %ld, \"longest_us\": %.1f}\n", callbacks, slow,
           late, longest / 1e3);
    return 0;
}

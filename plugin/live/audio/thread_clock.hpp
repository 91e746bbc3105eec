// What a thread has spent: wall time, processor time, and how often it waited.
#pragma once

#include <chrono>
#include <cstdint>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/resource.h>
#include <time.h>
#endif

namespace semeq::live {

struct ThreadClock {
    std::int64_t wall_ns = 0, cpu_ns = 0;
    long waits = 0;

    static ThreadClock now() noexcept {
        ThreadClock clock;
#if defined(__unix__) || defined(__APPLE__)
        timespec t;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        clock.cpu_ns = std::int64_t{t.tv_sec} * 1000000000 + t.tv_nsec;
#endif
#if defined(RUSAGE_THREAD)
        rusage usage;
        getrusage(RUSAGE_THREAD, &usage);
        clock.waits = usage.ru_nvcsw;
#endif
        // The clock of Python's time.perf_counter_ns.
        clock.wall_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                            std::chrono::steady_clock::now().time_since_epoch()).count();
        return clock;
    }
};

}  // namespace semeq::live

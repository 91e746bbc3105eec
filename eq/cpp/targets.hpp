// The kernel for each instruction set that this machine may have, and the choice among them.
//
// Fused multiply-add is left alone on all of them (compile with -ffp-contract=off): every target gives the same bits.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

#include "lanes.hpp"
#include "section.hpp"

namespace semeq {

constexpr int kHousekeepingFrames = 64;   // how often states are checked, in absolute frames
constexpr int kLongestRun = 512;          // frames that one call of the kernel takes
constexpr double kLoudest = 1e12;         // samples beyond (240 dB over full scale) are no audio: taken as silence
constexpr double kSilence = 1e-30;        // states below this (-600 dB) are set to zero: no denormals, true silence

// One channel's memory.
struct State {
    double s1[kBands] = {}, s2[kBands] = {};
};

// Six numbers a band (f11, f12, f22, d, c1, c2) and the output gain: what they are, and what a ramp adds every sample.
struct Motion {
    Numbers now{}, step{};
    double gain = 1, gain_step = 0;
};

// At most kLongestRun frames, distances in samples. Either it ends at or before the next housekeeping, or it begins right
// after one and ends at one.
template <class T>
struct Block {
    const T* in;
    T* out;
    std::ptrdiff_t in_channel, in_frame, out_channel, out_frame, frames;
    int channels;
    bool flat;
};

}  // namespace semeq

#define SEMEQ_KERNEL "kernel.hpp"
#include "each_target.hpp"

namespace semeq {

struct Target {
    const char* name;
    const char* unit;  // as people call it
    void (*run_float)(const Block<float>&, Motion&, State*, bool) noexcept;
    void (*run_double)(const Block<double>&, Motion&, State*, bool) noexcept;
};

#ifdef SEMEQ_WIDER_TARGETS
// Eight channels fill a vector of 512 bits. Of fewer, which would stand in it band by band, vectors of 256 are faster.
template <class T>
void run_avx512(const Block<T>& block, Motion& motion, State* states, bool ramped) noexcept {
    (block.channels % 8 == 0 ? avx512vl_long::run<T> : avx512vl::run<T>)(block, motion, states, ramped);
}
#endif

// What this machine can run, the fastest last.
struct Targets {
    Target known[3];
    int count = 0;

    Targets() noexcept {
#if !SEMEQ_VECTORS
        add({"baseline", "no vector unit", baseline::run<float>, baseline::run<double>});
#elif defined(__SSE2__)
        add({"baseline", "SSE2", baseline::run<float>, baseline::run<double>});
#elif defined(__ARM_NEON)
        add({"baseline", "NEON", baseline::run<float>, baseline::run<double>});
#else
        add({"baseline", "no known vector unit", baseline::run<float>, baseline::run<double>});
#endif
#ifdef SEMEQ_WIDER_TARGETS
        __builtin_cpu_init();
        if (__builtin_cpu_supports("avx2")) add({"avx2", "AVX2", avx2::run<float>, avx2::run<double>});
        if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
            add({"avx512vl", "AVX-512VL", run_avx512<float>, run_avx512<double>});
#endif
    }

    const Target& fastest() const noexcept { return known[count - 1]; }
    const Target* named(const char* name) const noexcept {
        for (int i = 0; i < count; ++i)
            if (std::strcmp(known[i].name, name) == 0) return &known[i];
        return nullptr;
    }

private:
    void add(const Target& target) noexcept { known[count++] = target; }
};

inline const Targets& targets() noexcept {
    static const Targets found;
    return found;
}

}  // namespace semeq

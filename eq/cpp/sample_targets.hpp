// samples.hpp for each instruction set, and the choice among them: by the name of the engine's target.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "targets.hpp"

#if SEMEQ_VECTORS
namespace semeq {
typedef unsigned char Bytes __attribute__((vector_size(16)));
}
#if defined(__clang__)
#define SEMEQ_SHUFFLED(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SEMEQ_SHUFFLED(a, b, ...) __builtin_shuffle(a, b, ::semeq::Bytes{__VA_ARGS__})
#endif
#endif

#define SEMEQ_KERNEL "samples.hpp"
#include "each_target.hpp"

namespace semeq {

struct SampleTarget {
    template <class T, class I>
    using Quantise = void (*)(const T*, I*, std::ptrdiff_t, double, int, bool, std::uint32_t, std::uint32_t) noexcept;

    void (*unpack_16)(const unsigned char*, float*, std::ptrdiff_t) noexcept;
    void (*unpack_24)(const unsigned char*, float*, std::ptrdiff_t) noexcept;
    void (*unpack_32)(const unsigned char*, double*, std::ptrdiff_t) noexcept;
    void (*pack_24)(const std::int32_t*, unsigned char*, std::ptrdiff_t) noexcept;
    Quantise<float, std::int16_t> float_to_16;
    Quantise<float, std::int32_t> float_to_32;
    Quantise<double, std::int16_t> double_to_16;
    Quantise<double, std::int32_t> double_to_32;
    void (*amplify_float)(float*, std::ptrdiff_t, float) noexcept;
    void (*amplify_double)(double*, std::ptrdiff_t, double) noexcept;
    bool (*differ_float)(const float*, const float*, std::ptrdiff_t) noexcept;
    bool (*differ_double)(const double*, const double*, std::ptrdiff_t) noexcept;
    float (*largest)(const float*, std::ptrdiff_t) noexcept;
    float (*steepest)(const float*, std::ptrdiff_t, std::ptrdiff_t) noexcept;
    float (*largest_sum)(const float*, std::ptrdiff_t, const float*, int) noexcept;
};

#define SEMEQ_SAMPLES(t)                                                                                          \
    {t::unpack_16,                                                                                                \
     t::unpack_24,                                                                                                \
     t::unpack_32,                                                                                                \
     t::pack_24,                                                                                                  \
     t::quantise<float, std::int16_t>,                                                                            \
     t::quantise<float, std::int32_t>,                                                                            \
     t::quantise<double, std::int16_t>,                                                                           \
     t::quantise<double, std::int32_t>,                                                                           \
     t::amplify<float>,                                                                                           \
     t::amplify<double>,                                                                                          \
     t::differ<float>,                                                                                            \
     t::differ<double>,                                                                                           \
     t::largest,                                                                                                  \
     t::steepest,                                                                                                 \
     t::largest_sum}

// For a target of the engine; all give the same bits.
inline const SampleTarget& samples_for(const Target& target) noexcept {
    static const SampleTarget plain = SEMEQ_SAMPLES(baseline);
#ifdef SEMEQ_WIDER_TARGETS
    static const SampleTarget wide = SEMEQ_SAMPLES(avx2), widest = SEMEQ_SAMPLES(avx512vl);
    if (std::strcmp(target.name, "avx512vl") == 0) return widest;
    if (std::strcmp(target.name, "avx2") == 0) return wide;
#endif
    static_cast<void>(target);
    return plain;
}

#undef SEMEQ_SAMPLES
#undef SEMEQ_SHUFFLED

}  // namespace semeq

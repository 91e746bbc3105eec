// From float to integer PCM in one pass: TPDF dither, rounding, clipping.
//
// Dither is triangular, ±1 step, independent for every sample: the error's mean and variance then do not depend on the
// signal (S. P. Lipshitz, R. A. Wannamaker and J. Vanderkooy, "Quantization and Dither: A Theoretical Survey", JAES
// 40(5), 1992). The noise of a sample is a function of its number in the stream and the seed (G. L. Steele, D. Lea and
// C. H. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014), so that a render is repeatable, does not
// depend on how it was cut into blocks, and as many samples are drawn for at once as a vector holds.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "sample_targets.hpp"

namespace semeq {

class Quantiser {
public:
    // bits: 1 to 24.
    Quantiser(int bits, std::uint64_t seed, const Target& target = targets().fastest())
        : scale_(std::ldexp(1.0, bits - 1)), seed_(seed), samples_(&samples_for(target)) {}

    // `samples` of full scale ±1 become integers of `bits` bits, shifted left by `shift`. Only where it is dithered, the
    // noise moves on.
    template <class T, class I>
    void process(const T* in, I* out, std::ptrdiff_t samples, bool dithered, int shift) noexcept {
        while (samples > 0) {
            constexpr std::uint64_t kTurn = std::uint64_t{1} << 32;  // numbers of one key
            const auto left = static_cast<std::ptrdiff_t>(kTurn - drawn_ % kTurn);
            const std::ptrdiff_t n = dithered && left < samples ? left : samples;
            const auto key = static_cast<std::uint32_t>(mixed(seed_ + (drawn_ / kTurn << 48)) >> 32);
            kernel(in, out)(in, out, n, scale_, shift, dithered, static_cast<std::uint32_t>(drawn_), key);
            if (dithered) drawn_ += static_cast<std::uint64_t>(n);
            in += n, out += n, samples -= n;
        }
    }

private:
    auto kernel(const float*, std::int16_t*) const noexcept { return samples_->float_to_16; }
    auto kernel(const float*, std::int32_t*) const noexcept { return samples_->float_to_32; }
    auto kernel(const double*, std::int16_t*) const noexcept { return samples_->double_to_16; }
    auto kernel(const double*, std::int32_t*) const noexcept { return samples_->double_to_32; }

    // splitmix64: scatters neighbouring seeds.
    static std::uint64_t mixed(std::uint64_t seed) noexcept {
        std::uint64_t z = (seed + 1) * 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

    double scale_;
    std::uint64_t seed_, drawn_ = 0;
    const SampleTarget* samples_;
};

}  // namespace semeq

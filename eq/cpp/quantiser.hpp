// From float to integer PCM in one pass: TPDF dither, rounding, clipping.
//
// Dither is triangular, ±1 step, independent for every sample: the error's mean and variance then do not depend on the
// signal (S. P. Lipshitz, R. A. Wannamaker and J. Vanderkooy, "Quantization and Dither: A Theoretical Survey", JAES
// 40(5), 1992). The noise is seeded and drawn in the order of the samples, so that a render is repeatable and does not
// depend on how it was cut into blocks.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace semeq {

class Quantiser {
  public:
    // bits: 1 to 24.
    explicit Quantiser(int bits, std::uint64_t seed) : scale_(std::ldexp(1.0, bits - 1)) {
        for (int word = 0; word < 4; ++word)
            for (int lane = 0; lane < kLanes; ++lane)
                state_[word][lane] = static_cast<std::uint32_t>(mixed(seed * 16 + 4 * word + lane) >> 32);
    }

    // `samples` of full scale ±1 become integers of `bits` bits, shifted left by `shift`.
    template <class T, class I>
    void process(const T* in, I* out, std::ptrdiff_t samples, bool dither, int shift) {
        const std::int32_t unit = std::int32_t{1} << shift;
        std::ptrdiff_t i = 0;
        if (!dither) {
            for (; i < samples; ++i) out[i] = static_cast<I>(rounded(static_cast<double>(in[i]) * scale_) * unit);
            return;
        }
        while (i < samples) {
            if (used_ == kLanes) draw();
            // Four at a time is what the compiler can keep in registers; the rest waits for the next block.
            if (used_ == 0 && samples - i >= kLanes) {
                for (int lane = 0; lane < kLanes; ++lane)
                    out[i + lane] = static_cast<I>(
                        rounded(static_cast<double>(in[i + lane]) * scale_ + kStep * noise_[lane]) * unit);
                used_ = kLanes;
                i += kLanes;
            } else {
                out[i] = static_cast<I>(rounded(static_cast<double>(in[i]) * scale_ + kStep * noise_[used_++]) * unit);
                ++i;
            }
        }
    }

  private:
    static constexpr int kLanes = 4;
    static constexpr double kStep = 0x1p-16;
    using Words = std::uint32_t __attribute__((vector_size(4 * kLanes)));

    std::int32_t rounded(double steps) const {
        steps = steps > -scale_ ? steps : -scale_;  // also where it is not a number
        steps = steps < scale_ - 1.0 ? steps : scale_ - 1.0;
        // Beside 1.5 · 2^52 a double has no room for fractions: the sum is rounded, and its low bits are the integer.
        const double placed = steps + 6755399441055744.0;
        std::int64_t bits;
        std::memcpy(&bits, &placed, sizeof bits);
        return static_cast<std::int32_t>(bits);
    }

    // Four draws of xoshiro128+ side by side (D. Blackman and S. Vigna, "Scrambled Linear Pseudorandom Number
    // Generators", ACM TOMS 47, 2021). The difference of a draw's halves is triangular.
    void draw() {
        const Words drawn = state_[0] + state_[3], kept = state_[1] << 9;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= kept;
        state_[3] = (state_[3] << 11) | (state_[3] >> 21);
        const Words difference = (drawn >> 16) - (drawn & 0xffffu);
        for (int lane = 0; lane < kLanes; ++lane) noise_[lane] = static_cast<std::int32_t>(difference[lane]);
        used_ = 0;
    }

    // splitmix64: scatters neighbouring seeds.
    static std::uint64_t mixed(std::uint64_t seed) {
        std::uint64_t z = (seed + 1) * 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

    double scale_;
    Words state_[4];
    std::int32_t noise_[kLanes] = {};
    int used_ = kLanes;
};

}  // namespace semeq

// How much louder or softer the equaliser makes this music, so that it can be taken back: both sides through the
// K-weighting of ITU-R BS.1770-5, their energies over the last seconds, windows below the absolute gate left out.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "engine.hpp"

namespace semeq {

constexpr int kMostChannels = 2;

class LevelMatch {
public:
    static constexpr double kWindowSeconds = 0.1, kMemorySeconds = 3.0, kMostDb = 24.0;

    void activate(double rate) noexcept {
        window_ = std::max(1, int(kWindowSeconds * rate));
        keep_ = std::exp(-kWindowSeconds / kMemorySeconds);
        shelf_ = shelf(rate), high_pass_ = high_pass(rate);
        forget();
    }

    void forget() noexcept {
        sides_ = {};
        frames_ = 0;
        gain_db_ = 0;
    }

    // The input, then the output of the same frames; `output_db` is what else the output was given.
    void hear_input(const float* const* channels, int count, int from, int to) noexcept { sides_[0].hear(*this, channels, count, from, to, 1.0); }
    void hear_output(const float* const* channels, int count, int from, int to, double output_db) noexcept {
        sides_[1].hear(*this, channels, count, from, to, std::pow(10.0, -output_db / 10));
        frames_ += to - from;
        if (frames_ < window_) return;
        const double before = sides_[0].now / frames_;
        if (std::isfinite(before) && std::isfinite(sides_[1].now) && kOffsetLu + 10 * std::log10(before + 1e-30) > kGateLufs)
            for (Side& side : sides_) side.kept = keep_ * side.kept + (1 - keep_) * side.now;
        for (Side& side : sides_) side.now = 0;
        frames_ = 0;
        if (sides_[0].kept > 0 && sides_[1].kept > 0)
            gain_db_ = std::max(-kMostDb, std::min(kMostDb, 10 * std::log10(sides_[0].kept / sides_[1].kept)));
    }

    // What makes the output as loud as the input; changes once in a window.
    double gain_db() const noexcept { return gain_db_; }
    int window() const noexcept { return window_; }

private:
    static constexpr double kOffsetLu = -0.691, kGateLufs = -70;
    static constexpr double kPi = 3.14159265358979323846;

    struct Biquad {
        double b0, b1, b2, a1, a2;
    };
    // The filters of BS.1770 for any rate: analogue prototypes whose bilinear transforms at 48 kHz are the standard's.
    static Biquad shelf(double rate) noexcept {
        constexpr double q = 0.7071752369554196, db = 3.999843853973347;
        const double k = std::tan(kPi * 1681.974450955533 / rate), vh = std::pow(10.0, db / 20), vb = std::pow(vh, 0.4996667741545416);
        const double a0 = 1 + k / q + k * k;
        return {(vh + vb * k / q + k * k) / a0, 2 * (k * k - vh) / a0, (vh - vb * k / q + k * k) / a0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0};
    }
    static Biquad high_pass(double rate) noexcept {
        constexpr double q = 0.5003270373238773;
        const double k = std::tan(kPi * 38.13547087602444 / rate), a0 = 1 + k / q + k * k;
        return {1, -2, 1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0};
    }

    struct Side {
        double now = 0, kept = 0;
        std::array<std::array<double, 4>, kMostChannels> state{};

        void hear(const LevelMatch& match, const float* const* channels, int count, int from, int to, double factor) noexcept {
            double sum = 0;
            for (int c = 0; c < count; ++c) {
                auto& s = state[std::size_t(c)];
                for (int i = from; i < to; ++i) sum += squared(match, s, channels[c][i]);
                for (double& value : s)
                    if (!std::isfinite(value) || std::abs(value) < 1e-15) value = 0;
            }
            now += sum * factor;
        }
        static double squared(const LevelMatch& m, std::array<double, 4>& s, double x) noexcept {
            const double y = m.shelf_.b0 * x + s[0];
            s[0] = m.shelf_.b1 * x - m.shelf_.a1 * y + s[1], s[1] = m.shelf_.b2 * x - m.shelf_.a2 * y;
            const double z = m.high_pass_.b0 * y + s[2];
            s[2] = m.high_pass_.b1 * y - m.high_pass_.a1 * z + s[3], s[3] = m.high_pass_.b2 * y - m.high_pass_.a2 * z;
            return z * z;
        }
    };

    Biquad shelf_{}, high_pass_{};
    std::array<Side, 2> sides_{};
    int window_ = 1, frames_ = 0;
    double keep_ = 0, gain_db_ = 0;
};

}  // namespace semeq

// One channel through the five bands, two bands to a vector.
//
// Beside a second channel the bands can take turns, one sample at a time. Alone, that would leave half of every vector
// idle and each band waiting for the one before. Here, while band b works on sample i - b, the band before it works on
// the sample after: within a step none waits for another. Samples come out as they would one by one, to the bit, because
// each band does the same arithmetic on the same numbers; the first and last four samples of a run are done band by band.
#pragma once

#include <array>
#include <cstddef>

#include "pair.hpp"
#include "section.hpp"

namespace semeq {

// Six numbers a band ramp as three pairs: (f11, f12), (f22, d), (c1, c2).
using Packed = std::array<Pair, 3>;

template <bool Ramped>
class LoneChannel {
public:
    LoneChannel(const std::array<Packed, kBands>& now, const std::array<Packed, kBands>& step) noexcept {
        for (int b = 0; b < kBands; ++b)
            for (int k = 0; k < kNumbers; ++k) {
                c_[k][b] = now[b][k / 2][k % 2];
                step_[k][b] = step[b][k / 2][k % 2];
            }
    }

    // What the coefficients have become.
    std::array<Packed, kBands> coefficients() const noexcept {
        std::array<Packed, kBands> out{};
        for (int b = 0; b < kBands; ++b)
            for (int k = 0; k < kNumbers / 2; ++k) out[b][k] = Pair{c_[2 * k][b], c_[2 * k + 1][b]};
        return out;
    }

    double s1(int band) const noexcept { return s1_[band]; }
    double s2(int band) const noexcept { return s2_[band]; }
    void set_state(int band, double s1, double s2) noexcept { s1_[band] = s1, s2_[band] = s2; }

    // `in(i)` gives sample i, `out(i, y)` takes it, each called once, in order; sample i is given before it is taken.
    template <class In, class Out>
    void run(std::ptrdiff_t n, In&& in, Out&& out) noexcept {
        if (n < kBands) {
            for (std::ptrdiff_t i = 0; i < n; ++i) out(i, through(0, kBands, in(i)));
            return;
        }
        double last[kBands - 1];
        for (int i = 0; i < kBands - 1; ++i) last[kBands - 2 - i] = through(0, kBands - 1 - i, in(i));
        side_by_side(n, in, out, last);
        for (int b = kBands - 2; b >= 0; --b) out(n - 1 - b, through(b + 1, kBands, last[b]));
    }

private:
    static constexpr int kNumbers = 6, kPairs = 3, kLanes = 2 * kPairs;
    static_assert(kBands == 5, "five bands and an idle lane fill three pairs");

    // One sample through the bands from `first` to before `end`.
    double through(int first, int end, double x) noexcept {
        for (int b = first; b < end; ++b) {
            if constexpr (Ramped)
                for (int k = 0; k < kNumbers; ++k) c_[k][b] += step_[k][b];
            const double e = x - s2_[b];
            const double y = c_[4][b] * s1_[b] + c_[5][b] * s2_[b] + c_[3][b] * x;
            s2_[b] = s2_[b] + c_[1][b] * s1_[b] + c_[2][b] * e;
            s1_[b] = c_[0][b] * s1_[b] + c_[1][b] * e;
            x = y;
        }
        return x;
    }

    // `last`: what the first four bands gave in the step before; the same, afterwards.
    template <class In, class Out>
    void side_by_side(std::ptrdiff_t n, In&& in, Out&& out, double* last) noexcept {
        Pair c[kNumbers][kPairs], step[kNumbers][kPairs], s1[kPairs], s2[kPairs];
        for (int j = 0; j < kPairs; ++j) {
            for (int k = 0; k < kNumbers; ++k) {
                c[k][j] = Pair{c_[k][2 * j], c_[k][2 * j + 1]};
                step[k][j] = Pair{step_[k][2 * j], step_[k][2 * j + 1]};
            }
            s1[j] = Pair{s1_[2 * j], s1_[2 * j + 1]};
            s2[j] = Pair{s2_[2 * j], s2_[2 * j + 1]};
        }
        Pair y[kPairs] = {Pair{last[0], last[1]}, Pair{last[2], last[3]}, both(0)};
        for (std::ptrdiff_t i = kBands - 1; i < n; ++i) {
            const Pair x[kPairs] = {Pair{in(i), y[0][0]}, Pair{y[0][1], y[1][0]}, Pair{y[1][1], 0.0}};
            for (int j = 0; j < kPairs; ++j) {
                if constexpr (Ramped)
                    for (int k = 0; k < kNumbers; ++k) c[k][j] += step[k][j];
                const Pair e = x[j] - s2[j];
                y[j] = c[4][j] * s1[j] + c[5][j] * s2[j] + c[3][j] * x[j];
                s2[j] = s2[j] + c[1][j] * s1[j] + c[2][j] * e;
                s1[j] = c[0][j] * s1[j] + c[1][j] * e;
            }
            out(i - (kBands - 1), y[2][0]);
        }
        for (int j = 0; j < kPairs; ++j)
            for (int lane = 0; lane < 2; ++lane) {
                if constexpr (Ramped)
                    for (int k = 0; k < kNumbers; ++k) c_[k][2 * j + lane] = c[k][j][lane];
                s1_[2 * j + lane] = s1[j][lane];
                s2_[2 * j + lane] = s2[j][lane];
            }
        for (int b = 0; b < kBands - 1; ++b) last[b] = y[b / 2][b % 2];
    }

    double c_[kNumbers][kLanes] = {}, step_[kNumbers][kLanes] = {}, s1_[kLanes] = {}, s2_[kLanes] = {};
};

}  // namespace semeq

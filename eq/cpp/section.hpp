// Five bands' coefficients from a setting: RBJ cookbook responses as state-variable filters in state-space form.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

namespace semeq {

constexpr int kBands = 5;
constexpr int kNumbers = 6;  // coefficients of a band
constexpr int kParameters = 13;
constexpr double kMaxFrequencyRatio = 0.49;  // of the sample rate; semeq.eq.response clamps alike
constexpr double kMinFrequencyHz = 1.0;

// Bands in state-space form, for e = x - s2:
//   y = d*x + c1*s1 + c2*s2,   s1' = f11*s1 + f12*e,   s2' = s2 + f12*s1 + f22*e
// Rows are f11, f12, f22, d, c1, c2, each of all bands: one vector after the other, as the kernel takes them.
using Numbers = std::array<std::array<double, kBands>, kNumbers>;

struct Design {
    Numbers numbers{{{1, 1, 1, 1, 1}, {}, {}, {1, 1, 1, 1, 1}, {}, {}}};  // every band passes its input on
    double gain = 1;
    bool flat = true;  // nothing is to be done

    bool operator==(const Design& o) const noexcept { return numbers == o.numbers && gain == o.gain; }
};

// What the bands are in the terms of their makers: tan of half the (warped) angular frequency, damping, and the mix of
// input, band-pass and low-pass.
struct Mixes {
    double g[kBands], k[kBands], m0[kBands], m1[kBands], m2[kBands];

    Numbers state_space() const noexcept {
        Numbers out;
        for (int b = 0; b < kBands; ++b) {
            const double a1 = 1.0 / (1.0 + g[b] * (g[b] + k[b])), a2 = g[b] * a1, a3 = g[b] * a2;
            out[0][b] = 2 * a1 - 1;
            out[1][b] = 2 * a2;
            out[2][b] = 2 * a3;
            out[3][b] = m0[b] + m1[b] * a2 + m2[b] * a3;
            out[4][b] = m1[b] * a1 + m2[b] * a2;
            out[5][b] = m2[b] * (1 - a3) - m1[b] * a2;
        }
        return out;
    }
};

// `params`: the 13 numbers of a setting; gains beyond ±12 dB are fine. Frequencies are held inside (1 Hz, 0.49 rate).
inline Design design(const double* params, double output_db, double sample_rate) noexcept {
    constexpr double kPi = 3.14159265358979323846, kNepersPer40Db = 2.302585092994045684 / 40;
    const auto warped = [sample_rate](double freq_hz) {
        const double held = std::max(kMinFrequencyHz, std::min(freq_hz, kMaxFrequencyRatio * sample_rate));
        return std::tan(kPi * held / sample_rate);
    };
    const double shelf_k = std::sqrt(2.0);
    Mixes mixes;
    const auto put = [&mixes](int band, double g, double k, double m0, double m1, double m2) {
        mixes.g[band] = g, mixes.k[band] = k;
        mixes.m0[band] = m0, mixes.m1[band] = m1, mixes.m2[band] = m2;
    };
    {
        const double a = std::exp(params[0] * kNepersPer40Db);
        put(0, warped(params[1]) / std::sqrt(a), shelf_k, 1, shelf_k * (a - 1), a * a - 1);
    }
    for (int bell = 0; bell < 3; ++bell) {
        const double* p = params + 2 + 3 * bell;
        const double a = std::exp(p[0] * kNepersPer40Db), k = 1 / (std::max(p[2], 1e-3) * a);
        put(1 + bell, warped(p[1]), k, 1, k * (a * a - 1), 0);
    }
    {
        const double a = std::exp(params[11] * kNepersPer40Db);
        put(4, warped(params[12]) * std::sqrt(a), shelf_k, a * a, shelf_k * (1 - a) * a, 1 - a * a);
    }
    Design out;
    out.numbers = mixes.state_space();
    out.gain = std::exp(output_db * kNepersPer40Db * 2);
    out.flat = out.gain == 1 && params[0] == 0 && params[2] == 0 && params[5] == 0 && params[8] == 0 && params[11] == 0;
    return out;
}

}  // namespace semeq

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

// One band in state-space form, for e = x - s2:
//   y = d*x + c1*s1 + c2*s2,   s1' = f11*s1 + f12*e,   s2' = s2 + f12*s1 + f22*e
struct Section {
    double f11 = 1, f12 = 0, f22 = 0, d = 1, c1 = 0, c2 = 0;

    std::array<double, kNumbers> numbers() const noexcept { return {f11, f12, f22, d, c1, c2}; }
    bool operator==(const Section& o) const noexcept {
        return f11 == o.f11 && f12 == o.f12 && f22 == o.f22 && d == o.d && c1 == o.c1 && c2 == o.c2;
    }
};

// g: tan of half the (warped) angular frequency; k: damping; m0, m1, m2: mix of input, band-pass and low-pass.
inline Section state_space(double g, double k, double m0, double m1, double m2) noexcept {
    const double a1 = 1.0 / (1.0 + g * (g + k)), a2 = g * a1, a3 = g * a2;
    return {2 * a1 - 1, 2 * a2, 2 * a3, m0 + m1 * a2 + m2 * a3, m1 * a1 + m2 * a2, m2 * (1 - a3) - m1 * a2};
}

struct Design {
    std::array<Section, kBands> bands{};
    double gain = 1;
    bool flat = true;  // every band passes its input on and the gain is 1

    bool operator==(const Design& o) const noexcept { return bands == o.bands && gain == o.gain; }
};

// `params`: the 13 numbers of a setting; gains beyond ±12 dB are fine. Frequencies are held inside (1 Hz, 0.49 rate).
inline Design design(const double* params, double output_db, double sample_rate) noexcept {
    constexpr double kPi = 3.14159265358979323846, kNepersPer40Db = 2.302585092994045684 / 40;
    const auto warped = [sample_rate](double freq_hz) {
        const double held = std::max(kMinFrequencyHz, std::min(freq_hz, kMaxFrequencyRatio * sample_rate));
        return std::tan(kPi * held / sample_rate);
    };
    const double shelf_k = std::sqrt(2.0);
    Design out;
    {
        const double a = std::exp(params[0] * kNepersPer40Db);
        out.bands[0] = state_space(warped(params[1]) / std::sqrt(a), shelf_k, 1, shelf_k * (a - 1), a * a - 1);
    }
    for (int bell = 0; bell < 3; ++bell) {
        const double* p = params + 2 + 3 * bell;
        const double a = std::exp(p[0] * kNepersPer40Db), k = 1 / (std::max(p[2], 1e-3) * a);
        out.bands[1 + bell] = state_space(warped(p[1]), k, 1, k * (a * a - 1), 0);
    }
    {
        const double a = std::exp(params[11] * kNepersPer40Db);
        out.bands[4] = state_space(warped(params[12]) * std::sqrt(a), shelf_k, a * a, shelf_k * (1 - a) * a, 1 - a * a);
    }
    out.gain = std::exp(output_db * kNepersPer40Db * 2);
    out.flat = out.gain == 1 && params[0] == 0 && params[2] == 0 && params[5] == 0 && params[8] == 0 && params[11] == 0;
    return out;
}

}  // namespace semeq

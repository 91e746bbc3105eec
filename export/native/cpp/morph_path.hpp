// The way from word A to word B, as in plugin/morph.py: a straight line in the latent, reparametrised by arc length of
// the response, so that equal steps of the morph change the sound equally. Built a few points at a time, because it may
// have to be done between two audio blocks.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "decoder.hpp"
#include "engine.hpp"

namespace semeq {

// Response in dB on 128 log-spaced frequencies, 20 Hz to 20 kHz, at 44.1 kHz: the reference grid of semeq.eq.response.
class ReferenceCurve {
public:
    static constexpr int kPoints = 128;
    using Curve = std::array<double, kPoints>;

    ReferenceCurve() noexcept {
        for (int i = 0; i < kPoints; ++i) {
            const double freq = 20.0 * std::pow(1000.0, double(i) / (kPoints - 1));
            const double sine = std::sin(kPi * freq / kRate);
            phi_[i] = sine * sine;
        }
    }

    // RBJ cookbook sections, evaluated as a product of rational functions of sin²(w/2): one logarithm a point.
    Curve operator()(const double* params) const noexcept {
        std::array<double, kPoints> power;
        power.fill(1.0);
        multiply_shelf(params[0], params[1], 1.0, power);
        for (int b = 0; b < 3; ++b) multiply_bell(params + 2 + 3 * b, power);
        multiply_shelf(params[11], params[12], -1.0, power);
        Curve out;
        for (int i = 0; i < kPoints; ++i) out[i] = 4.342944819032518 * std::log(power[i]);
        return out;
    }

private:
    static constexpr double kPi = 3.14159265358979323846, kRate = 44100.0;

    void multiply(const double* b, const double* a, std::array<double, kPoints>& power) const noexcept {
        // |B|² = p0 + p1 phi + p2 phi²
        const auto quadratic = [](const double* c, double* p) {
            const double sum = c[0] + c[1] + c[2];
            p[0] = sum * sum;
            p[1] = -4 * (c[0] * c[1] + 4 * c[0] * c[2] + c[1] * c[2]);
            p[2] = 16 * c[0] * c[2];
        };
        double n[3], d[3];
        quadratic(b, n);
        quadratic(a, d);
        for (int i = 0; i < kPoints; ++i)
            power[i] *= (n[0] + phi_[i] * (n[1] + phi_[i] * n[2])) / (d[0] + phi_[i] * (d[1] + phi_[i] * d[2]));
    }

    void multiply_bell(const double* p, std::array<double, kPoints>& power) const noexcept {
        const double a = std::pow(10.0, p[0] / 40), w = angle(p[1]), alpha = std::sin(w) / (2 * p[2]), c = -2 * std::cos(w);
        const double num[3] = {1 + alpha * a, c, 1 - alpha * a}, den[3] = {1 + alpha / a, c, 1 - alpha / a};
        multiply(num, den, power);
    }

    void multiply_shelf(double gain_db, double freq, double sign, std::array<double, kPoints>& power) const noexcept {
        const double a = std::pow(10.0, gain_db / 40), w = angle(freq), c = sign * std::cos(w);
        const double slope = std::sqrt(2.0 * a) * std::sin(w);  // 2 sqrt(a) alpha with Q = 1/sqrt(2)
        const double num[3] = {a * ((a + 1) - (a - 1) * c + slope), sign * 2 * a * ((a - 1) - (a + 1) * c),
                               a * ((a + 1) - (a - 1) * c - slope)};
        const double den[3] = {(a + 1) + (a - 1) * c + slope, sign * -2 * ((a - 1) + (a + 1) * c),
                               (a + 1) + (a - 1) * c - slope};
        multiply(num, den, power);
    }

    static double angle(double freq) noexcept { return 2 * kPi * std::min(freq, kMaxFrequencyRatio * kRate) / kRate; }

    std::array<double, kPoints> phi_;
};

class MorphPath {
public:
    static constexpr int kPoints = 129;  // of the straight line, whose cumulative curve distance is the table

    MorphPath(const Decoder& decoder, const ReferenceCurve& curve) noexcept : decoder_(decoder), curve_(curve) {}

    // Start on a new pair of latent points (32 each), which must outlive the path.
    void begin(const float* from, const float* to) noexcept {
        from_ = from;
        to_ = to;
        done_ = 0;
        travelled_[0] = 0;
    }

    bool complete() const noexcept { return done_ >= kPoints; }

    // Do up to `points` more points of the table; each takes a few microseconds.
    void advance(int points) noexcept {
        for (; points > 0 && !complete(); --points, ++done_) {
            double params[kSettingSize];
            decode_at(double(done_) / (kPoints - 1), params);
            const ReferenceCurve::Curve now = curve_(params);
            if (done_ > 0) {
                double sum = 0;
                for (int i = 0; i < ReferenceCurve::kPoints; ++i) sum += (now[i] - last_[i]) * (now[i] - last_[i]);
                travelled_[done_] = travelled_[done_ - 1] + std::sqrt(sum / ReferenceCurve::kPoints);
            }
            last_ = now;
        }
    }

    // The setting (13) at a morph position. Until the table is complete the line is walked at its own pace.
    void at(double morph, double* params) const noexcept {
        const double position = std::max(0.0, std::min(1.0, morph));
        decode_at(complete() ? fraction(position) : position, params);
    }

private:
    double fraction(double position) const noexcept {
        const double total = travelled_[kPoints - 1];
        if (!(total > 1e-9)) return position;
        const double wanted = position * total;
        const auto above = std::lower_bound(travelled_.begin() + 1, travelled_.end() - 1, wanted);
        const int i = int(above - travelled_.begin());
        const double step = travelled_[i] - travelled_[i - 1];
        const double part = step > 0 ? (wanted - travelled_[i - 1]) / step : 0.0;
        return (i - 1 + std::max(0.0, std::min(1.0, part))) / (kPoints - 1);
    }

    void decode_at(double fraction, double* params) const noexcept {
        float latent[kLatent];
        for (int i = 0; i < kLatent; ++i) latent[i] = float(from_[i] + fraction * (double(to_[i]) - from_[i]));
        decoder_.decode(latent, params);
    }

    const Decoder& decoder_;
    const ReferenceCurve& curve_;
    const float *from_ = nullptr, *to_ = nullptr;
    int done_ = kPoints;
    std::array<double, kPoints> travelled_{};
    ReferenceCurve::Curve last_{};
};

}  // namespace semeq

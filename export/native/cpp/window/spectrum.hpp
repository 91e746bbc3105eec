// Levels of the latest output in bands of a log scale, falling slowly.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>

#include "window_link.hpp"

namespace semeq {

class Spectrum {
public:
    static constexpr int kBands = 128, kFrames = 4096;
    static constexpr float kFloorDb = -96, kFallDb = 2.0f;

    Spectrum() {
        bands_.fill(kFloorDb);
        for (int i = 0; i < kFrames; ++i) window_[i] = 0.5f - 0.5f * std::cos(6.2831853f * float(i) / kFrames);
    }

    // Take what was played since; false where nothing that can be seen has changed.
    bool update(const OutputTap& tap, double rate) {
        const std::uint32_t now = tap.written();
        const bool still = now == seen_;
        seen_ = now;
        if (still && silent()) return false;
        std::array<float, kBands> fresh;
        fresh.fill(kFloorDb);
        if (!still) measure(tap, rate, fresh);
        bool changed = false;
        for (int i = 0; i < kBands; ++i) {
            const float next = std::max({fresh[i], bands_[i] - kFallDb, kFloorDb});
            changed = changed || std::fabs(next - bands_[i]) > 0.2f;
            bands_[i] = next;
        }
        return changed;
    }

    float db(int band) const { return bands_[std::size_t(band)]; }
    bool silent() const {
        return std::all_of(bands_.begin(), bands_.end(), [](float level) { return level <= kFloorDb; });
    }

private:
    void measure(const OutputTap& tap, double rate, std::array<float, kBands>& fresh) {
        std::array<float, kFrames> samples;
        tap.latest(samples.data(), kFrames);
        for (int i = 0; i < kFrames; ++i) bins_[i] = std::isfinite(samples[i]) ? samples[i] * window_[i] : 0.0f;
        transform();
        for (int band = 0; band < kBands; ++band) {
            const double low = 20 * std::pow(1000.0, (band - 0.5) / (kBands - 1)), high = 20 * std::pow(1000.0, (band + 0.5) / (kBands - 1));
            const int first = std::max(1, int(std::lround(low * kFrames / rate)));
            const int last = std::min(kFrames / 2 - 1, std::max(first, int(std::lround(high * kFrames / rate))));
            float power = 0;
            for (int i = first; i <= last; ++i) power = std::max(power, std::norm(bins_[i]));
            // Hann's mean is a half; 3 dB an octave up from 1 kHz, so that pink noise is level.
            const double db = 10 * std::log10(double(power) * 16.0 / (double(kFrames) * kFrames) + 1e-12);
            fresh[std::size_t(band)] = float(db + 3 * std::log2(std::sqrt(low * high) / 1000));
        }
    }

    // J. W. Cooley, J. W. Tukey, 1965: radix 2, in place.
    void transform() {
        for (int i = 1, j = 0; i < kFrames; ++i) {
            int bit = kFrames >> 1;
            for (; j & bit; bit >>= 1) j ^= bit;
            j ^= bit;
            if (i < j) std::swap(bins_[i], bins_[j]);
        }
        for (int length = 2; length <= kFrames; length <<= 1) {
            const std::complex<float> step = std::polar(1.0f, -6.2831853f / float(length));
            for (int start = 0; start < kFrames; start += length) {
                std::complex<float> turn = 1;
                for (int k = 0; k < length / 2; ++k, turn *= step) {
                    const std::complex<float> even = bins_[start + k], odd = bins_[start + k + length / 2] * turn;
                    bins_[start + k] = even + odd, bins_[start + k + length / 2] = even - odd;
                }
            }
        }
    }

    std::array<std::complex<float>, kFrames> bins_{};
    std::array<float, kFrames> window_{};
    std::array<float, kBands> bands_{};
    std::uint32_t seen_ = 0;
};

}  // namespace semeq

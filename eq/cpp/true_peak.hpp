// The largest value of a stream, between samples too, as ITU-R BS.1770-5 Annex 2 estimates it: by an interpolating filter.
//
// What cannot be the largest is not interpolated. No value between samples exceeds the largest sample near it times the
// sum of the filter's magnitudes, nor does it differ from the line between its neighbours by more than the steepest step
// near it times a constant of the filter.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "sample_targets.hpp"

namespace semeq {

// Not for real time: it allocates when it is made.
class TruePeak {
public:
    // taps: a row of `length` for every phase between samples. floor: a true peak that is not above it is of no interest
    // and may be told too low, never below the sample peak.
    TruePeak(int channels, std::vector<float> taps, int length, double floor, const Target& target = targets().fastest())
        : channels_(channels),
          length_(length),
          history_(length - 1),
          taps_(std::move(taps)),
          floor_(floor),
          samples_(&samples_for(target)),
          planes_(static_cast<std::size_t>(channels) * (history_ + kPiece)) {
        bound();
    }

    int channels() const noexcept { return channels_; }
    double sample_peak() const noexcept { return sample_peak_; }
    std::int64_t overs() const noexcept { return overs_; }  // samples beyond full scale

    // float or double, distances in samples.
    template <class T>
    void add(const T* in, std::ptrdiff_t frames, std::ptrdiff_t frame, std::ptrdiff_t channel) noexcept {
        for (std::ptrdiff_t n; frames > 0; in += n * frame, frames -= n) {
            n = std::min(frames, kPiece);
            const double near = loudest(in, n, frame, channel);
            sample_peak_ = std::max(sample_peak_, near);
            if (near > 1) count_overs(in, n, frame, channel);
            if (taps_.empty()) continue;
            const bool dull = n >= history_ && passes(in, n, frame, channel, near);
            near_before_ = n >= history_ ? near : std::max(near, near_before_);
            for (int c = 0; c < channels_; ++c) {
                float* const plane = planes_.data() + c * (history_ + kPiece);
                const std::ptrdiff_t first = dull ? n - history_ : 0;
                float* const to = dull ? plane : plane + history_;
                for (std::ptrdiff_t i = first; i < n; ++i) to[i - first] = static_cast<float>(in[i * frame + c * channel]);
                if (!dull) look(plane, n);
            }
        }
    }

    // End the stream; its true peak, as a factor of full scale.
    double finish() noexcept {
        for (int c = 0; c < channels_; ++c) {
            float* const plane = planes_.data() + c * (history_ + kPiece);
            std::fill(plane + history_, plane + 2 * history_, 0.0f);
            look(plane, history_);
        }
        return std::max(sample_peak_, between_);
    }

private:
    static constexpr std::ptrdiff_t kPiece = 1024;  // frames that are looked at together
    static constexpr std::ptrdiff_t kSlice = 64;

    // Of the filter: the most it can add up to, and its bend. What is left of it when the line between the two middle
    // samples is taken away sums to zero, so it acts on steps; summed by parts, its coefficients are running sums, and
    // the bend is the sum of their magnitudes.
    void bound() noexcept {
        const int phases = static_cast<int>(taps_.size()) / length_;
        for (int p = 0; p < phases; ++p) {
            double sum = 0, bend = 0, running = 0;
            for (int k = 0; k < length_; ++k) {
                const double tap = taps_[p * length_ + k], at = (p + 1.0) / (phases + 1);
                const double line = k == length_ / 2 - 1 ? 1 - at : k == length_ / 2 ? at : 0;
                sum += std::fabs(tap);
                running += tap - line;
                bend += std::fabs(running);
            }
            most_ = std::max(most_, sum);
            bend_ = std::max(bend_, bend);
        }
    }

    double loudest(const float* in, std::ptrdiff_t n, std::ptrdiff_t frame, std::ptrdiff_t channel) const noexcept {
        if (frame == channels_ && channel == 1) return samples_->largest(in, n * channels_);
        return loudest<float>(in, n, frame, channel);
    }

    template <class T>
    double loudest(const T* in, std::ptrdiff_t n, std::ptrdiff_t frame, std::ptrdiff_t channel) const noexcept {
        T most = 0;
        for (int c = 0; c < channels_; ++c)
            for (std::ptrdiff_t i = 0; i < n; ++i) most = std::max(most, std::fabs(in[i * frame + c * channel]));
        return most;
    }

    template <class T>
    void count_overs(const T* in, std::ptrdiff_t n, std::ptrdiff_t frame, std::ptrdiff_t channel) noexcept {
        for (int c = 0; c < channels_; ++c)
            for (std::ptrdiff_t i = 0; i < n; ++i) overs_ += std::fabs(in[i * frame + c * channel]) > 1;
    }

    // Whether a piece of at least history_ frames holds nothing of interest, as far as can be told of interleaved floats
    // without taking them apart.
    bool passes(const float* in, std::ptrdiff_t n, std::ptrdiff_t frame, std::ptrdiff_t channel, double near) const noexcept {
        if (frame != channels_ || channel != 1) return false;
        near = std::max(near, near_before_);
        if (!of_interest(near, HUGE_VALF)) return true;
        float step = samples_->steepest(in, (n - 1) * channels_, channels_);
        for (int c = 0; c < channels_; ++c) {
            const float* const before = planes_.data() + c * (history_ + kPiece);
            step = std::max({step, samples_->steepest(before, history_ - 1, 1), std::fabs(in[c] - before[history_ - 1])});
        }
        return !of_interest(near, step);
    }

    bool passes(const double*, std::ptrdiff_t, std::ptrdiff_t, std::ptrdiff_t, double) const noexcept { return false; }

    bool of_interest(double near, double step) const noexcept {
        const double least = std::max({floor_, sample_peak_, between_});
        return near * most_ > least && near + bend_ * step > least;
    }

    // `n` samples behind those of before, which then become those.
    void look(float* plane, std::ptrdiff_t n) noexcept {
        if (!taps_.empty() && interesting(plane, n))
            for (std::ptrdiff_t start = 0; start < n; start += kSlice) {
                const std::ptrdiff_t count = std::min(kSlice, n - start);
                if (!interesting(plane + start, count)) continue;
                for (std::size_t p = 0; p < taps_.size(); p += length_) {
                    const float found = samples_->largest_sum(plane + start, count, taps_.data() + p, length_);
                    between_ = std::max(between_, static_cast<double>(found));
                }
            }
        std::memmove(plane, plane + n, history_ * sizeof(float));
    }

    bool interesting(const float* x, std::ptrdiff_t n) const noexcept {
        const float near = samples_->largest(x, n + history_);
        return of_interest(near, HUGE_VALF) && of_interest(near, samples_->steepest(x, n + history_ - 1, 1));
    }

    int channels_, length_;
    std::ptrdiff_t history_;
    std::vector<float> taps_;
    double floor_, most_ = 1, bend_ = 0, sample_peak_ = 0, near_before_ = 0, between_ = 0;
    std::int64_t overs_ = 0;
    const SampleTarget* samples_;
    std::vector<float> planes_;  // for each channel: history_ samples, then kPiece
};

}  // namespace semeq

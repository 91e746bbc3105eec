// The five-band EQ engine: header-only C++17, shared by the Python module and the native plugin.
//
// Each band is a trapezoidal state-variable filter (A. Simper, "Solving the continuous SVF equations using trapezoidal
// integration and equivalent currents", 2013; V. Zavalishin, "The Art of VA Filter Design") in state-space form. Its
// coefficients are chosen so that the response is the RBJ cookbook's exactly, and they are ramped linearly, sample by
// sample, towards a new target. A linear ramp between two trapezoidal SVFs is a convex mix of contractions, so it
// stays bounded at any speed; a ramped direct form does not.
//
// process() neither allocates, locks, throws nor calls the system. Output does not depend on how a signal is cut into
// blocks: whatever happens between samples (end of a ramp, housekeeping) is anchored to absolute frames.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "section.hpp"
#include "targets.hpp"

namespace semeq {

constexpr int kMaxChannels = 64;

// --------------------------------------------------------------------------------------------------------- engine
class Engine {
public:
    // channels 1..64; ramp_frames: how long a change takes; kernel: one of targets(). Out-of-range arguments are held
    // inside their range.
    Engine(double sample_rate, int channels, int ramp_frames = 64, const Target& kernel = targets().fastest()) noexcept
        : sample_rate_(sample_rate),
          channels_(std::max(1, std::min(channels, kMaxChannels))),
          ramp_frames_(std::max(1, ramp_frames)),
          kernel_(&kernel) {
        adopt(Design{});
    }

    int channels() const noexcept { return channels_; }
    double sample_rate() const noexcept { return sample_rate_; }
    int ramp_frames() const noexcept { return ramp_frames_; }
    bool ramping() const noexcept { return ramp_left_ > 0; }
    std::int64_t frame() const noexcept { return frame_; }

    // The ramp starts with the next frame and takes `ramp_frames` (0: the engine's own). A target that is not finite is
    // ignored: the last good one stays.
    void set_target(const double* params, double output_db, int ramp_frames = 0) noexcept {
        if (!finite(params, output_db)) return;
        if (ramp_frames <= 0) ramp_frames = ramp_frames_;
        const Design goal = design(params, output_db, sample_rate_);
        if (ramp_left_ == 0 && goal == target_) return;  // already there: stay on the static path
        target_ = goal;
        const double step = 1.0 / ramp_frames;
        for (int k = 0; k < kNumbers; ++k)
            for (int b = 0; b < kBands; ++b)
                motion_.step[k][b] = (target_.numbers[k][b] - motion_.now[k][b]) * step;
        motion_.gain_step = (target_.gain - motion_.gain) * step;
        ramp_left_ = ramp_frames;
    }

    // The same without a ramp, for the first setting of a stream.
    void jump(const double* params, double output_db) noexcept {
        if (finite(params, output_db)) adopt(design(params, output_db, sample_rate_));
    }

    // Forget the signal (and where the ramp was: the target is taken at once), as at the start of a new stream.
    void reset() noexcept {
        for (State& state : states_) state = State{};
        frame_ = 0;
        adopt(target_);
    }

    // float or double; strides are in samples. `in` and `out` may be the same memory.
    template <class T>
    void process(const T* in, T* out, std::ptrdiff_t frames, std::ptrdiff_t in_channel, std::ptrdiff_t in_frame,
                 std::ptrdiff_t out_channel, std::ptrdiff_t out_frame) noexcept {
        while (frames > 0) {
            const std::ptrdiff_t n = next_run(ramp_left_ > 0 ? std::min<std::ptrdiff_t>(frames, ramp_left_) : frames);
            run(Block<T>{in, out, in_channel, in_frame, out_channel, out_frame, n, channels_,
                         ramp_left_ == 0 && target_.flat});
            if (ramp_left_ > 0 && (ramp_left_ -= static_cast<int>(n)) == 0) adopt(target_);
            frame_ += n;
            if (frame_ % kHousekeepingFrames == 0) tidy();
            in += n * in_frame;
            out += n * out_frame;
            frames -= n;
        }
    }

private:
    static bool finite(const double* params, double output_db) noexcept {
        bool ok = std::isfinite(output_db);
        for (int i = 0; i < kParameters; ++i) ok = ok && std::isfinite(params[i]);
        return ok;
    }

    void adopt(const Design& goal) noexcept {
        target_ = goal;
        motion_.now = goal.numbers;
        motion_.gain = goal.gain;
        ramp_left_ = 0;
    }

    // How many of `frames` the kernel can take at once.
    std::ptrdiff_t next_run(std::ptrdiff_t frames) const noexcept {
        const std::ptrdiff_t since = frame_ % kHousekeepingFrames;
        if (since > 0 || frames < kHousekeepingFrames) return std::min(frames, kHousekeepingFrames - since);
        return std::min<std::ptrdiff_t>(frames - frames % kHousekeepingFrames, kLongestRun);
    }

    void run(const Block<float>& block) noexcept { kernel_->run_float(block, motion_, states_, ramp_left_ > 0); }
    void run(const Block<double>& block) noexcept { kernel_->run_double(block, motion_, states_, ramp_left_ > 0); }

    // Silence becomes exact zero: no denormals.
    void tidy() noexcept {
        for (int c = 0; c < channels_; ++c)
            for (double* half : {states_[c].s1, states_[c].s2})
                for (int b = 0; b < kBands; ++b) half[b] = std::fabs(half[b]) >= kSilence ? half[b] : 0.0;
    }

    double sample_rate_;
    int channels_;
    int ramp_frames_;
    const Target* kernel_;
    int ramp_left_ = 0;
    std::int64_t frame_ = 0;
    Design target_{};
    Motion motion_{};
    State states_[kMaxChannels] = {};
};

}  // namespace semeq

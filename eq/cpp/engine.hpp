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
#include <limits>

#include "lone_channel.hpp"
#include "pair.hpp"
#include "section.hpp"

namespace semeq {

constexpr int kMaxChannels = 64;
constexpr int kHousekeepingFrames = 64;   // how often states are checked, in absolute frames
constexpr double kLoudest = 1e12;         // samples beyond (240 dB over full scale) are no audio: taken as silence
constexpr double kSilence = 1e-30;        // states below this (-600 dB) are set to zero: no denormals, true silence

// --------------------------------------------------------------------------------------------------------- engine
class Engine {
public:
    // channels 1..64; ramp_frames: how long a change takes. Out-of-range arguments are held inside their range.
    Engine(double sample_rate, int channels, int ramp_frames = 64) noexcept
        : sample_rate_(sample_rate),
          channels_(std::max(1, std::min(channels, kMaxChannels))),
          ramp_frames_(std::max(1, ramp_frames)) {
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
        for (int b = 0; b < kBands; ++b) {
            const Packed end = pack(target_.bands[b]);
            for (int i = 0; i < 3; ++i) delta_[b][i] = (end[i] - now_[b][i]) * both(step);
        }
        gain_delta_ = (target_.gain - gain_) * step;
        ramp_left_ = ramp_frames;
    }

    // The same without a ramp, for the first setting of a stream.
    void jump(const double* params, double output_db) noexcept {
        if (finite(params, output_db)) adopt(design(params, output_db, sample_rate_));
    }

    // Forget the signal (and where the ramp was: the target is taken at once), as at the start of a new stream.
    void reset() noexcept {
        for (auto& lane : states_) lane = State{};
        frame_ = 0;
        adopt(target_);
    }

    // float or double; strides are in samples. `in` and `out` may be the same memory.
    template <class T>
    void process(const T* in, T* out, std::ptrdiff_t frames, std::ptrdiff_t in_channel, std::ptrdiff_t in_frame,
                 std::ptrdiff_t out_channel, std::ptrdiff_t out_frame) noexcept {
        while (frames > 0) {
            std::ptrdiff_t n = std::min<std::ptrdiff_t>(frames, kHousekeepingFrames - frame_ % kHousekeepingFrames);
            if (ramp_left_ > 0) n = std::min<std::ptrdiff_t>(n, ramp_left_);
            const Lines<T> lines{in, out, in_channel, in_frame, out_channel, out_frame};
            if (ramp_left_ > 0) {
                run_ramped(lines, n);
                ramp_left_ -= static_cast<int>(n);
                if (ramp_left_ == 0) adopt(target_);
            } else if (target_.flat) {
                run_static<T, true>(lines, n);
            } else {
                run_static<T, false>(lines, n);
            }
            frame_ += n;
            if (frame_ % kHousekeepingFrames == 0) tidy();
            in += n * in_frame;
            out += n * out_frame;
            frames -= n;
        }
    }

private:
    struct State {
        std::array<Pair, kBands> s1{}, s2{};
    };
    template <class T>
    struct Lines {
        const T* in;
        T* out;
        std::ptrdiff_t in_channel, in_frame, out_channel, out_frame;
    };

    static Packed pack(const Section& s) noexcept { return {Pair{s.f11, s.f12}, Pair{s.f22, s.d}, Pair{s.c1, s.c2}}; }

    static bool finite(const double* params, double output_db) noexcept {
        bool ok = std::isfinite(output_db);
        for (int i = 0; i < kParameters; ++i) ok = ok && std::isfinite(params[i]);
        return ok;
    }

    void adopt(const Design& goal) noexcept {
        target_ = goal;
        for (int b = 0; b < kBands; ++b) now_[b] = pack(goal.bands[b]);
        gain_ = goal.gain;
        ramp_left_ = 0;
    }

    bool lone() const noexcept { return channels_ % 2 == 1; }

    // Channels 2p and 2p+1 side by side.
    template <class T, class Kernel>
    void each_pair(const Lines<T>& l, Kernel&& kernel) noexcept {
        for (int p = 0; 2 * p + 1 < channels_; ++p)
            kernel(l.in + 2 * p * l.in_channel, l.out + 2 * p * l.out_channel, states_[p]);
    }

    // An odd last channel. Returns the coefficients as they are after `n` samples.
    template <bool Ramped, bool Flat, class T>
    std::array<Packed, kBands> run_lone(const Lines<T>& l, std::ptrdiff_t n) noexcept {
        State& state = states_[channels_ / 2];
        LoneChannel<Ramped> chain(now_, delta_);
        for (int b = 0; b < kBands; ++b) chain.set_state(b, state.s1[b][0], state.s2[b][0]);
        const T* in = l.in + (channels_ - 1) * l.in_channel;
        T* out = l.out + (channels_ - 1) * l.out_channel;
        double gain = gain_;
        chain.run(
            n,
            [&](std::ptrdiff_t i) {
                const double input = static_cast<double>(in[i * l.in_frame]);
                if constexpr (Flat)
                    out[i * l.out_frame] = static_cast<T>(sane_or_zero(input, std::numeric_limits<double>::max()));
                return sane_or_zero(input, kLoudest);
            },
            [&](std::ptrdiff_t i, double y) {
                if constexpr (Ramped) gain += gain_delta_;
                if constexpr (!Flat) out[i * l.out_frame] = static_cast<T>(y * gain);
            });
        for (int b = 0; b < kBands; ++b) {
            state.s1[b] = Pair{chain.s1(b), 0.0};
            state.s2[b] = Pair{chain.s2(b), 0.0};
        }
        return chain.coefficients();
    }

    template <class T, bool Flat>
    void run_static(const Lines<T>& l, std::ptrdiff_t n) noexcept {
        Pair f11[kBands], f12[kBands], f22[kBands], d[kBands], c1[kBands], c2[kBands];
        for (int b = 0; b < kBands; ++b) {
            f11[b] = both(now_[b][0][0]), f12[b] = both(now_[b][0][1]), f22[b] = both(now_[b][1][0]);
            d[b] = both(now_[b][1][1]), c1[b] = both(now_[b][2][0]), c2[b] = both(now_[b][2][1]);
        }
        const Pair gain = both(gain_);
        each_pair(l, [&](const T* in, T* out, State& state) {
            State s = state;
            for (std::ptrdiff_t i = 0; i < n; ++i) {
                const Pair input = load(in + i * l.in_frame, l.in_channel);
                Pair x = sane_or_zero(input, kLoudest);
                for (int b = 0; b < kBands; ++b) {
                    const Pair e = x - s.s2[b];
                    const Pair y = c1[b] * s.s1[b] + c2[b] * s.s2[b] + d[b] * x;
                    s.s2[b] = s.s2[b] + f12[b] * s.s1[b] + f22[b] * e;
                    s.s1[b] = f11[b] * s.s1[b] + f12[b] * e;
                    x = y;
                }
                // When flat the filters only keep up with the signal; what is finite passes bit for bit (even -0.0).
                const Pair y = Flat ? sane_or_zero(input, std::numeric_limits<double>::max()) : x * gain;
                store(out + i * l.out_frame, l.out_channel, y);
            }
            state = s;
        });
        if (lone()) run_lone<false, Flat>(l, n);
    }

    template <class T>
    void run_ramped(const Lines<T>& l, std::ptrdiff_t n) noexcept {
        std::array<Packed, kBands> end = now_;
        double gain_end = gain_;
        each_pair(l, [&](const T* in, T* out, State& state) {
            State s = state;
            std::array<Packed, kBands> c = now_;
            const std::array<Packed, kBands> step = delta_;
            double gain = gain_;
            for (std::ptrdiff_t i = 0; i < n; ++i) {
                Pair x = sane_or_zero(load(in + i * l.in_frame, l.in_channel), kLoudest);
                for (int b = 0; b < kBands; ++b) {
                    const Pair fa = c[b][0] += step[b][0], fb = c[b][1] += step[b][1], fc = c[b][2] += step[b][2];
                    const Pair e = x - s.s2[b];
                    const Pair y = both(fc[0]) * s.s1[b] + both(fc[1]) * s.s2[b] + both(fb[1]) * x;
                    s.s2[b] = s.s2[b] + both(fa[1]) * s.s1[b] + both(fb[0]) * e;
                    s.s1[b] = both(fa[0]) * s.s1[b] + both(fa[1]) * e;
                    x = y;
                }
                gain += gain_delta_;
                store(out + i * l.out_frame, l.out_channel, x * both(gain));
            }
            state = s;
            end = c;
            gain_end = gain;
        });
        if (lone()) {
            end = run_lone<true, false>(l, n);
            gain_end = gain_;
            for (std::ptrdiff_t i = 0; i < n; ++i) gain_end += gain_delta_;
        }
        now_ = end;
        gain_ = gain_end;
    }

    template <class T>
    static Pair load(const T* at, std::ptrdiff_t channel) noexcept {
        return Pair{static_cast<double>(at[0]), static_cast<double>(at[channel])};
    }

    template <class T>
    static void store(T* at, std::ptrdiff_t channel, Pair y) noexcept {
        at[0] = static_cast<T>(y[0]);
        at[channel] = static_cast<T>(y[1]);
    }

    // Silence becomes exact zero: no denormals.
    void tidy() noexcept {
        for (int p = 0; 2 * p < channels_; ++p) {
            State& s = states_[p];
            for (auto* half : {&s.s1, &s.s2})
                for (Pair& v : *half) v = Pair{tidied(v[0]), tidied(v[1])};
        }
    }
    static double tidied(double v) noexcept { return std::fabs(v) >= kSilence ? v : 0.0; }

    double sample_rate_;
    int channels_;
    int ramp_frames_;
    int ramp_left_ = 0;
    std::int64_t frame_ = 0;
    Design target_{};
    std::array<Packed, kBands> now_{}, delta_{};
    double gain_ = 1, gain_delta_ = 0;
    std::array<State, kMaxChannels / 2> states_{};
};

}  // namespace semeq

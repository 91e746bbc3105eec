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
#include <type_traits>

namespace semeq {

constexpr int kBands = 5;
constexpr int kParameters = 13;
constexpr int kMaxChannels = 64;
constexpr int kHousekeepingFrames = 64;   // how often states are checked, in absolute frames
constexpr double kMaxFrequencyRatio = 0.49;  // of the sample rate; semeq.eq.response clamps alike
constexpr double kMinFrequencyHz = 1.0;
constexpr double kLoudest = 1e12;         // samples beyond (240 dB over full scale) are no audio: taken as silence
constexpr double kSilence = 1e-30;        // states below this (-600 dB) are set to zero: no denormals, true silence

// ---------------------------------------------------------------------------------------------- two doubles at once
#if defined(__GNUC__) || defined(__clang__)
using Pair = double __attribute__((vector_size(16)));
using PairMask = decltype(Pair{} == Pair{});
inline Pair sane_or_zero(Pair x, double limit) noexcept {
    constexpr long long kMagnitude = 0x7fffffffffffffff;  // all but the sign
    const PairMask bits = reinterpret_cast<PairMask>(x);
    const Pair size = reinterpret_cast<Pair>(bits & PairMask{kMagnitude, kMagnitude});
    return reinterpret_cast<Pair>((size <= Pair{limit, limit}) & bits);  // the comparison is false for NaN
}
#else
struct Pair {
    double v[2];
    double operator[](int i) const noexcept { return v[i]; }
    Pair& operator+=(Pair o) noexcept { v[0] += o.v[0]; v[1] += o.v[1]; return *this; }
};
inline Pair operator+(Pair a, Pair b) noexcept { return {{a.v[0] + b.v[0], a.v[1] + b.v[1]}}; }
inline Pair operator-(Pair a, Pair b) noexcept { return {{a.v[0] - b.v[0], a.v[1] - b.v[1]}}; }
inline Pair operator*(Pair a, Pair b) noexcept { return {{a.v[0] * b.v[0], a.v[1] * b.v[1]}}; }
inline Pair sane_or_zero(Pair x, double limit) noexcept {
    const auto sane = [limit](double v) { return v <= limit && v >= -limit ? v : 0.0; };
    return {{sane(x.v[0]), sane(x.v[1])}};
}
#endif
inline Pair both(double x) noexcept { return Pair{x, x}; }

// --------------------------------------------------------------------------------------------------------- design
// One band in state-space form, for e = x - s2:
//   y = d*x + c1*s1 + c2*s2,   s1' = f11*s1 + f12*e,   s2' = s2 + f12*s1 + f22*e
struct Section {
    double f11 = 1, f12 = 0, f22 = 0, d = 1, c1 = 0, c2 = 0;

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
            const Packed goal = pack(target_.bands[b]);
            for (int i = 0; i < 3; ++i) delta_[b][i] = (goal[i] - now_[b][i]) * both(step);
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
    using Packed = std::array<Pair, 3>;  // (f11, f12), (f22, d), (c1, c2): ramps as three additions
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

    // Channels 2p and 2p+1; an odd last channel runs beside a silent lane.
    template <class T, class Kernel>
    void each_pair(const Lines<T>& l, Kernel&& kernel) noexcept {
        for (int p = 0; 2 * p < channels_; ++p) {
            const T* in = l.in + 2 * p * l.in_channel;
            T* out = l.out + 2 * p * l.out_channel;
            if (2 * p + 1 < channels_)
                kernel(std::true_type{}, in, out, states_[p]);
            else
                kernel(std::false_type{}, in, out, states_[p]);
        }
    }

    template <class T, bool Flat>
    void run_static(const Lines<T>& l, std::ptrdiff_t n) noexcept {
        Pair f11[kBands], f12[kBands], f22[kBands], d[kBands], c1[kBands], c2[kBands];
        for (int b = 0; b < kBands; ++b) {
            f11[b] = both(now_[b][0][0]), f12[b] = both(now_[b][0][1]), f22[b] = both(now_[b][1][0]);
            d[b] = both(now_[b][1][1]), c1[b] = both(now_[b][2][0]), c2[b] = both(now_[b][2][1]);
        }
        const Pair gain = both(gain_);
        each_pair(l, [&](auto stereo, const T* in, T* out, State& state) {
            State s = state;
            for (std::ptrdiff_t i = 0; i < n; ++i) {
                const Pair input = load<stereo.value>(in + i * l.in_frame, l.in_channel);
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
                store<stereo.value>(out + i * l.out_frame, l.out_channel, y);
            }
            state = s;
        });
    }

    template <class T>
    void run_ramped(const Lines<T>& l, std::ptrdiff_t n) noexcept {
        std::array<Packed, kBands> end = now_;
        double gain_end = gain_;
        each_pair(l, [&](auto stereo, const T* in, T* out, State& state) {
            State s = state;
            std::array<Packed, kBands> c = now_;
            const std::array<Packed, kBands> step = delta_;
            double gain = gain_;
            for (std::ptrdiff_t i = 0; i < n; ++i) {
                Pair x = sane_or_zero(load<stereo.value>(in + i * l.in_frame, l.in_channel), kLoudest);
                for (int b = 0; b < kBands; ++b) {
                    const Pair fa = c[b][0] += step[b][0], fb = c[b][1] += step[b][1], fc = c[b][2] += step[b][2];
                    const Pair e = x - s.s2[b];
                    const Pair y = both(fc[0]) * s.s1[b] + both(fc[1]) * s.s2[b] + both(fb[1]) * x;
                    s.s2[b] = s.s2[b] + both(fa[1]) * s.s1[b] + both(fb[0]) * e;
                    s.s1[b] = both(fa[0]) * s.s1[b] + both(fa[1]) * e;
                    x = y;
                }
                gain += gain_delta_;
                store<stereo.value>(out + i * l.out_frame, l.out_channel, x * both(gain));
            }
            state = s;
            end = c;
            gain_end = gain;
        });
        now_ = end;
        gain_ = gain_end;
    }

    template <bool Stereo, class T>
    static Pair load(const T* at, std::ptrdiff_t channel) noexcept {
        if constexpr (Stereo)
            return Pair{static_cast<double>(at[0]), static_cast<double>(at[channel])};
        else
            return Pair{static_cast<double>(at[0]), 0.0};
    }

    template <bool Stereo, class T>
    static void store(T* at, std::ptrdiff_t channel, Pair y) noexcept {
        at[0] = static_cast<T>(y[0]);
        if constexpr (Stereo) at[channel] = static_cast<T>(y[1]);
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

// Audio through the five bands, over vectors of SEMEQ_LANES doubles.
//
// each_target.hpp includes this once for each target, with a namespace, a width and an attribute for every function; so there
// is no include guard. Whole loops carry the attribute: going to and fro between SSE and AVX inside one would cost a
// penalty each time.
//
// A vector holds one band of as many channels as it has lanes. Of fewer channels it holds several bands, and these are
// skewed: while band b works on sample i - b, the band before it works on the sample after, so that within a step none
// waits for another. In the first and the last steps of a run some bands idle. However lanes are arranged, each band does
// the same arithmetic on the same numbers, so the same bits come out.

namespace semeq::SEMEQ_TARGET_NAME {

using Vector = Lanes<SEMEQ_LANES>;

SEMEQ_INLINE Vector all(double x) noexcept {
    Vector out{};
    for (int l = 0; l < SEMEQ_LANES; ++l) out[l] = x;
    return out;
}

// For every lane: `yes` where low <= x <= high, else `no`.
SEMEQ_INLINE Vector where_between(Vector x, double low, double high, Vector yes, Vector no) noexcept {
#if SEMEQ_VECTORS
    return ((x >= all(low)) & (x <= all(high))) ? yes : no;
#else
    for (int l = 0; l < SEMEQ_LANES; ++l) x[l] = x[l] >= low && x[l] <= high ? yes[l] : no[l];
    return x;
#endif
}

// The last `Count` lanes of `before`, then the first of `after`.
template <int Count, int... Lane>
SEMEQ_INLINE Vector moved_up(Vector before, Vector after, std::integer_sequence<int, Lane...>) noexcept {
    constexpr int k = SEMEQ_LANES - Count;
#if !SEMEQ_VECTORS
    Vector out{};
    for (const int l : {Lane...}) out[l] = l < Count ? before[k + l] : after[l - Count];
    return out;
#elif defined(__clang__)
    return __builtin_shufflevector(before, after, k + Lane...);
#else
    return __builtin_shuffle(before, after, decltype(before == after){k + Lane...});
#endif
}

template <int Count>
SEMEQ_INLINE Vector moved_up(Vector before, Vector after) noexcept {
    return moved_up<Count>(before, after, std::make_integer_sequence<int, SEMEQ_LANES>{});
}

// Silence becomes exact zero.
SEMEQ_INLINE Vector tidied(Vector state) noexcept {
    constexpr double kBeyond = std::numeric_limits<double>::infinity();
    const Vector size = where_between(state, 0, kBeyond, state, all(0) - state);
    return where_between(size, kSilence, kBeyond, state, all(0));
}

// `Channels` channels on their way through the bands.
template <int Channels, bool Ramped>
struct Chain {
    static constexpr int kBandsAtOnce = SEMEQ_LANES / Channels;
    static constexpr int kVectors = (kBands + kBandsAtOnce - 1) / kBandsAtOnce;
    static constexpr int kSkew = kBandsAtOnce == 1 ? 0 : kBands - 1;  // frames between the first band and the last
    static constexpr int kOutLane = (kBands - 1) % kBandsAtOnce * Channels;  // the last band's first, in the last vector

    static constexpr int kFramesAtOnce = Ramped ? 2 : 1;

    Vector c[kNumbers][kVectors], step[kNumbers][kVectors], s1[kVectors], s2[kVectors], y[kVectors];
    Vector gain, gain_step;

    // Lanes beyond the last band idle: their numbers are all zero.
    static constexpr int band_of(int vector, int lane) noexcept { return vector * kBandsAtOnce + lane / Channels; }
    static constexpr int first_of(int vector) noexcept { return band_of(vector, 0); }
    static constexpr int last_of(int vector) noexcept { return std::min(band_of(vector, SEMEQ_LANES - 1), kBands - 1); }

    template <int J = 0>
    SEMEQ_INLINE void load(const Motion& motion, const State* states) noexcept {
        for (int k = 0; k < kNumbers; ++k) {
            c[k][J] = spread<J>(motion.now[k]);
            if (Ramped) step[k][J] = spread<J>(motion.step[k]);
        }
        Vector first{}, second{};
        for (int l = 0; l < SEMEQ_LANES; ++l)
            if (band_of(J, l) < kBands) {
                first[l] = states[l % Channels].s1[band_of(J, l)];
                second[l] = states[l % Channels].s2[band_of(J, l)];
            }
        s1[J] = first, s2[J] = second, y[J] = all(0);
        gain = all(motion.gain);
        gain_step = all(motion.gain_step);
        if constexpr (J + 1 < kVectors) load<J + 1>(motion, states);
    }

    template <int J = 0>
    SEMEQ_INLINE void store(State* states) const noexcept {
        for (int l = 0; l < SEMEQ_LANES; ++l)
            if (band_of(J, l) < kBands) {
                states[l % Channels].s1[band_of(J, l)] = s1[J][l];
                states[l % Channels].s2[band_of(J, l)] = s2[J][l];
            }
        if constexpr (J + 1 < kVectors) store<J + 1>(states);
    }

    template <int J = 0>
    SEMEQ_INLINE void store(Motion& motion) const noexcept {
        for (int l = 0; l < SEMEQ_LANES; l += Channels)
            if (band_of(J, l) < kBands)
                for (int k = 0; k < kNumbers; ++k) motion.now[k][band_of(J, l)] = c[k][J][l];
        motion.gain = gain[0];
        if constexpr (J + 1 < kVectors) store<J + 1>(motion);
    }

    // At least kSkew frames of `Channels` samples, in place; a vector before them must be readable.
    SEMEQ_INLINE void run(double* audio, std::ptrdiff_t frames) noexcept {
        begin<0>(audio);
        std::ptrdiff_t i = kSkew;
        for (;;) {
            const std::ptrdiff_t end = std::min(frames, i - i % kHousekeepingFrames + kHousekeepingFrames);
            for (; i + kFramesAtOnce <= end; i += kFramesAtOnce) advance<0, kBands - 1, kFramesAtOnce>(audio, i);
            for (; i < end; ++i) advance<0, kBands - 1>(audio, i);
            if (i == frames) break;
            tidy<0>(audio, i);
            i += kSkew;
        }
        finish<0>(audio, frames);
    }

private:
    template <int J>
    SEMEQ_INLINE static Vector spread(const std::array<double, kBands>& of_band) noexcept {
        Vector out{};
        for (int l = 0; l < SEMEQ_LANES; ++l)
            if (band_of(J, l) < kBands) out[l] = of_band[band_of(J, l)];
        return out;
    }

    // `yes` in the lanes of bands First to Last, `no` in others.
    template <int J, int First, int Last>
    SEMEQ_INLINE static Vector where_band(Vector yes, Vector no) noexcept {
        if constexpr (First <= first_of(J) && last_of(J) <= Last) return yes;
        Vector bands{};
        for (int l = 0; l < SEMEQ_LANES; ++l) bands[l] = band_of(J, l);
        return where_between(bands, First, Last, yes, no);
    }

    // The first steps: one band more in each.
    template <int Step>
    SEMEQ_INLINE void begin(double* audio) noexcept {
        if constexpr (Step < kSkew) {
            advance<0, Step>(audio, Step);
            begin<Step + 1>(audio);
        }
    }

    // The last steps: one band fewer in each.
    template <int Step>
    SEMEQ_INLINE void finish(double* audio, std::ptrdiff_t frames) noexcept {
        if constexpr (Step < kSkew) {
            advance<Step + 1, kBands - 1>(audio, frames + Step);
            finish<Step + 1>(audio, frames);
        }
    }

    // From step i on, each band is tidied when it has done the frames before i.
    template <int Band>
    SEMEQ_INLINE void tidy(double* audio, std::ptrdiff_t i) noexcept {
        if constexpr (kSkew == 0) {
            for (int j = 0; j < kVectors; ++j) s1[j] = tidied(s1[j]), s2[j] = tidied(s2[j]);
        } else {
            constexpr int j = Band / kBandsAtOnce;
            s1[j] = where_band<j, Band, Band>(tidied(s1[j]), s1[j]);
            s2[j] = where_band<j, Band, Band>(tidied(s2[j]), s2[j]);
            if constexpr (Band < kSkew) {
                advance<0, kBands - 1>(audio, i);
                tidy<Band + 1>(audio, i + 1);
            }
        }
    }

    // Steps from i on of bands First to Last; the others idle.
    template <int First, int Last, int Steps = 1>
    SEMEQ_INLINE void advance(double* audio, std::ptrdiff_t i) noexcept {
        Vector input[Steps];  // a frame in the last lanes, from where it moves up; those before do not matter
        for (int n = 0; n < Steps; ++n) {
            input[n] = all(0);
            if (First == 0)
                std::memcpy(&input[n], audio + (i + n + 1) * Channels - SEMEQ_LANES, sizeof input[n]);
        }
        filter_all<First, Last, Steps, 0>(input, audio, i);
    }

    // `given`: for every step, what vector J takes from the one before.
    template <int First, int Last, int Steps, int J>
    SEMEQ_INLINE void filter_all(const Vector* given, double* audio, std::ptrdiff_t i) noexcept {
        Vector gives[Steps];
        for (int n = 0; n < Steps; ++n) {
            gives[n] = y[J];  // in skew, of the step before
            if constexpr (last_of(J) >= First && first_of(J) <= Last)
                filter<J, First, Last>(kSkew > 0 ? moved_up<Channels>(given[n], y[J]) : given[n]);
            if (kSkew == 0) gives[n] = y[J];
            if constexpr (J == kVectors - 1 && Last == kBands - 1) {
                if constexpr (Ramped) gain = gain + gain_step;
                const Vector out = y[J] * gain;
                for (int l = 0; l < Channels; ++l) audio[(i + n - kSkew) * Channels + l] = out[kOutLane + l];
            }
        }
        if constexpr (J + 1 < kVectors) filter_all<First, Last, Steps, J + 1>(gives, audio, i);
    }

    template <int J, int First, int Last>
    SEMEQ_INLINE void filter(Vector x) noexcept {
        const Vector e = x - s2[J];
        y[J] = moved<J, First, Last>(4) * s1[J] + moved<J, First, Last>(5) * s2[J] + moved<J, First, Last>(3) * x;
        const Vector f12 = moved<J, First, Last>(1);
        s2[J] = where_band<J, First, Last>(s2[J] + f12 * s1[J] + moved<J, First, Last>(2) * e, s2[J]);
        s1[J] = where_band<J, First, Last>(moved<J, First, Last>(0) * s1[J] + f12 * e, s1[J]);
    }

    // A number of the bands First to Last, a sample further on its ramp.
    template <int J, int First, int Last>
    SEMEQ_INLINE Vector moved(int k) noexcept {
        if constexpr (Ramped) c[k][J] = where_band<J, First, Last>(c[k][J] + step[k][J], c[k][J]);
        return c[k][J];
    }
};

// Kept apart from what follows, which there is for float and for double.
template <int Channels, bool Ramped>
SEMEQ_TARGET SEMEQ_NEVER_INLINE void run_chain(double* audio, std::ptrdiff_t frames, Motion& motion,
                                               State* states, bool last) noexcept {
    Chain<Channels, Ramped> chain;
    chain.load(motion, states);
    chain.run(audio, frames);
    chain.store(states);
    if (Ramped && last) chain.store(motion);
}

// Samples that are not finite, or louder than `limit`, are silence.
SEMEQ_INLINE double sane_or_zero(double x, double limit) noexcept { return std::fabs(x) <= limit ? x : 0.0; }

template <int Channels, class T>
SEMEQ_INLINE void gather(const T* in, double* audio, std::ptrdiff_t frames, int present, std::ptrdiff_t channel,
                         std::ptrdiff_t frame) noexcept {
    for (std::ptrdiff_t i = 0; i < frames; ++i)
        for (int l = 0; l < Channels; ++l)
            audio[i * Channels + l] =
                l < present ? sane_or_zero(static_cast<double>(in[l * channel + i * frame]), kLoudest) : 0.0;
}

template <int Channels, class T>
SEMEQ_INLINE void scatter(const double* audio, T* out, std::ptrdiff_t frames, int present, std::ptrdiff_t channel,
                          std::ptrdiff_t frame) noexcept {
    for (std::ptrdiff_t i = 0; i < frames; ++i)
        for (int l = 0; l < Channels; ++l)
            if (l < present) out[l * channel + i * frame] = static_cast<T>(audio[i * Channels + l]);
}

// When flat the filters only keep up with the signal; what is finite passes bit for bit (even -0.0).
template <class T>
SEMEQ_INLINE void pass(const Block<T>& block, int channel) noexcept {
    const T* in = block.in + channel * block.in_channel;
    T* out = block.out + channel * block.out_channel;
    for (std::ptrdiff_t i = 0; i < block.frames; ++i)
        out[i * block.out_frame] = static_cast<T>(
            sane_or_zero(static_cast<double>(in[i * block.in_frame]), std::numeric_limits<double>::max()));
}

// `Channels` channels from `first` on, as many of them as there are; lanes of the others stay silent.
template <int Channels, bool Ramped, class T>
SEMEQ_TARGET void run_some(const Block<T>& block, Motion& motion, State* states, int first) noexcept {
    const int present = std::min(Channels, block.channels - first);
    const T* in = block.in + first * block.in_channel;
    T* out = block.out + first * block.out_channel;
    double memory[SEMEQ_LANES + kLongestRun * Channels];
    double* const audio = memory + SEMEQ_LANES;
    for (int l = 0; l < SEMEQ_LANES; ++l) memory[l] = 0;
    // Told apart so that the compiler knows the distances: whole channels, and frames of just these channels.
    const bool full = present == Channels;
    if (full && block.in_frame == 1)
        gather<Channels>(in, audio, block.frames, Channels, block.in_channel, 1);
    else if (full && block.in_frame == Channels && block.in_channel == 1)
        gather<Channels>(in, audio, block.frames, Channels, 1, Channels);
    else
        gather<Channels>(in, audio, block.frames, present, block.in_channel, block.in_frame);
    run_chain<Channels, Ramped>(audio, block.frames, motion, states + first, first + present == block.channels);
    if (block.flat)
        for (int l = 0; l < present; ++l) pass(block, first + l);
    else if (full && block.out_frame == 1)
        scatter<Channels>(audio, out, block.frames, Channels, block.out_channel, 1);
    else if (full && block.out_frame == Channels && block.out_channel == 1)
        scatter<Channels>(audio, out, block.frames, Channels, 1, Channels);
    else
        scatter<Channels>(audio, out, block.frames, present, block.out_channel, block.out_frame);
}

// All channels: as many at once as a vector has lanes, then half as many, and so on. A run too short for bands in skew
// takes whole vectors, where there is none.
template <int Channels, bool Ramped, class T>
SEMEQ_TARGET void run_all(const Block<T>& block, Motion& motion, State* states, int first) noexcept {
    const int fewest = block.frames < kBands - 1 ? 1 : Channels / 2 + 1;
    for (; block.channels - first >= fewest; first += Channels)
        run_some<Channels, Ramped>(block, motion, states, first);
    if constexpr (Channels > 1)
        if (first < block.channels) run_all<Channels / 2, Ramped>(block, motion, states, first);
}

template <class T>
SEMEQ_TARGET void run(const Block<T>& block, Motion& motion, State* states, bool ramped) noexcept {
    if (ramped)
        run_all<SEMEQ_LANES, true>(block, motion, states, 0);
    else
        run_all<SEMEQ_LANES, false>(block, motion, states, 0);
}

}  // namespace semeq::SEMEQ_TARGET_NAME

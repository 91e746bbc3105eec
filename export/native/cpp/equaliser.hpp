// The plugin without its host: parameters in, audio through the engine. Wrapped by plugin.cpp.
// What takes long to compile stands in equaliser.cpp, which all formats share.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>

#include "block_line.hpp"
#include "decoder.hpp"
#include "engine.hpp"
#include "level_match.hpp"
#include "morph_path.hpp"
#include "parameters.hpp"

namespace semeq {

class Equaliser {
public:
    // Morph-table points built per 64 frames of audio. One costs about 6 µs: a new pair of words is exact after
    // 129 / 4 * 64 frames (43 ms at 48 kHz), and until then plays the same line at a slightly uneven pace.
    static constexpr int kPointsPerQuantum = 4, kQuantumFrames = 64;
    // A change is ramped over the block it arrives with, so that block-wise automation becomes a continuous line.
    static constexpr int kShortestRamp = 64, kLongestRamp = 4096;
    // What jumps by its nature takes this long in any block size: another word, bypass, a controller's steps.
    static constexpr double kFadeSeconds = 0.03;
    static constexpr double kMatchDbPerSecond = 30, kFinestMatchDb = 0.05;

    // `values_by_block`: the host says what morph, intensity and output are at the beginning of a block and nothing of
    // where they go, as in LV2; lines are then drawn here.
    explicit Equaliser(bool values_by_block) noexcept;

    // From any thread.
    float get(std::uint32_t index) const noexcept { return values_[index].load(std::memory_order_relaxed); }
    void set(std::uint32_t index, float value) noexcept {
        if (!std::isfinite(value)) return;
        value = std::max(kLow[index], std::min(kHigh[index], value));
        if (index == kSemantic || index == kTo) value = std::round(value);
        values_[index].store(value, std::memory_order_relaxed);
    }

    // The next changes are steps of a controller, or other jumps: ramp them slowly. From the audio thread.
    void smooth() noexcept { fade_left_ = 2 * fade_frames_; }

    // Before audio starts, or after the sample rate changed: not real time.
    void activate(double sample_rate) noexcept;

    // `channels`: 1 or 2. Another number than before is a new stream.
    void run(const float* const* inputs, float* const* outputs, int channels, int frames) noexcept;

private:
    // Morph, intensity and output: what hosts draw lines for.
    static constexpr std::uint32_t kFirstLine = kMorph, kLines = 3;

    struct Wanted {
        int semantic = -1, to = -1;
        float morph = 0, intensity = 0, output_db = 0;
        bool bypass = false;
        double match_db = 0;
        bool same_sound(const Wanted& o) const noexcept {
            return morph == o.morph && intensity == o.intensity && output_db == o.output_db && bypass == o.bypass && match_db == o.match_db;
        }
    };

    void begin_stream(double sample_rate, int channels) noexcept;
    bool begin_lines(int frames) noexcept;
    void play(const float* const* inputs, float* const* outputs, int from, int to) noexcept;
    int ramp_frames(int frames) const noexcept;
    void approach_match(int frames) noexcept;
    Wanted wanted() const noexcept;
    void take_pair() noexcept;
    void follow_controls(int frames) noexcept;

    const bool values_by_block_;
    std::atomic<float> values_[kParameterCount];
    BlockLine lines_[kLines];
    float heard_[kLines] = {};  // the values of this part of the block
    Decoder decoder_;
    ReferenceCurve curve_;
    MorphPath path_;
    Engine engine_;
    LevelMatch match_;
    double match_db_ = 0;
    Wanted playing_;
    int fade_frames_ = 1, fade_left_ = 0;
    bool fresh_ = true;
};

}  // namespace semeq

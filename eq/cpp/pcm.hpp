// Integer PCM as it lies in files, through the engine and back: all passes over a block of memory that stays in the
// cache, and none in another language.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "engine.hpp"
#include "quantiser.hpp"

namespace semeq {

// Little-endian integers of 16 or 24 bits, frame by frame. Not for real time: it allocates when it is made.
class PcmFilter {
public:
    // What a block became before it was rounded: the largest sample and the largest step from one frame to the next
    // (the frame before the block counts), 1 being full scale; and whether it is other than it was.
    struct Found {
        float peak, step;
        bool changed;
    };

    // bits: 16 or 24; gain: a factor after the engine; longest: frames of a block, at most.
    PcmFilter(int bits, int channels, std::ptrdiff_t longest, float gain)
        : bits_(bits),
          channels_(channels),
          longest_(longest),
          gain_(gain),
          quantiser_(bits, 0),
          dry_(longest * channels),
          words_(longest * channels) {}

    int channels() const noexcept { return channels_; }
    std::ptrdiff_t longest() const noexcept { return longest_; }
    std::ptrdiff_t bytes(std::ptrdiff_t frames) const noexcept { return frames * channels_ * (bits_ / 8); }

    // `frames` frames, 1 to `longest`; `wet` gets what the engine made of them. A block that is as it was is not
    // dithered: it stands on the format's steps already.
    Found process(Engine& engine, const unsigned char* in, unsigned char* out, float* wet,
                  std::ptrdiff_t frames) noexcept {
        const std::ptrdiff_t samples = frames * channels_;
        unpack(in, samples);
        engine.process(dry_.data(), wet, frames, 1, channels_, 1, channels_);
        if (gain_ != 1.0f)
            for (std::ptrdiff_t i = 0; i < samples; ++i) wet[i] *= gain_;
        const bool changed = !equal(dry_.data(), wet, samples);
        const Found found{largest(wet, samples), steepest(wet, samples), changed};
        pack(wet, out, samples, changed);
        std::memcpy(last_, wet + samples - channels_, channels_ * sizeof(float));
        return found;
    }

private:
    void unpack(const unsigned char* in, std::ptrdiff_t samples) noexcept {
        float* const dry = dry_.data();
        if (bits_ == 16) {
            for (std::ptrdiff_t i = 0; i < samples; ++i) {
                std::int16_t value;
                std::memcpy(&value, in + 2 * i, 2);
                dry[i] = static_cast<float>(value) * 0x1p-15f;
            }
            return;
        }
        for (std::ptrdiff_t i = 0; i < samples; ++i) {
            const std::uint32_t value = in[3 * i] << 8 | in[3 * i + 1] << 16 | std::uint32_t{in[3 * i + 2]} << 24;
            dry[i] = static_cast<float>(static_cast<std::int32_t>(value)) * 0x1p-31f;
        }
    }

    void pack(const float* wet, unsigned char* out, std::ptrdiff_t samples, bool dither) noexcept {
        if (bits_ == 16) {
            auto* const words = reinterpret_cast<std::int16_t*>(words_.data());
            quantiser_.process(wet, words, samples, dither, 0);
            std::memcpy(out, words, 2 * samples);
            return;
        }
        quantiser_.process(wet, words_.data(), samples, dither, 0);
        // Four bytes at a time; the next sample overwrites the fourth.
        for (std::ptrdiff_t i = 0; i + 1 < samples; ++i) std::memcpy(out + 3 * i, &words_[i], 4);
        std::memcpy(out + 3 * (samples - 1), &words_[samples - 1], 3);
    }

    static bool equal(const float* a, const float* b, std::ptrdiff_t samples) noexcept {
        for (std::ptrdiff_t i = 0; i < samples; ++i)
            if (a[i] != b[i]) return false;
        return true;
    }

    // The magnitude of a float has the order of its bits as an integer, and compilers turn a maximum of integers into
    // vectors.
    static std::int32_t magnitude(float x) noexcept {
        std::int32_t bits;
        std::memcpy(&bits, &x, sizeof bits);
        return bits & 0x7fffffff;
    }

    static float as_float(std::int32_t bits) noexcept {
        float x;
        std::memcpy(&x, &bits, sizeof x);
        return x;
    }

    static float largest(const float* x, std::ptrdiff_t samples) noexcept {
        std::int32_t most = 0;
        for (std::ptrdiff_t i = 0; i < samples; ++i) most = std::max(most, magnitude(x[i]));
        return as_float(most);
    }

    float steepest(const float* x, std::ptrdiff_t samples) const noexcept {
        std::int32_t most = 0;
        for (int c = 0; c < channels_; ++c) most = std::max(most, magnitude(x[c] - last_[c]));
        for (std::ptrdiff_t i = channels_; i < samples; ++i) most = std::max(most, magnitude(x[i] - x[i - channels_]));
        return as_float(most);
    }

    int bits_, channels_;
    std::ptrdiff_t longest_;
    float gain_;
    Quantiser quantiser_;
    std::vector<float> dry_;
    std::vector<std::int32_t> words_;
    float last_[kMaxChannels] = {};  // frame of the block before
};

}  // namespace semeq

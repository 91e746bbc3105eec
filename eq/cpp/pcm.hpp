// Integer PCM as it lies in files, from a file through the engine into another: all passes over a piece of memory that
// stays in the cache, and none in another language.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

#include "engine.hpp"
#include "quantiser.hpp"
#include "true_peak.hpp"

namespace semeq {

// Little-endian integers of 16 or 24 bits, frame by frame. Not for real time: it allocates when it is made.
class PcmFilter {
public:
    // bits: 16 or 24; gain: a factor after the engine; block: frames that are read at once. A block that is as it was is
    // not dithered: it stands on the format's steps already.
    PcmFilter(int bits, int channels, std::ptrdiff_t block, float gain, const Target& target)
        : width_(bits / 8),
          channels_(channels),
          block_(block),
          gain_(gain),
          quantiser_(bits, 0, target),
          samples_(&samples_for(target)),
          bytes_(block * channels * width_),
          wet_(block * channels),
          dry_(kPiece * channels),
          words_(kPiece * channels) {}

    int channels() const noexcept { return channels_; }
    bool changed() const noexcept { return changed_; }  // whether any sample is other than it was

    // Takes `frames` frames on from one descriptor to another, fewer where a file ends; −errno where it fails.
    std::ptrdiff_t run(Engine& engine, TruePeak& meter, int from, int to, std::ptrdiff_t frames) noexcept {
        std::ptrdiff_t done = 0;
        while (done < frames) {
            const std::ptrdiff_t wanted = std::min(block_, frames - done);
            const std::ptrdiff_t size = move(from, wanted * channels_ * width_, read_some);
            if (size < 0) return size;
            const std::ptrdiff_t got = size / (channels_ * width_);
            filter(engine, meter, got);
            const std::ptrdiff_t written = move(to, got * channels_ * width_, write_some);
            if (written < 0) return written;
            done += got;
            if (got < wanted) break;
        }
        return done;
    }

private:
    static constexpr std::ptrdiff_t kPiece = 2 * kLongestRun;  // frames

    // A block in bytes_, in place.
    void filter(Engine& engine, TruePeak& meter, std::ptrdiff_t frames) noexcept {
        bool changed = false;
        for (std::ptrdiff_t at = 0; at < frames; at += kPiece) {
            const std::ptrdiff_t n = std::min(kPiece, frames - at), samples = n * channels_;
            const unsigned char* const in = bytes_.data() + at * channels_ * width_;
            float* const wet = wet_.data() + at * channels_;
            (width_ == 2 ? samples_->unpack_16 : samples_->unpack_24)(in, dry_.data(), samples);
            engine.process(dry_.data(), wet, n, 1, channels_, 1, channels_);
            if (gain_ != 1.0f) samples_->amplify(wet, samples, gain_);
            changed = changed || samples_->differ(dry_.data(), wet, samples);
            meter.add(wet, n, channels_, 1);
        }
        for (std::ptrdiff_t at = 0; at < frames; at += kPiece) {
            const std::ptrdiff_t samples = std::min(kPiece, frames - at) * channels_;
            const float* const wet = wet_.data() + at * channels_;
            unsigned char* const out = bytes_.data() + at * channels_ * width_;
            if (width_ == 2) {
                quantiser_.process(wet, reinterpret_cast<std::int16_t*>(out), samples, changed, 0);
            } else {
                quantiser_.process(wet, words_.data(), samples, changed, 0);
                samples_->pack_24(words_.data(), out, samples);
            }
        }
        changed_ = changed_ || changed;
    }

    // As many of `size` bytes as there are; −errno where it fails.
    template <class Some>
    std::ptrdiff_t move(int file, std::ptrdiff_t size, Some some) noexcept {
        std::ptrdiff_t done = 0;
        while (done < size) {
            const std::ptrdiff_t n = some(file, bytes_.data() + done, size - done);
            if (n == 0) break;
            if (n > 0)
                done += n;
            else if (errno != EINTR)
                return -errno;
        }
        return done;
    }

#ifdef _WIN32
    static std::ptrdiff_t read_some(int file, unsigned char* to, std::ptrdiff_t size) noexcept {
        return _read(file, to, static_cast<unsigned>(size));
    }
    static std::ptrdiff_t write_some(int file, const unsigned char* from, std::ptrdiff_t size) noexcept {
        return _write(file, from, static_cast<unsigned>(size));
    }
#else
    static std::ptrdiff_t read_some(int file, unsigned char* to, std::ptrdiff_t size) noexcept {
        return ::read(file, to, static_cast<std::size_t>(size));
    }
    static std::ptrdiff_t write_some(int file, const unsigned char* from, std::ptrdiff_t size) noexcept {
        return ::write(file, from, static_cast<std::size_t>(size));
    }
#endif

    int width_, channels_;
    std::ptrdiff_t block_;
    float gain_;
    bool changed_ = false;
    Quantiser quantiser_;
    const SampleTarget* samples_;
    std::vector<unsigned char> bytes_;  // a block, read and to be written
    std::vector<float> wet_, dry_;      // a block after the engine, a piece before
    std::vector<std::int32_t> words_;
};

}  // namespace semeq

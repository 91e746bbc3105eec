// PCM as it lies in files, from a file through the engine into another: all passes over a piece of memory that stays in
// the cache, and none in another language.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
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

// Little-endian integers of 16, 24 or 32 bits, or floats of 32, frame by frame. Not for real time: it allocates when it
// is made.
class PcmFilter {
public:
    // The largest magnitude of a channel in the output, and its first frame.
    struct Peak {
        float value = 0;
        std::int64_t frame = 0;
    };

    // bits: 16, 24 or 32; gain: a factor after the engine; block: frames that are read at once. A block of integers that
    // is as it was is not dithered: it stands on the format's steps already. Nor are 32 bits.
    PcmFilter(int bits, bool floating, int channels, std::ptrdiff_t block, double gain, const Target& target)
        : width_(bits / 8),
          floating_(floating),
          channels_(channels),
          block_(block),
          gain_(gain),
          quantiser_(bits, 0, target),
          samples_(&samples_for(target)),
          bytes_(block * channels * width_),
          words_(width_ == 3 ? kPiece * channels : 0),
          peaks_(floating ? channels : 0) {
        if (doubles()) {
            double_wet_.resize(block * channels);
            double_dry_.resize(kPiece * channels);
        } else {
            wet_.resize(block * channels);
            dry_.resize(kPiece * channels);
        }
    }

    int channels() const noexcept { return channels_; }
    bool changed() const noexcept { return changed_; }  // whether any sample is other than it was
    const std::vector<Peak>& peaks() const noexcept { return peaks_; }  // of floats only

    // Takes `frames` frames on from one descriptor to another, fewer where a file ends or a block holds what is no audio:
    // floats that are not finite, or louder than the engine takes. −errno where it fails.
    std::ptrdiff_t run(Engine& engine, TruePeak& meter, int from, int to, std::ptrdiff_t frames) noexcept {
        std::ptrdiff_t done = 0;
        while (done < frames) {
            const std::ptrdiff_t wanted = std::min(block_, frames - done);
            const std::ptrdiff_t size = move(from, wanted * channels_ * width_, read_some);
            if (size < 0) return size;
            const std::ptrdiff_t got = size / (channels_ * width_);
            if (!(doubles() ? filter<double>(engine, meter, got) : filter<float>(engine, meter, got))) break;
            const std::ptrdiff_t written = move(to, got * channels_ * width_, write_some);
            if (written < 0) return written;
            done += got;
            if (got < wanted) break;
        }
        return done;
    }

private:
    static constexpr std::ptrdiff_t kPiece = 2 * kLongestRun;  // frames

    bool doubles() const noexcept { return width_ == 4 && !floating_; }  // floats cannot hold 32 bits

    // A block in bytes_, in place; whether it was audio.
    template <class T>
    bool filter(Engine& engine, TruePeak& meter, std::ptrdiff_t frames) noexcept {
        bool changed = false;
        for (std::ptrdiff_t at = 0; at < frames; at += kPiece) {
            const std::ptrdiff_t n = std::min(kPiece, frames - at), samples = n * channels_;
            T* const dry = dry_of(T{});
            T* const wet = wet_of(T{}) + at * channels_;
            if (!unpack(bytes_.data() + at * channels_ * width_, dry, samples)) return false;
            engine.process(dry, wet, n, 1, channels_, 1, channels_);
            if (gain_ != 1) amplify(wet, samples);
            changed = changed || differ(dry, wet, samples);
            meter.add(wet, n, channels_, 1);
        }
        for (std::ptrdiff_t at = 0; at < frames; at += kPiece) {
            const std::ptrdiff_t n = std::min(kPiece, frames - at);
            pack(wet_of(T{}) + at * channels_, bytes_.data() + at * channels_ * width_, n, changed);
        }
        changed_ = changed_ || changed;
        return true;
    }

    float* dry_of(float) noexcept { return dry_.data(); }
    double* dry_of(double) noexcept { return double_dry_.data(); }
    float* wet_of(float) noexcept { return wet_.data(); }
    double* wet_of(double) noexcept { return double_wet_.data(); }

    bool unpack(const unsigned char* in, float* out, std::ptrdiff_t samples) const noexcept {
        if (!floating_) {
            (width_ == 2 ? samples_->unpack_16 : samples_->unpack_24)(in, out, samples);
            return true;
        }
        std::memcpy(out, in, static_cast<std::size_t>(samples) * sizeof(float));
        return samples_->largest(out, samples) <= static_cast<float>(kLoudest);  // not where it is not a number
    }

    bool unpack(const unsigned char* in, double* out, std::ptrdiff_t samples) const noexcept {
        samples_->unpack_32(in, out, samples);
        return true;
    }

    void amplify(float* x, std::ptrdiff_t n) const noexcept { samples_->amplify_float(x, n, static_cast<float>(gain_)); }
    void amplify(double* x, std::ptrdiff_t n) const noexcept { samples_->amplify_double(x, n, gain_); }
    bool differ(const float* a, const float* b, std::ptrdiff_t n) const noexcept {
        return samples_->differ_float(a, b, n);
    }
    bool differ(const double* a, const double* b, std::ptrdiff_t n) const noexcept {
        return samples_->differ_double(a, b, n);
    }

    void pack(const float* wet, unsigned char* out, std::ptrdiff_t frames, bool dithered) noexcept {
        const std::ptrdiff_t samples = frames * channels_;
        if (floating_) {
            find_peaks(wet, frames);
            std::memcpy(out, wet, static_cast<std::size_t>(samples) * sizeof(float));
        } else if (width_ == 2) {
            quantiser_.process(wet, reinterpret_cast<std::int16_t*>(out), samples, dithered, 0);
        } else {
            quantiser_.process(wet, words_.data(), samples, dithered, 0);
            samples_->pack_24(words_.data(), out, samples);
        }
    }

    void pack(const double* wet, unsigned char* out, std::ptrdiff_t frames, bool) noexcept {
        quantiser_.process(wet, reinterpret_cast<std::int32_t*>(out), frames * channels_, false, 0);
    }

    void find_peaks(const float* wet, std::ptrdiff_t frames) noexcept {
        const float largest = samples_->largest(wet, frames * channels_);
        for (int c = 0; c < channels_; ++c)
            if (largest > peaks_[c].value)
                for (std::ptrdiff_t i = 0; i < frames; ++i) {
                    const float size = std::fabs(wet[i * channels_ + c]);
                    if (size > peaks_[c].value) peaks_[c] = {size, written_ + i};
                }
        written_ += frames;
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

    int width_;
    bool floating_;
    int channels_;
    std::ptrdiff_t block_;
    double gain_;
    bool changed_ = false;
    Quantiser quantiser_;
    const SampleTarget* samples_;
    std::vector<unsigned char> bytes_;         // a block, read and to be written
    std::vector<float> wet_, dry_;             // a block after the engine, a piece before
    std::vector<double> double_wet_, double_dry_;  // the same of 32 bits
    std::vector<std::int32_t> words_;
    std::vector<Peak> peaks_;
    std::int64_t written_ = 0;  // frames that were searched for peaks
};

}  // namespace semeq

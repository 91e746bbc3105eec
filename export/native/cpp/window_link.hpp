// What the plugin and its window share in one process: the sound that goes out, and what the window remembers.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "programs.hpp"

namespace semeq {

// The latest output, as one channel. The audio thread writes without waiting for anybody, the window reads what is
// there: a sample that is overwritten meanwhile is one wrong point of a picture.
class OutputTap {
public:
    static constexpr std::uint32_t kFrames = 1u << 13;

    // While nobody looks nothing is written.
    void watch(bool on) noexcept { watched_.store(on, std::memory_order_relaxed); }

    void write(const float* const* channels, int count, int frames) noexcept {
        if (!watched_.load(std::memory_order_relaxed)) return;
        const std::uint32_t end = end_.load(std::memory_order_relaxed);
        for (int i = 0; i < frames; ++i) {
            float sum = 0;
            for (int c = 0; c < count; ++c) sum += channels[c][i];
            ring_[(end + std::uint32_t(i)) % kFrames].store(sum / float(count), std::memory_order_relaxed);
        }
        end_.store(end + std::uint32_t(frames), std::memory_order_release);
    }

    // The number of frames written so far, modulo 2³².
    std::uint32_t written() const noexcept { return end_.load(std::memory_order_acquire); }

    // The last `count` frames, at most kFrames / 2.
    void latest(float* into, std::uint32_t count) const noexcept {
        const std::uint32_t start = written() - count;
        for (std::uint32_t i = 0; i < count; ++i) into[i] = ring_[(start + i) % kFrames].load(std::memory_order_relaxed);
    }

private:
    std::array<std::atomic<float>, kFrames> ring_{};
    std::atomic<std::uint32_t> end_{0};
    std::atomic<bool> watched_{false};
};

// Kept while the window is closed; only the thread of windows touches it.
struct WindowMemory {
    bool filled = false, on_b = false, dark = true;
    Snapshot other{};  // the state of A/B that is not heard
    std::vector<Snapshot> undo, redo;
};

struct WindowLink {
    OutputTap output;
    WindowMemory memory;
};

// Of a plugin, as DPF hands it to its window; plugin.cpp.
WindowLink& window_link(void* plugin) noexcept;

}  // namespace semeq

// What the VST3 host has arranged with one instance of the plugin: channels, the longest block, and values that it has
// set at the edit controller.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "parameters.hpp"

namespace semeq {

// A VST3 host sets a value twice: at the edit controller at once, and for the processor with the next block of audio.
// DPF 1.6 hears of the second only. Until then the value is kept here, for whoever asks and for the state that is saved;
// it never goes into the sound from here. The value that comes with the audio, from the window or with a state replaces it.
class HostValues {
public:
    // From the host's main thread.
    void set(std::uint32_t index, float value) noexcept {
        values_[index].store(value, std::memory_order_relaxed);
        since_[index].store(blocks_.load(std::memory_order_relaxed), std::memory_order_relaxed);
        waiting_.fetch_or(1u << index, std::memory_order_release);
    }
    void forget(std::uint32_t index) noexcept { waiting_.fetch_and(~(1u << index), std::memory_order_relaxed); }

    // The block that begins may have been filled before the value was set; the one behind it was not. A host that sends
    // nothing by then will not.
    void block_begins() noexcept { blocks_.fetch_add(1, std::memory_order_relaxed); }

    bool get(std::uint32_t index, float& value) const noexcept {
        if ((waiting_.load(std::memory_order_acquire) >> index & 1u) == 0) return false;
        if (blocks_.load(std::memory_order_relaxed) - since_[index].load(std::memory_order_relaxed) > 1) return false;
        value = values_[index].load(std::memory_order_relaxed);
        return true;
    }

private:
    std::atomic<float> values_[kParameterCount] = {};
    std::atomic<std::uint32_t> since_[kParameterCount] = {};
    std::atomic<std::uint32_t> waiting_{0}, blocks_{0};  // a bit for each value; blocks of audio so far
};

struct HostSide {
    HostValues values;
    // The thread that is saving the state: to it, and to no other, `values` are those of the plugin.
    std::atomic<std::thread::id> saving{};
    bool saved_here() const noexcept { return saving.load(std::memory_order_relaxed) == std::this_thread::get_id(); }

    int channels = 2;
    std::int32_t longest = 0;  // frames of a block, as the host has promised; 0: not yet
    bool active = false;
};

// Of a plugin, as DPF hands it out; plugin.cpp.
HostSide& host_side(void* plugin) noexcept;

}  // namespace semeq

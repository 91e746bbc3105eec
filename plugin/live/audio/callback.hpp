// The audio callback of the live host: the engine, fed with targets by another thread through a ring.
//
// What runs on the audio thread allocates nothing, takes no lock, waits for nothing and never enters Python. It hands
// MIDI messages to the control thread with their frames, and applies what comes back at the frames it is meant for.
// Everything Python wants to read (meters, times, counts) it writes into memory that Python owns. JACK and PortAudio both
// call it (callback.cpp).
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "engine.hpp"
#include "wakeup.hpp"

namespace semeq::live {

constexpr std::ptrdiff_t kMostFrames = 8192;

struct Target {
    std::int64_t frame;
    double params[kParameters];
    double output_db;
};

struct Message {
    std::int64_t frame;
    std::uint8_t size;
    std::uint8_t data[15];
};

// A queue of one writer and one reader, neither of whom ever waits.
template <class T, std::size_t Size>
class Ring {
public:
    bool push(const T& item) noexcept {
        const std::size_t end = end_.load(std::memory_order_relaxed);
        if (end - begin_.load(std::memory_order_acquire) == Size) return false;
        items_[end % Size] = item;
        end_.store(end + 1, std::memory_order_release);
        return true;
    }
    // The oldest, or null. It stays until `pop`.
    const T* front() const noexcept {
        const std::size_t begin = begin_.load(std::memory_order_relaxed);
        return begin == end_.load(std::memory_order_acquire) ? nullptr : &items_[begin % Size];
    }
    void pop() noexcept { begin_.store(begin_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

private:
    std::array<T, Size> items_{};
    std::atomic<std::size_t> begin_{0}, end_{0};
};

// What Python reads while it runs. Layouts as in plugin/live/timing.py and tap.py. Numbers are read and written by atomic
// operations on both sides (the builtins of gcc and clang: C++17 has no atomic_ref, and the memory is Python's); samples
// of the tap are plain, and their readers stay half a ring away from where they are written.
struct Shared {
    float* tap;  // (2, channels, tap_frames): input, output
    std::int64_t tap_frames;    // a power of two
    std::int64_t* position;     // frames written to the tap
    std::uint64_t* histogram;   // (longest + 1,): callbacks by the microseconds they took
    std::int64_t longest;
    std::int64_t* counts;       // see Count
    std::int64_t* faded;        // −1: no fade; else frames faded so far
    const float* fade;          // the fade's gains
    std::int64_t fade_frames;
};

enum Count { kCallbacks, kBusyNs, kLongestNs, kSlow, kLateTargets, kLostMessages, kXruns, kCounts };

template <class T>
T load(const T* from) noexcept {
    return __atomic_load_n(from, __ATOMIC_ACQUIRE);  // with `store`
}
template <class T>
void store(T* to, T value) noexcept {
    __atomic_store_n(to, value, __ATOMIC_RELEASE);  // what was written before is there for whoever reads this
}
template <class T>
void add(T* to, T more) noexcept {
    __atomic_fetch_add(to, more, __ATOMIC_RELAXED);
}

// Whether it was `expected`, and is `value` now.
template <class T>
bool replace(T* what, T expected, T value) noexcept {
    return __atomic_compare_exchange_n(what, &expected, value, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

inline std::int64_t now_ns() noexcept {
    using namespace std::chrono;
    return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

class Callback {
public:
    Callback(double sample_rate, int channels, const Shared& shared)
        : engine_(sample_rate, channels), shared_(shared),
          source_(static_cast<std::size_t>(engine_.channels()) * kMostFrames), sink_(source_.size()) {}

    int channels() const noexcept { return engine_.channels(); }

    // ------------------------------------------------------------------------------------- for the control thread
    void jump(const double* params, double output_db) noexcept { engine_.jump(params, output_db); }
    bool post(const Target& target) noexcept { return targets_.push(target); }
    const Message* message() const noexcept { return messages_.front(); }
    void drop_message() noexcept { messages_.pop(); }
    std::int64_t entered() const noexcept { return entered_.load(std::memory_order_acquire); }
    // All targets for frames before `frame` are posted.
    void settle(std::int64_t frame) noexcept { settled_.store(frame, std::memory_order_release); }
    // Whether to be woken every block, or only where there is MIDI.
    void follow(bool every_block) noexcept { follow_.store(every_block, std::memory_order_relaxed); }
    // A server that does not run in real time waits for its clients, so the callback may wait for the control thread.
    void freewheel(bool on) noexcept { freewheel_.store(on, std::memory_order_relaxed); }
    Wakeup& wakeup() noexcept { return wakeup_; }

    // -------------------------------------------------------------------------------------- for the audio thread
    // A channel of a block, in and out of memory with `stride` samples from frame to frame.
    void read(int channel, const float* from, std::ptrdiff_t frames, std::ptrdiff_t stride) noexcept {
        for (std::ptrdiff_t i = 0; i < frames; ++i) source(channel)[i] = from[i * stride];
    }
    void write(int channel, float* to, std::ptrdiff_t frames, std::ptrdiff_t stride) noexcept {
        for (std::ptrdiff_t i = 0; i < frames; ++i) to[i * stride] = sink(channel)[i];
    }

    void xrun() noexcept { count(kXruns); }

    void hear(std::int64_t offset, const std::uint8_t* data, std::size_t size) noexcept {
        Message message{frame_ + offset, static_cast<std::uint8_t>(size), {}};
        heard_ = true;
        if (size > sizeof message.data) return;  // system exclusive: nothing can be mapped to it
        std::memcpy(message.data, data, size);
        if (!messages_.push(message)) count(kLostMessages);
    }

    // After `read` and before `write` of every channel.
    void process(std::ptrdiff_t frames) noexcept {
        const std::int64_t end = frame_ + frames;
        entered_.store(end, std::memory_order_release);
        if (freewheel_.load(std::memory_order_relaxed)) {
            wakeup_.signal();
            wait_until_settled(end);
        }
        render(frames);
        fade(frames);
        write_tap(frames);
        frame_ = end;
    }

    // When all is written. `began_ns`: when the block's work began, by `now_ns`. Only now is the control thread woken:
    // without real-time priority, it might be given this thread's core at once.
    void done(std::ptrdiff_t frames, std::int64_t began_ns) noexcept {
        note(now_ns() - began_ns, frames);
        if (heard_ || follow_.load(std::memory_order_relaxed)) wakeup_.signal();
        heard_ = false;
    }

private:
    float* source(int channel) noexcept { return source_.data() + channel * kMostFrames; }
    float* sink(int channel) noexcept { return sink_.data() + channel * kMostFrames; }
    void count(Count which, std::int64_t more = 1) noexcept { add(&shared_.counts[which], more); }

    void render(std::ptrdiff_t frames) noexcept {
        const std::int64_t end = frame_ + frames;
        std::ptrdiff_t done = 0;
        const auto advance = [&](std::ptrdiff_t to) {
            engine_.process(source(0) + done, sink(0) + done, to - done, kMostFrames, 1, kMostFrames, 1);
            done = to;
        };
        for (const Target* target; (target = targets_.front()) && target->frame < end; targets_.pop()) {
            if (target->frame < frame_) count(kLateTargets);
            advance(std::max<std::ptrdiff_t>(target->frame - frame_, done));
            engine_.set_target(target->params, target->output_db);
        }
        advance(frames);
    }

    void write_tap(std::ptrdiff_t frames) noexcept {
        const std::int64_t length = shared_.tap_frames, position = load(shared_.position);
        const std::int64_t at = position & (length - 1);
        const std::int64_t first = std::min<std::int64_t>(frames, length - at);
        for (int side = 0; side < 2; ++side)
            for (int c = 0; c < channels(); ++c) {
                const float* block = side ? sink(c) : source(c);
                float* row = shared_.tap + (side * channels() + c) * length;
                std::memcpy(row + at, block, static_cast<std::size_t>(first) * sizeof(float));
                std::memcpy(row, block + first, static_cast<std::size_t>(frames - first) * sizeof(float));
            }
        store(shared_.position, position + frames);
    }

    void fade(std::ptrdiff_t frames) noexcept {
        const std::int64_t done = load(shared_.faded);
        if (done < 0) return;
        for (int c = 0; c < channels(); ++c)
            for (std::ptrdiff_t i = 0; i < frames; ++i)
                sink(c)[i] *= done + i < shared_.fade_frames ? shared_.fade[done + i] : 0.0f;
        store(shared_.faded, done + frames);
    }

    void note(std::int64_t took_ns, std::ptrdiff_t frames) noexcept {
        add<std::uint64_t>(&shared_.histogram[std::clamp<std::int64_t>(took_ns / 1000, 0, shared_.longest)], 1);
        if (took_ns > load(&shared_.counts[kLongestNs])) store(&shared_.counts[kLongestNs], took_ns);
        if (took_ns * engine_.sample_rate() > 1e9 * frames) count(kSlow);
        count(kBusyNs, took_ns);
        count(kCallbacks);
    }

    void wait_until_settled(std::int64_t frame) const noexcept {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(2);
        while (settled_.load(std::memory_order_acquire) < frame && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(std::chrono::microseconds(10));
    }

    Engine engine_;
    Shared shared_;
    std::vector<float> source_, sink_;
    std::int64_t frame_ = 0;
    bool heard_ = false;
    Ring<Target, 4096> targets_;
    Ring<Message, 4096> messages_;
    std::atomic<std::int64_t> entered_{0}, settled_{0};
    std::atomic<bool> follow_{false}, freewheel_{false};
    Wakeup wakeup_;
};

}  // namespace semeq::live

// The callback and the control thread at once, for a thread sanitizer; and a callback that must not allocate.
#include <cstdio>
#include <cstdlib>
#include <new>
#include <thread>

#include "callback.hpp"

static thread_local bool forbidden = false;

void* operator new(std::size_t size) {
    if (forbidden) std::puts("allocated in the callback"), std::abort();
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    if (forbidden) std::puts("freed in the callback"), std::abort();
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

using namespace semeq::live;

int main() {
    constexpr int kChannels = 2, kBlocks = 20000, kFrames = 64;
    std::vector<float> tap(2 * kChannels * 8192), fade(100, 0.5f);
    std::vector<std::int64_t> counts(kCounts), position(1), faded{-1};
    std::vector<std::uint64_t> histogram(101);
    const Shared shared{tap.data(), 8192, position.data(), histogram.data(), 100, counts.data(),
                        faded.data(), fade.data(), 100};
    Callback callback(48000, kChannels, shared);
    std::vector<float> audio(kFrames, 0.1f);
    std::atomic<bool> done{false};
    std::int64_t heard = 0, posted = 0;

    std::thread control([&] {
        std::int64_t last = -1;
        while (!done || callback.message()) {
            callback.wakeup().wait(0.001);
            const std::int64_t entered = callback.entered();
            for (const Message* m; (m = callback.message()) && m->frame < entered; callback.drop_message()) {
                if (m->frame < last || m->size != 3 || m->data[1] != 21) std::puts("a message came wrong"), std::abort();
                last = m->frame;
                ++heard;
                Target target{m->frame + kFrames, {}, 0.0};
                for (int band : {1, 3, 6, 9, 12}) target.params[band] = 1000;
                for (int band : {4, 7, 10}) target.params[band] = 1;
                target.params[0] = m->data[2] / 12.0;
                posted += callback.post(target);
            }
            callback.follow(heard % 2 == 0);
            callback.settle(entered + kFrames);
            // What Python reads and writes meanwhile.
            if (load(&counts[kCallbacks]) > kBlocks / 2 && load(faded.data()) < 0) replace<std::int64_t>(faded.data(), -1, 0);
            if (load(position.data()) % kFrames != 0 || load(&histogram[100]) > kBlocks) std::abort();
        }
    });
    for (int block = 0; block < kBlocks; ++block) {
        forbidden = true;
        const std::int64_t began = now_ns();
        for (int c = 0; c < kChannels; ++c) callback.read(c, audio.data(), kFrames, 1);
        const std::uint8_t message[] = {0xB0, 21, static_cast<std::uint8_t>(block % 128)};
        callback.hear(block % kFrames, message, 3);
        callback.process(kFrames);
        for (int c = 0; c < kChannels; ++c) {
            float last[kFrames];
            callback.write(c, last, kFrames, 1);
            if (!(std::abs(last[kFrames - 1]) < 10)) std::puts("no audio"), std::abort();
        }
        callback.done(kFrames, began);
        forbidden = false;
        if (block % 50 == 0) std::this_thread::yield();
    }
    done = true;
    control.join();
    if (heard + counts[kLostMessages] != kBlocks || counts[kCallbacks] != kBlocks) std::puts("counts differ"), std::abort();

    // A block is slow if it took longer than it lasts: 64 frames at 48 kHz, 1333 us. One began a second ago, one has not.
    const std::int64_t slow = counts[kSlow];
    const std::uint64_t longest = histogram[100], shortest = histogram[0];
    callback.done(kFrames, now_ns() - 1000000000);
    callback.done(kFrames, now_ns() + 1000000000);
    if (counts[kSlow] != slow + 1 || counts[kLongestNs] < 1000000000) std::puts("slowness differs"), std::abort();
    if (histogram[100] != longest + 1 || histogram[0] != shortest + 1) std::puts("durations differ"), std::abort();
    std::printf("%lld heard, %lld posted\n", static_cast<long long>(heard), static_cast<long long>(posted));
}

// How the audio thread wakes the control thread: it may never wait to do so.
#pragma once

#include <atomic>
#include <chrono>

#if defined(__linux__)
#include <cerrno>
#include <ctime>
#include <semaphore.h>
#else
#include <condition_variable>
#include <mutex>
#endif

namespace semeq::live {

#if defined(__linux__)
class Wakeup {
public:
    Wakeup() noexcept { sem_init(&semaphore_, 0, 0); }
    ~Wakeup() { sem_destroy(&semaphore_); }
    Wakeup(const Wakeup&) = delete;
    Wakeup& operator=(const Wakeup&) = delete;

    // Several signals before the other side comes to look are one.
    void signal() noexcept {
        if (!pending_.exchange(true)) sem_post(&semaphore_);
    }
    // Returns when signalled, or after `seconds`.
    void wait(double seconds) noexcept {
        timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        const auto ns = static_cast<long long>(seconds * 1e9) + until.tv_nsec;
        until.tv_sec += ns / 1000000000;
        until.tv_nsec = ns % 1000000000;
        while (sem_timedwait(&semaphore_, &until) != 0 && errno == EINTR) {}
        pending_.exchange(false);  // reads what the last signal wrote: all before it, posted or not, is seen after this
    }

private:
    sem_t semaphore_;
    std::atomic<bool> pending_{false};
};
#else
// There is no timed semaphore everywhere. Signalling takes no lock; a signal in the moment between looking and waiting
// is found by the short wait.
class Wakeup {
public:
    void signal() noexcept {
        pending_.store(true);
        condition_.notify_one();
    }
    void wait(double seconds) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
        std::unique_lock lock(mutex_);
        while (!pending_.exchange(false) && std::chrono::steady_clock::now() < until)
            condition_.wait_for(lock, std::chrono::milliseconds(1));
    }

private:
    std::mutex mutex_;
    std::condition_variable condition_;
    std::atomic<bool> pending_{false};
};
#endif

}  // namespace semeq::live

// Runs the engine on everything it has to offer and writes the bits of what comes out, on the target named as its
// argument. Built twice by test_targets.py: with vectors, and with SEMEQ_PLAIN_LANES.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <type_traits>
#include <vector>

#include "engine.hpp"

#ifdef SEMEQ_PLAIN_LANES
static_assert(std::is_class<semeq::Lanes<2>>::value, "these are not the plain lanes");
#endif

namespace {

std::uint64_t state = 20261121;

double uniform() {  // -1 to 1
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return double(std::int64_t(state)) / 9223372036854775808.0;
}

void draw(double* params) {
    for (const int i : {0, 2, 5, 8, 11}) params[i] = 24 * uniform();
    for (const int i : {1, 3, 6, 9, 12}) params[i] = 20 * std::pow(1000.0, 0.5 + 0.5 * uniform());
    for (const int i : {4, 7, 10}) params[i] = std::pow(10.0, uniform());
}

template <class T>
void play(const semeq::Target& target, int channels, double rate, int ramp) {
    semeq::Engine engine(rate, channels, ramp, target);
    double params[13];
    draw(params);
    engine.jump(params, 6 * uniform());
    for (int block = 0; block < 24; ++block) {
        const int frames = 1 + int(200 * std::fabs(uniform()));
        std::vector<T> audio(std::size_t(channels) * frames);
        for (T& sample : audio) sample = T(uniform());
        if (block % 5 == 1) audio[audio.size() / 2] = std::numeric_limits<T>::quiet_NaN();
        if (block % 5 == 2) audio[audio.size() / 3] = -std::numeric_limits<T>::infinity();
        if (block % 5 == 3) audio[audio.size() - 1] = T(3e12);
        if (block % 3 == 0) {
            draw(params);
            if (block % 9 == 0)
                for (const int i : {0, 2, 5, 8, 11}) params[i] = 0;  // the flat path, with its exact copy
            engine.set_target(params, block % 9 == 0 ? 0.0 : 6 * uniform());
        }
        if (block == 17) engine.reset();
        // Planes, then interleaved.
        if (block % 2 == 0)
            engine.process(audio.data(), audio.data(), frames, frames, 1, frames, 1);
        else
            engine.process(audio.data(), audio.data(), frames, 1, channels, 1, channels);
        std::fwrite(audio.data(), sizeof(T), audio.size(), stdout);
    }
}

}  // namespace

int main(int count, char** words) {
    const semeq::Target* target = count == 2 ? semeq::targets().named(words[1]) : nullptr;
    if (target == nullptr) return 2;
    for (const int channels : {1, 2, 3, 4, 5, 6, 7, 8, 9, 64})
        for (const double rate : {44100.0, 192000.0})
            for (const int ramp : {1, 64, 1000}) {
                play<float>(*target, channels, rate, ramp);
                play<double>(*target, channels, rate, ramp);
            }
    return 0;
}

// The energy of a stream behind second-order sections, such as the K-weighting of loudness meters.
#pragma once

#include <cstddef>

namespace semeq {

// sections: rows of b0 b1 b2 a0 a1 a2 with a0 = 1, transposed direct form II; state: (sections, 2, channels), kept from
// block to block. energy[i] becomes the sum over the channels of weight times squared output at frame i.
template <class T>
void weighted_energy(const double* sections, std::ptrdiff_t count, double* state, const double* weights, const T* in,
                     double* energy, std::ptrdiff_t frames, std::ptrdiff_t channels, std::ptrdiff_t in_frame,
                     std::ptrdiff_t in_channel) noexcept {
    for (std::ptrdiff_t i = 0; i < frames; ++i) energy[i] = 0;
    for (std::ptrdiff_t c = 0; c < channels; ++c)
        for (std::ptrdiff_t i = 0; i < frames; ++i) {
            double x = static_cast<double>(in[i * in_frame + c * in_channel]);
            for (std::ptrdiff_t s = 0; s < count; ++s) {
                const double* k = sections + 6 * s;
                double &z0 = state[2 * s * channels + c], &z1 = state[(2 * s + 1) * channels + c];
                const double y = k[0] * x + z0;
                z0 = k[1] * x - k[4] * y + z1;
                z1 = k[2] * x - k[5] * y;
                x = y;
            }
            energy[i] += weights[c] * (x * x);
        }
}

}  // namespace semeq

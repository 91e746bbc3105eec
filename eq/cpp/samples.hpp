// What is done to samples around the engine, compiled for each target by sample_targets.hpp; so there is no include
// guard. Plain loops without a dependence from one turn to the next: compilers make vectors of them.

namespace semeq::SEMEQ_TARGET_NAME {

// Little-endian integers become floats, full scale ±1.
SEMEQ_TARGET inline void unpack_16(const unsigned char* in, float* out, std::ptrdiff_t samples) noexcept {
    for (std::ptrdiff_t i = 0; i < samples; ++i) {
        std::int16_t value;
        std::memcpy(&value, in + 2 * i, 2);
        out[i] = static_cast<float>(value) * 0x1p-15f;
    }
}

SEMEQ_TARGET inline void unpack_32(const unsigned char* in, double* out, std::ptrdiff_t samples) noexcept {
    for (std::ptrdiff_t i = 0; i < samples; ++i) {
        std::int32_t value;
        std::memcpy(&value, in + 4 * i, 4);
        out[i] = static_cast<double>(value) * 0x1p-31;
    }
}

SEMEQ_TARGET inline void unpack_24(const unsigned char* in, float* out, std::ptrdiff_t samples) noexcept {
    std::ptrdiff_t i = 0;
#if SEMEQ_VECTORS
    for (; i + 6 <= samples; i += 4) {  // four samples, and no byte behind the last
        Bytes bytes;
        std::memcpy(&bytes, in + 3 * i, sizeof bytes);
        bytes = SEMEQ_SHUFFLED(bytes, Bytes{}, 16, 0, 1, 2, 16, 3, 4, 5, 16, 6, 7, 8, 16, 9, 10, 11);
        std::int32_t values[4];
        std::memcpy(values, &bytes, sizeof values);
        for (int k = 0; k < 4; ++k) out[i + k] = static_cast<float>(values[k]) * 0x1p-31f;
    }
#endif
    for (; i < samples; ++i) {
        const std::uint32_t value = in[3 * i] << 8 | in[3 * i + 1] << 16 | std::uint32_t{in[3 * i + 2]} << 24;
        out[i] = static_cast<float>(static_cast<std::int32_t>(value)) * 0x1p-31f;
    }
}

// The lowest three bytes of each.
SEMEQ_TARGET inline void pack_24(const std::int32_t* in, unsigned char* out, std::ptrdiff_t samples) noexcept {
    std::ptrdiff_t i = 0;
#if SEMEQ_VECTORS
    for (; i + 6 <= samples; i += 4) {  // the next overwrite the last four bytes
        Bytes bytes;
        std::memcpy(&bytes, in + i, sizeof bytes);
        bytes = SEMEQ_SHUFFLED(bytes, bytes, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 0, 0, 0);
        std::memcpy(out + 3 * i, &bytes, sizeof bytes);
    }
#endif
    for (; i < samples; ++i) std::memcpy(out + 3 * i, &in[i], 3);
}

// SplitMix32 of a sample's number: a Weyl sequence, scattered by the finaliser of MurmurHash3. The difference of its
// halves is triangular.
SEMEQ_INLINE std::int32_t noise_of(std::uint32_t number, std::uint32_t key) noexcept {
    std::uint32_t z = number * 0x9e3779b9u + key;
    z = (z ^ (z >> 16)) * 0x85ebca6bu;
    z = (z ^ (z >> 13)) * 0xc2b2ae35u;
    z ^= z >> 16;
    return static_cast<std::int32_t>(z >> 16) - static_cast<std::int32_t>(z & 0xffffu);
}

template <bool Dithered, class T, class I>
SEMEQ_INLINE void quantise_some(const T* in, I* out, std::ptrdiff_t samples, double scale, int shift,
                                std::uint32_t first, std::uint32_t key) noexcept {
    const std::int32_t unit = std::int32_t{1} << shift;
    for (std::ptrdiff_t i = 0; i < samples; ++i) {
        double steps = static_cast<double>(in[i]) * scale;
        if (Dithered) steps += 0x1p-16 * noise_of(first + static_cast<std::uint32_t>(i), key);
        steps = steps > -scale ? steps : -scale;  // also where it is not a number
        steps = steps < scale - 1.0 ? steps : scale - 1.0;
        // Beside 1.5 · 2^52 a double has no room for fractions: the sum is rounded.
        const double rounded = (steps + 6755399441055744.0) - 6755399441055744.0;
        out[i] = static_cast<I>(static_cast<std::int32_t>(rounded) * unit);
    }
}

template <class T, class I>
SEMEQ_TARGET void quantise(const T* in, I* out, std::ptrdiff_t samples, double scale, int shift, bool dithered,
                           std::uint32_t first, std::uint32_t key) noexcept {
    if (dithered)
        quantise_some<true>(in, out, samples, scale, shift, first, key);
    else
        quantise_some<false>(in, out, samples, scale, shift, first, key);
}

template <class T>
SEMEQ_TARGET void amplify(T* x, std::ptrdiff_t samples, T gain) noexcept {
    for (std::ptrdiff_t i = 0; i < samples; ++i) x[i] *= gain;
}

template <class T>
SEMEQ_TARGET bool differ(const T* a, const T* b, std::ptrdiff_t samples) noexcept {
    int found = 0;
    for (std::ptrdiff_t i = 0; i < samples; ++i) found |= a[i] != b[i];
    return found != 0;
}

// The magnitude of a float has the order of its bits as an integer, and compilers turn a maximum of integers into
// vectors.
SEMEQ_INLINE std::int32_t magnitude(float x) noexcept {
    std::int32_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits & 0x7fffffff;
}

SEMEQ_INLINE float as_float(std::int32_t bits) noexcept {
    float x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
}

SEMEQ_TARGET inline float largest(const float* x, std::ptrdiff_t count) noexcept {
    std::int32_t most = 0;
    for (std::ptrdiff_t i = 0; i < count; ++i) most = std::max(most, magnitude(x[i]));
    return as_float(most);
}

// The largest difference between x[i] and x[i + apart], for i from 0 to count.
SEMEQ_TARGET inline float steepest(const float* x, std::ptrdiff_t count, std::ptrdiff_t apart) noexcept {
    std::int32_t most = 0;
    for (std::ptrdiff_t i = 0; i < count; ++i) most = std::max(most, magnitude(x[i + apart] - x[i]));
    return as_float(most);
}

// The largest magnitude of `count` sums of taps[k] * x[i + k].
SEMEQ_TARGET inline float largest_sum(const float* x, std::ptrdiff_t count, const float* taps, int length) noexcept {
    constexpr int kAtOnce = 16;
    std::int32_t most = 0;
    for (std::ptrdiff_t start = 0; start < count; start += kAtOnce) {
        float sums[kAtOnce] = {};
        const int n = static_cast<int>(std::min<std::ptrdiff_t>(kAtOnce, count - start));
        if (n == kAtOnce)
            for (int k = 0; k < length; ++k)
                for (int i = 0; i < kAtOnce; ++i) sums[i] += taps[k] * x[start + i + k];
        else
            for (int k = 0; k < length; ++k)
                for (int i = 0; i < n; ++i) sums[i] += taps[k] * x[start + i + k];
        for (int i = 0; i < kAtOnce; ++i) most = std::max(most, magnitude(sums[i]));
    }
    return as_float(most);
}

}  // namespace semeq::SEMEQ_TARGET_NAME

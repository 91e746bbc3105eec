// Several doubles at once: a vector of GCC and Clang, or plain C++ elsewhere (or with SEMEQ_PLAIN_LANES, for the test
// that compares the two).
#pragma once

#if (defined(__GNUC__) || defined(__clang__)) && !defined(SEMEQ_PLAIN_LANES)
#define SEMEQ_VECTORS 1
#define SEMEQ_ALWAYS_INLINE __attribute__((always_inline)) inline
#define SEMEQ_NEVER_INLINE __attribute__((noinline))
#else
#define SEMEQ_VECTORS 0
#define SEMEQ_ALWAYS_INLINE inline
#define SEMEQ_NEVER_INLINE
#endif

namespace semeq {

#if SEMEQ_VECTORS
template <int Count>
struct LanesOf {
    typedef double Vector __attribute__((vector_size(Count * sizeof(double))));
};
template <int Count>
using Lanes = typename LanesOf<Count>::Vector;
#else
template <int Count>
struct Lanes {
    double v[Count];
    double operator[](int i) const noexcept { return v[i]; }
    double& operator[](int i) noexcept { return v[i]; }
    friend Lanes operator+(Lanes a, const Lanes& b) noexcept {
        for (int i = 0; i < Count; ++i) a.v[i] += b.v[i];
        return a;
    }
    friend Lanes operator-(Lanes a, const Lanes& b) noexcept {
        for (int i = 0; i < Count; ++i) a.v[i] -= b.v[i];
        return a;
    }
    friend Lanes operator*(Lanes a, const Lanes& b) noexcept {
        for (int i = 0; i < Count; ++i) a.v[i] *= b.v[i];
        return a;
    }
};
#endif

}  // namespace semeq

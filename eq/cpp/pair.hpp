// Two doubles at once: a vector of GCC and Clang on any machine, or plain C++ elsewhere (or with SEMEQ_PLAIN_PAIR, for
// the test that compares the two).
#pragma once

namespace semeq {

#if (defined(__GNUC__) || defined(__clang__)) && !defined(SEMEQ_PLAIN_PAIR)
using Pair = double __attribute__((vector_size(16)));
using PairMask = decltype(Pair{} == Pair{});
inline Pair sane_or_zero(Pair x, double limit) noexcept {
    constexpr long long kMagnitude = 0x7fffffffffffffff;  // all but the sign
    const PairMask bits = reinterpret_cast<PairMask>(x);
    const Pair size = reinterpret_cast<Pair>(bits & PairMask{kMagnitude, kMagnitude});
    return reinterpret_cast<Pair>((size <= Pair{limit, limit}) & bits);  // the comparison is false for NaN
}
#else
struct Pair {
    double v[2];
    double operator[](int i) const noexcept { return v[i]; }
    double& operator[](int i) noexcept { return v[i]; }
    Pair& operator+=(Pair o) noexcept { v[0] += o.v[0]; v[1] += o.v[1]; return *this; }
};
inline Pair operator+(Pair a, Pair b) noexcept { return {{a.v[0] + b.v[0], a.v[1] + b.v[1]}}; }
inline Pair operator-(Pair a, Pair b) noexcept { return {{a.v[0] - b.v[0], a.v[1] - b.v[1]}}; }
inline Pair operator*(Pair a, Pair b) noexcept { return {{a.v[0] * b.v[0], a.v[1] * b.v[1]}}; }
inline Pair sane_or_zero(Pair x, double limit) noexcept {
    const auto sane = [limit](double v) { return v <= limit && v >= -limit ? v : 0.0; };
    return {{sane(x.v[0]), sane(x.v[1])}};
}
#endif
inline double sane_or_zero(double x, double limit) noexcept { return x <= limit && x >= -limit ? x : 0.0; }
inline Pair both(double x) noexcept { return Pair{x, x}; }

}  // namespace semeq

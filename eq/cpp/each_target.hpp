// Includes SEMEQ_KERNEL once for each instruction set that this machine may have, as a namespace of its own:
// SEMEQ_TARGET_NAME, with SEMEQ_INLINE or SEMEQ_TARGET in front of every function and vectors of SEMEQ_LANES doubles.
//
// No include guard: there is more than one kernel.

#define SEMEQ_INLINE SEMEQ_TARGET SEMEQ_ALWAYS_INLINE

#define SEMEQ_TARGET_NAME baseline
#define SEMEQ_TARGET
#define SEMEQ_LANES 2
#include SEMEQ_KERNEL
#undef SEMEQ_TARGET_NAME
#undef SEMEQ_TARGET
#undef SEMEQ_LANES

// Microsoft's run-time library has no __builtin_cpu_supports. A sanitizer takes minutes to compile all of them.
#if SEMEQ_VECTORS && defined(__x86_64__) && !defined(_MSC_VER) && !defined(SEMEQ_BASELINE_ONLY)
#define SEMEQ_WIDER_TARGETS 1

#define SEMEQ_TARGET_NAME avx2
#define SEMEQ_TARGET __attribute__((target("avx2")))
#define SEMEQ_LANES 4
#include SEMEQ_KERNEL
#undef SEMEQ_TARGET_NAME
#undef SEMEQ_TARGET

#define SEMEQ_TARGET_NAME avx512vl  // for its 32 registers; vectors are as long as before
#define SEMEQ_TARGET __attribute__((target("avx512vl,avx512dq")))
#include SEMEQ_KERNEL
#undef SEMEQ_TARGET_NAME
#undef SEMEQ_LANES

#define SEMEQ_TARGET_NAME avx512vl_long  // the same machines, and vectors twice as long
#define SEMEQ_LANES 8
#include SEMEQ_KERNEL
#undef SEMEQ_TARGET_NAME
#undef SEMEQ_TARGET
#undef SEMEQ_LANES
#endif

#undef SEMEQ_INLINE
#undef SEMEQ_KERNEL

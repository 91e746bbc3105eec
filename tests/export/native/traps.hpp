// While a plugin's process() runs (`in_process`), allocation, freeing and locking on that thread end the program: they are
// trapped by functions of the same name here, which the dynamic linker finds first.
#pragma once

#ifndef _WIN32
#include <dlfcn.h>
#include <pthread.h>
#endif

#include <cstdio>
#include <cstdlib>

namespace {

thread_local bool in_process = false;

void trap(const char* what) {
    if (!in_process) return;
    in_process = false;
    std::fprintf(stderr, "real-time violation: %s inside process()\n", what);
    std::_Exit(3);
}

}  // namespace

#ifndef NO_TRAP  // sanitizers bring their own
extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void __libc_free(void*);
void* malloc(size_t n) { trap("malloc"); return __libc_malloc(n); }
void* calloc(size_t n, size_t m) { trap("calloc"); return __libc_calloc(n, m); }
void* realloc(void* p, size_t n) { trap("realloc"); return __libc_realloc(p, n); }
void free(void* p) { trap("free"); __libc_free(p); }
int pthread_mutex_lock(pthread_mutex_t* m) {
    trap("pthread_mutex_lock");
    using Lock = int (*)(pthread_mutex_t*);
    static const Lock real = reinterpret_cast<Lock>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
    return real(m);
}
}
#endif

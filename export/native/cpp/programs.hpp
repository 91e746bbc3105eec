// Starting points, as hosts and the window list them.
#pragma once

#include <cstdint>
#include <cstring>

#include "model.hpp"

namespace semeq {

// A word that a user's own vocabulary lacks falls back to the default one.
struct Program {
    const char* name;
    const char *semantic, *to;
    float morph, intensity;
};

constexpr Program kPrograms[] = {
    {"Warm to bright, at warm", "warm", "bright", 0.0f, 1.0f},
    {"Warm to bright, in the middle", "warm", "bright", 0.5f, 1.0f},
    {"Gently warm", "warm", "bright", 0.0f, 0.5f},
    {"Gently bright", "bright", "warm", 0.0f, 0.5f},
    {"Clear up the mud", "muddy", "clear", 1.0f, 0.7f},
    {"Air on top", "airy", "clear", 0.0f, 0.6f},
    {"Full body", "full", "thin", 0.0f, 0.7f},
    {"Thin it out", "thin", "full", 0.0f, 0.6f},
    {"Deep", "deep", "airy", 0.0f, 0.8f},
    {"Boom", "boomy", "tinny", 0.0f, 0.5f},
    {"Small speaker", "tinny", "full", 0.0f, 1.0f},
    {"Flat (intensity 0)", "warm", "bright", 0.0f, 0.0f},
};
constexpr std::uint32_t kProgramCount = sizeof(kPrograms) / sizeof(kPrograms[0]);

inline int word_index(const char* name) noexcept {
    for (int i = 0; i < model::kWordCount; ++i)
        if (std::strcmp(model::kWords[i], name) == 0) return i;
    return -1;
}

inline int word_or(const char* name, int otherwise) noexcept {
    const int index = word_index(name);
    return index >= 0 ? index : otherwise;
}

}  // namespace semeq

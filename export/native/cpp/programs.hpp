// The factory presets as programs: what a program sets, and words by name.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "parameters.hpp"

namespace semeq {

using Snapshot = std::array<float, kParameterCount>;

// The parameters with a program loaded; bypass and level match stay as they are.
inline Snapshot with_program(const Snapshot& values, int index) noexcept {
    const model::Program& program = model::kPrograms[index];
    Snapshot wanted = values;
    wanted[kSemantic] = float(program.semantic), wanted[kTo] = float(program.to);
    wanted[kMorph] = program.morph, wanted[kIntensity] = program.intensity, wanted[kOutputDb] = program.output_db;
    return wanted;
}

inline int word_index(const char* name) noexcept {
    for (int i = 0; i < model::kWordCount; ++i)
        if (std::strcmp(model::kWords[i], name) == 0) return i;
    return -1;
}

}  // namespace semeq

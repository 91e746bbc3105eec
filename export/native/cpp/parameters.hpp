// The parameters by index, which is how sessions know them: new ones come last; with the bounds and defaults that hosts are told.
#pragma once

#include <cstdint>

#include "model.hpp"

namespace semeq {

enum ParameterIndex : std::uint32_t { kSemantic, kTo, kMorph, kIntensity, kOutputDb, kBypass, kLevelMatch, kParameterCount };

constexpr float kLow[kParameterCount] = {0, 0, 0, 0, -24, 0, 0};
constexpr float kHigh[kParameterCount] = {model::kWordCount - 1, model::kWordCount - 1, 1, 2, 24, 1, 1};
constexpr float kDefaults[kParameterCount] = {float(model::kDefaultSemantic), float(model::kDefaultTo), 0, 1, 0, 0, 0};

}  // namespace semeq

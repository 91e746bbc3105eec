// What DPF writes as a plugin's state, and how to tell it from what is none.
#pragma once

#include <cstddef>
#include <string>

namespace semeq {

constexpr std::size_t kMostStateBytes = 1u << 20;

// As DPF writes it: from the program to the mark at the end.
inline bool is_state(const std::string& bytes) {
    constexpr const char kBegin[] = "__dpf_program__";
    return bytes.compare(0, sizeof kBegin, kBegin, sizeof kBegin) == 0 && bytes.find('\xfe') != std::string::npos;
}

}  // namespace semeq

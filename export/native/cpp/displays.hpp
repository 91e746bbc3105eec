// Values as people read them: "57 %", "+1.5 dB", "on". DPF 1.6 prints bare numbers; hosts are given these instead. LV2 has
// no such text: there the host prints the number, with the unit of the parameter.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "parameters.hpp"

namespace semeq {

// Whether a parameter has a text of its own: words are shown by name anyway.
inline bool has_text(std::uint32_t index) noexcept { return index >= kMorph && index < kParameterCount; }

inline void print_value(std::uint32_t index, double value, char* text, std::size_t size) noexcept {
    if (index >= kBypass) {
        std::snprintf(text, size, "%s", value > 0.5 ? "on" : "off");
        return;
    }
    const bool level = index == kOutputDb;
    const double shown = std::round((level ? value : 100 * value) * 10) / 10 + 0.0;  // + 0.0: no "-0"
    // In whole numbers, by hand: a host's locale may write decimals with a comma.
    const long tenths = std::lround(std::abs(shown) * 10);
    const char* const sign = shown < 0 ? "-" : level && shown > 0 ? "+" : "";
    const char* const unit = level ? "dB" : "%";
    if (tenths % 10 == 0)
        std::snprintf(text, size, "%s%ld %s", sign, tenths / 10, unit);
    else
        std::snprintf(text, size, "%s%ld.%ld %s", sign, tenths / 10, tenths % 10, unit);
}

// The value that a text stands for, with or without its unit. False: it is none.
inline bool read_value(std::uint32_t index, const char* text, double& value) noexcept {
    if (index >= kBypass && (std::strcmp(text, "on") == 0 || std::strcmp(text, "off") == 0)) {
        value = text[1] == 'n';
        return true;
    }
    while (*text == ' ') ++text;
    const bool negative = *text == '-';
    if (*text == '-' || *text == '+') ++text;
    const char* const first = text;
    double number = 0, place = 1;
    for (; *text >= '0' && *text <= '9'; ++text) number = 10 * number + (*text - '0');
    if (*text == '.' || *text == ',')
        for (++text; *text >= '0' && *text <= '9'; ++text) number += (*text - '0') * (place /= 10);
    if (text == first) return false;
    if (negative) number = -number;
    value = index == kMorph || index == kIntensity ? number / 100 : number;
    value = std::fmin(std::fmax(value, kLow[index]), kHigh[index]);
    return true;
}

}  // namespace semeq

#if defined(DISTRHO_PLUGIN_TARGET_CLAP)

namespace semeq::clap_displays {

inline const void*(CLAP_ABI* extension_of_dpf)(const clap_plugin_t*, const char*) = nullptr;
inline clap_plugin_params_t params_of_dpf, params;

inline bool CLAP_ABI value_to_text(const clap_plugin_t* plugin, clap_id id, double value, char* text, std::uint32_t size) {
    if (id >= kParameterCount) return false;
    if (!has_text(id)) return params_of_dpf.value_to_text(plugin, id, value, text, size);
    print_value(id, value, text, size);
    return true;
}

inline bool CLAP_ABI text_to_value(const clap_plugin_t* plugin, clap_id id, const char* text, double* value) {
    if (id >= kParameterCount) return false;
    return has_text(id) ? read_value(id, text, *value) : params_of_dpf.text_to_value(plugin, id, text, value);
}

inline const void* CLAP_ABI extension(const clap_plugin_t* plugin, const char* id) {
    const void* const found = extension_of_dpf(plugin, id);
    if (found == nullptr || std::strcmp(id, CLAP_EXT_PARAMS) != 0) return found;
    params = params_of_dpf = *static_cast<const clap_plugin_params_t*>(found);
    params.value_to_text = value_to_text;
    params.text_to_value = text_to_value;
    return &params;
}

// Of a plugin that was just made: DPF makes one table for each.
inline void apply(const clap_plugin_t* plugin) {
    extension_of_dpf = plugin->get_extension;
    const_cast<clap_plugin_t*>(plugin)->get_extension = extension;
}

}  // namespace semeq::clap_displays

#elif defined(DISTRHO_PLUGIN_TARGET_VST3)

namespace semeq::vst3_displays {

USE_NAMESPACE_DISTRHO

constexpr v3_param_id kFirst = kVst3InternalParameterCount;

inline v3_result V3_API string_for_value(void* self, v3_param_id id, double normalised, v3_str_128 output) {
    if (id < kFirst || !has_text(id - kFirst)) return dpf_edit_controller::get_parameter_string_for_value(self, id, normalised, output);
    const std::uint32_t index = id - kFirst;
    char text[32];
    print_value(index, kLow[index] + normalised * (kHigh[index] - kLow[index]), text, sizeof text);
    // The output has a unit of its own in VST3, which hosts write behind the text.
    if (index == kOutputDb) *std::strchr(text, ' ') = 0;
    for (std::size_t i = 0; i == 0 || text[i - 1] != 0; ++i) output[i] = text[i];
    return V3_OK;
}

inline v3_result V3_API value_for_string(void* self, v3_param_id id, int16_t* input, double* output) {
    if (id < kFirst || !has_text(id - kFirst)) return dpf_edit_controller::get_parameter_value_for_string(self, id, input, output);
    const std::uint32_t index = id - kFirst;
    char text[32] = {};
    for (std::size_t i = 0; i + 1 < sizeof text && input[i] != 0; ++i) text[i] = input[i] < 128 ? char(input[i]) : '?';
    double value;
    if (!read_value(index, text, value)) return V3_INVALID_ARG;
    *output = (value - kLow[index]) / (kHigh[index] - kLow[index]);
    return V3_OK;
}

inline void apply(dpf_edit_controller& controller) {
    controller.ctrl.get_parameter_string_for_value = string_for_value;
    controller.ctrl.get_parameter_value_for_string = value_for_string;
}

}  // namespace semeq::vst3_displays

#endif

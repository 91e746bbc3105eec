// CLAP hosts are told of parameters that a MIDI controller turned, so that their knobs and recordings follow. DPF 1.6 tells
// them only what the window changes. Runs in the audio thread: nothing allocates.
#pragma once

#if defined(DISTRHO_PLUGIN_TARGET_CLAP)

#include "event_frames.hpp"

namespace semeq::clap_told {

inline clap_frames::Process process_inside = nullptr;
inline bool(CLAP_ABI* value_of)(const clap_plugin_t*, clap_id, double*) = nullptr;

inline clap_process_status CLAP_ABI process(const clap_plugin_t* plugin, const clap_process_t* block) {
    const clap_input_events_t* const events = block->in_events;
    const std::uint32_t count = events == nullptr || block->out_events == nullptr ? 0 : events->size(events);
    double known[kParameterCount];  // what the host knows: the value before, or the one that it sent last
    bool midi = false;
    std::uint32_t time = 0;
    for (std::uint32_t i = 0; i < kParameterCount && count > 0; ++i) value_of(plugin, i, &known[i]);
    for (std::uint32_t i = 0; i < count; ++i) {
        const clap_event_header_t* const event = events->get(events, i);
        if (event->space_id != CLAP_CORE_EVENT_SPACE_ID) continue;
        if (event->type == CLAP_EVENT_MIDI) midi = true, time = event->time;
        if (event->type != CLAP_EVENT_PARAM_VALUE) continue;
        const auto* const change = reinterpret_cast<const clap_event_param_value_t*>(event);
        if (change->param_id < kParameterCount) known[change->param_id] = change->value;
    }
    const clap_process_status status = process_inside(plugin, block);
    for (std::uint32_t i = 0; i < kParameterCount && midi; ++i) {
        double now;
        if (!value_of(plugin, i, &now) || std::abs(now - known[i]) < 1e-6) continue;
        const clap_event_param_value_t told{{sizeof told, time, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_VALUE, 0}, i, nullptr, -1, -1, -1, -1, now};
        block->out_events->try_push(block->out_events, &told.header);
    }
    return status;
}

// Of a plugin that was just made.
inline void apply(const clap_plugin_t* plugin) {
    value_of = static_cast<const clap_plugin_params_t*>(plugin->get_extension(plugin, CLAP_EXT_PARAMS))->get_value;
    process_inside = plugin->process;
    const_cast<clap_plugin_t*>(plugin)->process = process;
}

}  // namespace semeq::clap_told

#endif

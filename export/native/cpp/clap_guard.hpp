// What a CLAP host may do and DPF 1.6 takes amiss: events of other name spaces or of parameters that there are not,
// streams that take or give a part at a time, a state that is none. clap-validator asks for each of these.
#pragma once

#if defined(DISTRHO_PLUGIN_TARGET_CLAP)

#include <string>

#include "event_frames.hpp"
#include "saved_state.hpp"

namespace semeq::clap_guard {

// The host's events without those that are not for us. Lives on the stack of the audio thread.
struct OwnEvents {
    static constexpr std::uint32_t kMost = clap_frames::kMostEvents;

    explicit OwnEvents(const clap_input_events_t* host) : all(host) {
        const std::uint32_t there = host == nullptr ? 0 : host->size(host);
        for (std::uint32_t i = 0; i < there; ++i)
            if (!ours(host->get(host, i)))
                whole = false;
            else if (count < kMost)
                places[count++] = i;
        whole = whole && (count == there || there > kMost);
    }

    // The host's own list where nothing is left out.
    const clap_input_events_t* list() const noexcept { return whole ? all : &as_clap; }

    static bool ours(const clap_event_header_t* event) noexcept {
        if (event == nullptr || event->space_id != CLAP_CORE_EVENT_SPACE_ID) return false;
        if (event->type == CLAP_EVENT_PARAM_VALUE)
            return event->size == sizeof(clap_event_param_value_t) &&
                   reinterpret_cast<const clap_event_param_value_t*>(event)->param_id < kParameterCount;
        return event->type == CLAP_EVENT_MIDI && event->size == sizeof(clap_event_midi_t);
    }

    static std::uint32_t CLAP_ABI size(const clap_input_events_t* list) {
        return static_cast<const OwnEvents*>(list->ctx)->count;
    }
    static const clap_event_header_t* CLAP_ABI get(const clap_input_events_t* list, std::uint32_t index) {
        const auto& self = *static_cast<const OwnEvents*>(list->ctx);
        return index < self.count ? self.all->get(self.all, self.places[index]) : nullptr;
    }

    clap_input_events_t as_clap{this, size, get};
    const clap_input_events_t* all;
    std::uint32_t places[kMost], count = 0;
    bool whole = true;
};

inline clap_frames::Process process_inside = nullptr;
inline const void*(CLAP_ABI* extension_inside)(const clap_plugin_t*, const char*) = nullptr;
inline clap_plugin_params_t params_inside, params;
inline clap_plugin_state_t state_inside;

inline clap_process_status CLAP_ABI process(const clap_plugin_t* plugin, const clap_process_t* block) {
    const OwnEvents events(block->in_events);
    clap_process_t guarded = *block;
    guarded.in_events = events.list();
    return process_inside(plugin, &guarded);
}

inline void CLAP_ABI flush(const clap_plugin_t* plugin, const clap_input_events_t* in, const clap_output_events_t* out) {
    const OwnEvents events(in);
    params_inside.flush(plugin, events.list(), out);
}

inline std::int64_t CLAP_ABI append(const clap_ostream_t* stream, const void* bytes, std::uint64_t size) {
    static_cast<std::string*>(stream->ctx)->append(static_cast<const char*>(bytes), std::size_t(size));
    return std::int64_t(size);
}

inline bool CLAP_ABI save(const clap_plugin_t* plugin, const clap_ostream_t* stream) {
    std::string bytes;
    const clap_ostream_t whole{&bytes, append};
    if (!state_inside.save(plugin, &whole)) return false;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::int64_t written = stream->write(stream, bytes.data() + at, bytes.size() - at);
        if (written <= 0) return false;
        at += std::size_t(written);
    }
    return true;
}

struct Reader {
    std::string bytes;
    std::size_t at = 0;
};

inline std::int64_t CLAP_ABI take(const clap_istream_t* stream, void* into, std::uint64_t size) {
    auto& reader = *static_cast<Reader*>(stream->ctx);
    const std::size_t part = std::min(std::size_t(size), reader.bytes.size() - reader.at);
    std::memcpy(into, reader.bytes.data() + reader.at, part);
    reader.at += part;
    return std::int64_t(part);
}

inline bool CLAP_ABI load(const clap_plugin_t* plugin, const clap_istream_t* stream) {
    Reader reader;
    char part[512];
    std::int64_t read;
    while ((read = stream->read(stream, part, sizeof part)) > 0 && reader.bytes.size() < kMostStateBytes)
        reader.bytes.append(part, std::size_t(read));
    if (read < 0 || !is_state(reader.bytes)) return false;
    const clap_istream_t whole{&reader, take};
    return state_inside.load(plugin, &whole);
}

inline const clap_plugin_state_t state{save, load};

inline const void* CLAP_ABI extension(const clap_plugin_t* plugin, const char* id) {
    const void* const found = extension_inside(plugin, id);
    if (found == nullptr) return nullptr;
    if (std::strcmp(id, CLAP_EXT_STATE) == 0) return &state;
    return std::strcmp(id, CLAP_EXT_PARAMS) == 0 ? &params : found;
}

// Of a plugin that was just made.
inline void apply(const clap_plugin_t* plugin) {
    auto* const table = const_cast<clap_plugin_t*>(plugin);
    extension_inside = plugin->get_extension;
    process_inside = plugin->process;
    params = params_inside = *static_cast<const clap_plugin_params_t*>(plugin->get_extension(plugin, CLAP_EXT_PARAMS));
    state_inside = *static_cast<const clap_plugin_state_t*>(plugin->get_extension(plugin, CLAP_EXT_STATE));
    params.flush = flush;
    table->process = process;
    table->get_extension = extension;
}

}  // namespace semeq::clap_guard

#endif

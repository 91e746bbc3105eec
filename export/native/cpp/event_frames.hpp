// Parameter changes at their own frames. DPF applies the events of a block at its start (CLAP), or the first and last
// point of each parameter (VST3). What is here stands between the host and DPF and cuts the block into parts, so that a
// change acts where the host put it. It uses the two interfaces only, nothing that is DPF's own; nothing allocates.
#pragma once

#include <algorithm>
#include <cstdint>

#include "channels.hpp"

namespace semeq {

// A part shorter than this would not be ramped in time: the engine's shortest ramp.
constexpr std::uint32_t kShortestPart = 64;
// On the way between two points the parts are about as long, so that a line of the parameter is one of the sound.
constexpr std::uint32_t kLinePart = 64;

}  // namespace semeq

#if defined(DISTRHO_PLUGIN_TARGET_CLAP)

namespace semeq::clap_frames {

using Process = clap_process_status (CLAP_ABI*)(const clap_plugin_t*, const clap_process_t*);
inline Process process_of_dpf = nullptr;
constexpr std::uint32_t kMostEvents = 512;

// The events of a part: some of the host's, their times counted from its start.
struct Events {
    clap_input_events_t as_clap{this, size, get};
    const clap_input_events_t* all = nullptr;
    std::uint32_t first = 0, count = 0, start = 0;
    // The event that was asked for last, with its time changed: DPF looks at one after the other.
    mutable union {
        clap_event_header_t header;
        clap_event_param_value_t value;
        clap_event_midi_t midi;
        clap_event_note_t note;
        unsigned char bytes[128];
    } copy;

    static std::uint32_t CLAP_ABI size(const clap_input_events_t* list) {
        return static_cast<const Events*>(list->ctx)->count;
    }
    static const clap_event_header_t* CLAP_ABI get(const clap_input_events_t* list, std::uint32_t index) {
        const Events& self = *static_cast<const Events*>(list->ctx);
        const clap_event_header_t* const event = self.all->get(self.all, self.first + index);
        if (event == nullptr || event->size > sizeof self.copy) return event;
        std::memcpy(self.copy.bytes, event, event->size);
        self.copy.header.time = event->time > self.start ? event->time - self.start : 0;
        return &self.copy.header;
    }
};

inline clap_process_status process_part(const clap_plugin_t* plugin, const clap_process_t& block, const Events& events,
                                        std::uint32_t from, std::uint32_t to) {
    clap_process_t part = block;
    float *in[kMostChannels], *out[kMostChannels];
    clap_audio_buffer_t source = block.audio_inputs[0], sink = block.audio_outputs[0];
    for (std::uint32_t c = 0; c < source.channel_count; ++c) in[c] = source.data32[c] + from;
    for (std::uint32_t c = 0; c < sink.channel_count; ++c) out[c] = sink.data32[c] + from;
    source.data32 = in, sink.data32 = out;
    part.audio_inputs = &source, part.audio_outputs = &sink;
    part.frames_count = to - from;
    if (part.steady_time >= 0) part.steady_time += from;
    part.in_events = &events.as_clap;
    return process_of_dpf(plugin, &part);
}

inline clap_process_status CLAP_ABI process(const clap_plugin_t* plugin, const clap_process_t* block) {
    const clap_input_events_t* const all = block->in_events;
    const std::uint32_t count = all == nullptr ? 0 : all->size(all), frames = block->frames_count;
    const bool plain = block->audio_inputs_count == 1 && block->audio_outputs_count == 1 &&
                       block->audio_inputs[0].channel_count <= std::uint32_t(kMostChannels) &&
                       block->audio_outputs[0].channel_count <= std::uint32_t(kMostChannels) && block->audio_inputs[0].data32 != nullptr &&
                       block->audio_outputs[0].data32 != nullptr;
    bool inside = false;  // a parameter changes behind the first frame
    for (std::uint32_t i = 0; i < count && !inside; ++i) {
        const clap_event_header_t* const event = all->get(all, i);
        inside = event->type == CLAP_EVENT_PARAM_VALUE && event->time > 0 && event->time < frames;
    }
    if (!plain || !inside || count > kMostEvents) return process_of_dpf(plugin, block);

    clap_process_status status = CLAP_PROCESS_CONTINUE;
    std::uint32_t at = 0, next = 0;
    while (at < frames) {
        // The events up to and with the first parameter change of this part are taken; the part ends at the next one,
        // and the change is done after the engine's shortest ramp.
        Events events;
        events.all = all, events.first = next, events.start = at;
        std::uint32_t end = frames;
        bool changes = false;
        for (; next < count; ++next) {
            const clap_event_header_t* const event = all->get(all, next);
            if (event->type == CLAP_EVENT_PARAM_VALUE) {
                if (event->time > at) {
                    end = std::min(end, event->time);
                    break;
                }
                changes = true;
            }
        }
        if (changes) end = std::min(end, at + kShortestPart);
        // Other events behind the end wait for their part.
        while (next > events.first && all->get(all, next - 1)->time >= end && all->get(all, next - 1)->time > at) --next;
        events.count = next - events.first;
        status = process_part(plugin, *block, events, at, end);
        if (status == CLAP_PROCESS_ERROR) return status;
        at = end;
    }
    return status;
}

// Of a plugin that was just made: DPF makes one table for each.
inline void apply(const clap_plugin_t* plugin) {
    process_of_dpf = plugin->process;
    const_cast<clap_plugin_t*>(plugin)->process = process;
}

}  // namespace semeq::clap_frames

#elif defined(DISTRHO_PLUGIN_TARGET_VST3)

namespace semeq::vst3_frames {

USE_NAMESPACE_DISTRHO

// DPF numbers its own parameters (programs) before the plugin's.
constexpr v3_param_id kFirst = kVst3InternalParameterCount;

// Morph, intensity and output: the parameters whose points the standard joins by lines.
inline bool continuous(v3_param_id id) noexcept { return id >= kFirst + kMorph && id <= kFirst + kOutputDb; }

constexpr int32_t kMost = 16;  // parameters that change in one block: more than there are

// One parameter's value for a part, at its first frame.
struct Queue {
    v3_param_value_queue_cpp* table;
    v3_param_id id;
    double value;

    static v3_param_id V3_API get_id(void* self) { return static_cast<Queue*>(self)->id; }
    static int32_t V3_API get_count(void*) { return 1; }
    static v3_result V3_API get_point(void* self, int32_t, int32_t* offset, double* value) {
        *offset = 0, *value = static_cast<Queue*>(self)->value;
        return V3_OK;
    }
    static v3_result V3_API add_point(void*, int32_t, double, int32_t*) { return V3_NOT_IMPLEMENTED; }
};

struct Changes {
    v3_param_changes_cpp* table;
    int32_t count = 0;
    Queue queues[kMost];

    static int32_t V3_API get_count(void* self) { return static_cast<Changes*>(self)->count; }
    static v3_param_value_queue** V3_API get_data(void* self, int32_t index) {
        return reinterpret_cast<v3_param_value_queue**>(&static_cast<Changes*>(self)->queues[index]);
    }
    static v3_param_value_queue** V3_API add_data(void*, v3_param_id*, int32_t*) { return nullptr; }
};

inline v3_result V3_API no_interface(void*, const v3_tuid, void**) { return V3_NO_INTERFACE; }
inline uint32_t V3_API keep(void*) { return 1; }

template <class Table>
Table with_unknown() {
    Table table{};
    table.query_interface = no_interface;
    table.ref = table.unref = keep;
    return table;
}

inline v3_param_value_queue_cpp& queue_table() {
    static v3_param_value_queue_cpp table = [] {
        auto made = with_unknown<v3_param_value_queue_cpp>();
        made.queue = {Queue::get_id, Queue::get_count, Queue::get_point, Queue::add_point};
        return made;
    }();
    return table;
}

inline v3_param_changes_cpp& changes_table() {
    static v3_param_changes_cpp table = [] {
        auto made = with_unknown<v3_param_changes_cpp>();
        made.changes = {Changes::get_count, Changes::get_data, Changes::add_data};
        return made;
    }();
    return table;
}

// The host's points of one parameter, walked from left to right.
struct Line {
    v3_param_value_queue** queue;
    v3_param_id id;
    int32_t points, next = 0, offset = 0;  // `offset` of the point behind us; 0 and the last value before the first one
    double value;

    bool point(int32_t index, int32_t& where, double& what) const {
        return index < points && v3_cpp_obj(queue)->get_point(queue, index, &where, &what) == V3_OK;
    }
    bool sound() const {
        int32_t where;
        double what;
        for (int32_t i = 0; i < points; ++i)
            if (!point(i, where, what) || !(what >= 0 && what <= 1)) return false;
        return true;
    }
    // Take the points at or before a frame.
    void pass(int32_t frame) {
        int32_t where;
        double what;
        while (point(next, where, what) && where <= frame) offset = where, value = what, ++next;
    }
    // The value at a frame behind the points that were passed: on the line to the next one, or where the last one left it.
    double at(int32_t frame) const {
        int32_t where;
        double what;
        if (!continuous(id) || !point(next, where, what) || where <= offset) return value;
        return value + (what - value) * double(frame - offset) / double(where - offset);
    }
};

inline v3_result process_part(void* self, const v3_process_data& block, Changes& changes, int32_t from, int32_t to) {
    v3_process_data part = block;
    float *in[2], *out[2];
    v3_audio_bus_buffers source = block.inputs[0], sink = block.outputs[0];
    for (int32_t c = 0; c < source.num_channels; ++c) in[c] = source.channel_buffers_32[c] + from;
    for (int32_t c = 0; c < sink.num_channels; ++c) out[c] = sink.channel_buffers_32[c] + from;
    source.channel_buffers_32 = in, sink.channel_buffers_32 = out;
    part.inputs = &source, part.outputs = &sink;
    part.nframes = to - from;
    part.input_params = changes.count > 0 ? reinterpret_cast<v3_param_changes**>(&changes) : nullptr;
    return vst3_channels::process(self, part);
}

inline v3_result V3_API process(void* self, v3_process_data* block) {
    PluginVst3* const plugin = (*static_cast<dpf_audio_processor**>(self))->vst3;
    if (plugin == nullptr) return V3_NOT_INITIALIZED;
    HostSide& side = host_side(plugin->getInstancePointer());
    if (side.longest == 0) return V3_NOT_INITIALIZED;
    side.values.block_begins();
    v3_param_changes** const given = block->input_params;
    const int32_t count = given == nullptr ? 0 : v3_cpp_obj(given)->get_param_count(given);
    const bool plain = block->nframes > 0 && block->inputs != nullptr && block->outputs != nullptr &&
                       block->inputs->num_channels <= 2 && block->outputs->num_channels <= 2 &&
                       block->symbolic_sample_size == V3_SAMPLE_32;
    Line lines[kMost];
    int32_t used = 0;
    bool inside = false, sound = true;  // a point lies behind the first frame; all are of our parameters and from 0 to 1
    for (int32_t i = 0; i < count && plain; ++i) {
        v3_param_value_queue** const queue = v3_cpp_obj(given)->get_param_data(given, i);
        if (queue == nullptr) continue;
        const v3_param_id id = v3_cpp_obj(queue)->get_param_id(queue);
        const int32_t points = v3_cpp_obj(queue)->get_point_count(queue);
        if (points <= 0 || used == kMost) continue;
        const bool ours = id < kFirst + kParameterCount;
        lines[used] = {queue, id, points, 0, 0, ours ? plugin->getParameterNormalized(id) : 0};
        if (!ours || !lines[used].sound()) {
            sound = false;
            continue;
        }
        int32_t where;
        double what;
        inside = inside || (lines[used].point(points - 1, where, what) && where > 0);
        ++used;
    }
    // DPF has memory for as many frames as the host promised: a longer block is cut too.
    const bool fits = block->nframes <= side.longest;
    if (!plain && !fits) return V3_INVALID_ARG;
    if (!inside && fits && sound) return vst3_channels::process(self, *block);

    int32_t from = 0;
    while (from < block->nframes) {
        int32_t to = std::min(block->nframes, from + side.longest);
        bool moving = false;
        for (int32_t i = 0; i < used; ++i) {
            lines[i].pass(from);
            int32_t where;
            double what;
            if (!lines[i].point(lines[i].next, where, what)) continue;
            to = std::min(to, std::max(where, from + 1));
            moving = moving || (continuous(lines[i].id) && what != lines[i].value);
        }
        // A line is followed in parts; what would be too short for a ramp goes with the part before.
        if (moving && to - from >= int32_t(2 * kLinePart)) to = from + int32_t(kLinePart);
        Changes changes{&changes_table(), 0, {}};
        for (int32_t i = 0; i < used; ++i)
            changes.queues[changes.count++] = {&queue_table(), lines[i].id, lines[i].at(to)};
        const v3_result result = process_part(self, *block, changes, from, to);
        if (result != V3_OK) return result;
        from = to;
    }
    return V3_OK;
}

inline void apply(dpf_audio_processor& processor) {
    queue_table(), changes_table();  // not in the audio thread: they are made at the first call
    processor.proc.process = process;
}

}  // namespace semeq::vst3_frames

#endif

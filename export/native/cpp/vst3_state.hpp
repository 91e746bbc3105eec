// What a VST3 host saves, loads and asks of the edit controller where DPF 1.6 takes it amiss: values that were set there and
// not yet sent with audio are part of the state; streams take and give a part at a time; a state that is none changes nothing.
#pragma once

#if defined(DISTRHO_PLUGIN_TARGET_VST3)

#include <algorithm>
#include <cmath>
#include <cstring>

#include "event_frames.hpp"
#include "saved_state.hpp"

namespace semeq::vst3_state {

USE_NAMESPACE_DISTRHO

constexpr v3_param_id kFirst = kVst3InternalParameterCount;

inline v3_result V3_API set_parameter(void* self, v3_param_id id, double normalised) {
    HostSide* const side = vst3_channels::side_of<dpf_edit_controller>(self);
    if (side == nullptr) return V3_NOT_INITIALIZED;
    if (!(normalised >= 0 && normalised <= 1) || id >= kFirst + kParameterCount) return V3_INVALID_ARG;
    if (id == kVst3InternalParameterLatency) return V3_FALSE;  // is told, not set
    if (id < kFirst) return dpf_edit_controller::set_parameter_normalised(self, id, normalised);
    // What the controller has already is no change: a host that loads a session with other numbers of words gives back the
    // number that it read there, and means the word that the session has by name.
    constexpr double kNear = 1e-7;
    if (std::abs(dpf_edit_controller::get_parameter_normalised(self, id) - normalised) < kNear)
        side->values.forget(id - kFirst);
    else
        side->values.set(id - kFirst, float(dpf_edit_controller::normalised_parameter_to_plain(self, id, normalised)));
    return V3_OK;
}

inline double V3_API get_parameter(void* self, v3_param_id id) {
    const HostSide* const side = vst3_channels::side_of<dpf_edit_controller>(self);
    float value;
    if (side == nullptr || id >= kFirst + kParameterCount) return 0;
    if (id < kFirst || !side->values.get(id - kFirst, value)) return dpf_edit_controller::get_parameter_normalised(self, id);
    return dpf_edit_controller::plain_parameter_to_normalised(self, id, value);
}

// Bytes as a stream that takes and gives everything at once.
struct StreamTable : v3_funknown {
    v3_bstream stream;
};
struct Memory {
    StreamTable* table;
    std::string bytes;
    std::size_t at = 0;

    static v3_result V3_API read(void* self, void* into, int32_t size, int32_t* done) {
        auto& memory = *static_cast<Memory*>(self);
        const std::size_t part = std::min(std::size_t(std::max(size, 0)), memory.bytes.size() - memory.at);
        std::memcpy(into, memory.bytes.data() + memory.at, part);
        memory.at += part;
        *done = int32_t(part);
        return V3_OK;
    }
    static v3_result V3_API write(void* self, void* from, int32_t size, int32_t* done) {
        static_cast<Memory*>(self)->bytes.append(static_cast<const char*>(from), std::size_t(std::max(size, 0)));
        *done = size;
        return V3_OK;
    }
    static v3_result V3_API seek(void*, int64_t, int32_t, int64_t*) { return V3_NOT_IMPLEMENTED; }
    static v3_result V3_API tell(void*, int64_t*) { return V3_NOT_IMPLEMENTED; }

    v3_bstream** as_stream() { return reinterpret_cast<v3_bstream**>(this); }
};

inline StreamTable& memory_table() {
    static StreamTable table = [] {
        auto made = vst3_frames::with_unknown<StreamTable>();
        made.stream = {Memory::read, Memory::write, Memory::seek, Memory::tell};
        return made;
    }();
    return table;
}

inline v3_result V3_API get_state(void* self, v3_bstream** stream) {
    HostSide* const side = vst3_channels::side_of<dpf_component>(self);
    if (side == nullptr) return V3_NOT_INITIALIZED;
    Memory memory{&memory_table(), {}};
    side->saving.store(std::this_thread::get_id(), std::memory_order_relaxed);
    const v3_result result = dpf_component::get_state(self, memory.as_stream());
    side->saving.store({}, std::memory_order_relaxed);
    if (result != V3_OK) return result;
    for (std::size_t at = 0; at < memory.bytes.size();) {
        int32_t written = 0;
        if (v3_cpp_obj(stream)->write(stream, &memory.bytes[at], int32_t(memory.bytes.size() - at), &written) != V3_OK || written <= 0)
            return V3_INTERNAL_ERR;
        at += std::size_t(written);
    }
    return V3_OK;
}

inline v3_result V3_API set_state(void* self, v3_bstream** stream) {
    Memory memory{&memory_table(), {}};
    char part[512];
    int32_t read = 0;
    while (v3_cpp_obj(stream)->read(stream, part, sizeof part, &read) == V3_OK && read > 0 && memory.bytes.size() < kMostStateBytes)
        memory.bytes.append(part, std::size_t(read));
    if (!is_state(memory.bytes)) return V3_FALSE;
    return dpf_component::set_state(self, memory.as_stream());
}

inline void apply(dpf_component& component) {
    component.comp.get_state = get_state;
    component.comp.set_state = set_state;
}
inline void apply(dpf_edit_controller& controller) {
    controller.ctrl.set_parameter_normalised = set_parameter;
    controller.ctrl.get_parameter_normalised = get_parameter;
}

}  // namespace semeq::vst3_state

#endif

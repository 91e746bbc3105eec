// One plugin for stereo and mono. DPF 1.6 knows one number of channels for each plugin; what is here stands between it and
// the host, tells the host of both, and gives DPF a null pointer for the second channel where there is none.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "host_side.hpp"

#if defined(DISTRHO_PLUGIN_TARGET_CLAP)

// The extension of CLAP 1.0 (free-audio/clap, MIT), which DPF's copy of the headers lacks.
constexpr const char* CLAP_EXT_AUDIO_PORTS_CONFIG = "clap.audio-ports-config";
struct clap_audio_ports_config_t {
    clap_id id;
    char name[CLAP_NAME_SIZE];
    std::uint32_t input_port_count, output_port_count;
    bool has_main_input;
    std::uint32_t main_input_channel_count;
    const char* main_input_port_type;
    bool has_main_output;
    std::uint32_t main_output_channel_count;
    const char* main_output_port_type;
};
struct clap_plugin_audio_ports_config_t {
    std::uint32_t(CLAP_ABI* count)(const clap_plugin_t*);
    bool(CLAP_ABI* get)(const clap_plugin_t*, std::uint32_t index, clap_audio_ports_config_t*);
    bool(CLAP_ABI* select)(const clap_plugin_t*, clap_id config);
};

namespace semeq::clap_channels {

// DPF's table with what we know of the instance behind it. DPF takes the table from malloc and gives it to free.
struct Instance {
    clap_plugin_t table;
    std::uint32_t channels;
    bool active;
};

inline Instance& of(const clap_plugin_t* plugin) noexcept {
    return *reinterpret_cast<Instance*>(const_cast<clap_plugin_t*>(plugin));
}

inline bool(CLAP_ABI* activate_of_dpf)(const clap_plugin_t*, double, std::uint32_t, std::uint32_t) = nullptr;
inline void(CLAP_ABI* deactivate_of_dpf)(const clap_plugin_t*) = nullptr;
inline clap_process_status(CLAP_ABI* process_of_dpf)(const clap_plugin_t*, const clap_process_t*) = nullptr;
inline const void*(CLAP_ABI* extension_of_dpf)(const clap_plugin_t*, const char*) = nullptr;

inline bool CLAP_ABI activate(const clap_plugin_t* plugin, double rate, std::uint32_t least, std::uint32_t most) {
    return of(plugin).active = activate_of_dpf(plugin, rate, least, most);
}
inline void CLAP_ABI deactivate(const clap_plugin_t* plugin) {
    of(plugin).active = false;
    deactivate_of_dpf(plugin);
}

inline clap_process_status CLAP_ABI process(const clap_plugin_t* plugin, const clap_process_t* block) {
    if (block->frames_count == 0) return process_of_dpf(plugin, block);  // events alone
    const std::uint32_t channels = of(plugin).channels;
    for (const bool input : {true, false}) {
        const clap_audio_buffer_t* const port = input ? block->audio_inputs : block->audio_outputs;
        const std::uint32_t count = input ? block->audio_inputs_count : block->audio_outputs_count;
        if (count != 1 || port->channel_count != channels || port->data32 == nullptr) return CLAP_PROCESS_ERROR;
    }
    if (channels == 2) return process_of_dpf(plugin, block);
    float *in[] = {block->audio_inputs->data32[0], nullptr}, *out[] = {block->audio_outputs->data32[0], nullptr};
    clap_audio_buffer_t source = *block->audio_inputs, sink = *block->audio_outputs;
    source.data32 = in, sink.data32 = out;
    source.channel_count = sink.channel_count = 2;
    clap_process_t both = *block;
    both.audio_inputs = &source, both.audio_outputs = &sink;
    return process_of_dpf(plugin, &both);
}

inline const char* port_type(std::uint32_t channels) noexcept { return channels == 1 ? CLAP_PORT_MONO : CLAP_PORT_STEREO; }

inline clap_plugin_audio_ports_t ports_of_dpf, ports;

inline bool CLAP_ABI port(const clap_plugin_t* plugin, std::uint32_t index, bool input, clap_audio_port_info_t* info) {
    if (!ports_of_dpf.get(plugin, index, input, info)) return false;
    info->channel_count = of(plugin).channels;
    info->port_type = port_type(info->channel_count);
    return true;
}

inline std::uint32_t CLAP_ABI config_count(const clap_plugin_t*) { return 2; }

// Stereo, which is what a plugin begins with, and mono; the id is the number of channels.
inline bool CLAP_ABI config(const clap_plugin_t*, std::uint32_t index, clap_audio_ports_config_t* info) {
    if (index > 1) return false;
    const std::uint32_t channels = 2 - index;
    *info = {channels, {}, 1, 1, true, channels, port_type(channels), true, channels, port_type(channels)};
    std::strcpy(info->name, channels == 1 ? "Mono" : "Stereo");
    return true;
}

inline bool CLAP_ABI select(const clap_plugin_t* plugin, clap_id id) {
    if (of(plugin).active || (id != 1 && id != 2)) return false;
    of(plugin).channels = id;
    return true;
}

inline const clap_plugin_audio_ports_config_t configs{config_count, config, select};

inline const void* CLAP_ABI extension(const clap_plugin_t* plugin, const char* id) {
    if (std::strcmp(id, CLAP_EXT_AUDIO_PORTS_CONFIG) == 0) return &configs;
    return std::strcmp(id, CLAP_EXT_AUDIO_PORTS) == 0 ? &ports : extension_of_dpf(plugin, id);
}

// A plugin that was just made, with room for what is known of it. Null: there is no memory.
inline const clap_plugin_t* apply(const clap_plugin_t* plugin) {
    auto* const instance = static_cast<Instance*>(std::realloc(const_cast<clap_plugin_t*>(plugin), sizeof(Instance)));
    if (instance == nullptr) {
        plugin->destroy(plugin);
        return nullptr;
    }
    instance->channels = 2;
    instance->active = false;
    clap_plugin_t& table = instance->table;
    ports = ports_of_dpf = *static_cast<const clap_plugin_audio_ports_t*>(table.get_extension(&table, CLAP_EXT_AUDIO_PORTS));
    ports.get = port;
    activate_of_dpf = table.activate, table.activate = activate;
    deactivate_of_dpf = table.deactivate, table.deactivate = deactivate;
    process_of_dpf = table.process, table.process = process;
    extension_of_dpf = table.get_extension, table.get_extension = extension;
    return &table;
}

}  // namespace semeq::clap_channels

#elif defined(DISTRHO_PLUGIN_TARGET_VST3)

namespace semeq::vst3_channels {

USE_NAMESPACE_DISTRHO

constexpr v3_speaker_arrangement kMono = V3_SPEAKER_M, kStereo = V3_SPEAKER_L | V3_SPEAKER_R;

// What is known of the instance behind a processor or a component; null: it is not initialised.
template <class Interface>
HostSide* side_of(void* self) {
    PluginVst3* const plugin = (*static_cast<Interface**>(self))->vst3;
    return plugin == nullptr ? nullptr : &host_side(plugin->getInstancePointer());
}

inline v3_result V3_API set_bus_arrangements(void* self, v3_speaker_arrangement* inputs, int32_t input_count,
                                             v3_speaker_arrangement* outputs, int32_t output_count) {
    HostSide* const side = side_of<dpf_audio_processor>(self);
    if (side == nullptr) return V3_NOT_INITIALIZED;
    if (side->active || input_count != 1 || output_count != 1 || *inputs != *outputs) return V3_FALSE;
    if (*inputs != kMono && *inputs != kStereo) return V3_FALSE;
    side->channels = *inputs == kMono ? 1 : 2;
    return V3_OK;
}

inline v3_result V3_API get_bus_arrangement(void* self, int32_t direction, int32_t index, v3_speaker_arrangement* found) {
    const HostSide* const side = side_of<dpf_audio_processor>(self);
    if (side == nullptr) return V3_NOT_INITIALIZED;
    if ((direction != V3_INPUT && direction != V3_OUTPUT) || index != 0 || found == nullptr) return V3_INVALID_ARG;
    *found = side->channels == 1 ? kMono : kStereo;
    return V3_OK;
}

inline v3_result V3_API get_bus_info(void* self, int32_t media, int32_t direction, int32_t index, v3_bus_info* info) {
    const HostSide* const side = side_of<dpf_component>(self);
    if (side == nullptr) return V3_NOT_INITIALIZED;
    if (media != V3_AUDIO || index != 0) return V3_INVALID_ARG;  // there is nothing else
    const v3_result result = dpf_component::get_bus_info(self, media, direction, index, info);
    if (result == V3_OK) info->channel_count = side->channels;
    return result;
}

inline v3_result V3_API set_active(void* self, v3_bool active) {
    HostSide* const side = side_of<dpf_component>(self);
    if (side == nullptr) return V3_NOT_INITIALIZED;
    if (side->active == bool(active)) return V3_OK;
    side->active = active;
    return dpf_component::set_active(self, active);
}

inline v3_result V3_API setup_processing(void* self, v3_process_setup* setup) {
    HostSide* const side = side_of<dpf_audio_processor>(self);
    if (side == nullptr) return V3_NOT_INITIALIZED;
    if (setup->symbolic_sample_size != V3_SAMPLE_32 || setup->max_block_size <= 0) return V3_INVALID_ARG;
    side->longest = setup->max_block_size;
    return dpf_audio_processor::setup_processing(self, setup);
}

// A block with one channel; where even that is missing, DPF has silence in its place.
inline v3_result process(void* self, v3_process_data& block) {
    const auto there = [](const v3_audio_bus_buffers* bus) {
        return bus != nullptr && bus->num_channels > 0 && bus->channel_buffers_32 != nullptr;
    };
    if (side_of<dpf_audio_processor>(self)->channels == 2 || !there(block.inputs) || !there(block.outputs))
        return dpf_audio_processor::process(self, &block);
    float *in[] = {block.inputs->channel_buffers_32[0], nullptr}, *out[] = {block.outputs->channel_buffers_32[0], nullptr};
    v3_audio_bus_buffers source = *block.inputs, sink = *block.outputs;
    source.channel_buffers_32 = in, sink.channel_buffers_32 = out;
    source.num_channels = sink.num_channels = 2;
    v3_process_data both = block;
    both.inputs = &source, both.outputs = &sink;
    return dpf_audio_processor::process(self, &both);
}

inline void apply(dpf_audio_processor& processor) {
    processor.proc.set_bus_arrangements = set_bus_arrangements;
    processor.proc.get_bus_arrangement = get_bus_arrangement;
    processor.proc.setup_processing = setup_processing;
}
inline void apply(dpf_component& component) {
    component.comp.get_bus_info = get_bus_info;
    component.comp.set_active = set_active;
}

}  // namespace semeq::vst3_channels

#endif

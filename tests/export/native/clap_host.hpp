// A CLAP plugin in a host, for the programs of the tests; its process() runs among traps (traps.hpp).
#pragma once

#ifdef _WIN32
#define NO_TRAP
#include <windows.h>
#define RTLD_NOW 0
#define RTLD_LOCAL 0
inline void* dlopen(const char* file, int) { return reinterpret_cast<void*>(LoadLibraryA(file)); }
inline const char* dlerror() { return "the module does not load"; }
inline void* dlsym(void* library, const char* name) { return reinterpret_cast<void*>(GetProcAddress(HMODULE(library), name)); }
inline void dlclose(void* library) { FreeLibrary(HMODULE(library)); }
#else
#include <dlfcn.h>
#endif

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "clap/entry.h"
#include "clap/ext/audio-ports.h"
#include "clap/ext/latency.h"
#include "clap/ext/params.h"
#include "clap/ext/state.h"
#include "clap/plugin-factory.h"
#include "traps.hpp"

// clap.audio-ports-config as of CLAP 1.0: DPF's copy of the headers, which these programs use, lacks it.
struct PortsConfig {
    clap_id id;
    char name[CLAP_NAME_SIZE];
    std::uint32_t inputs, outputs;
    bool has_input;
    std::uint32_t input_channels;
    const char* input_type;
    bool has_output;
    std::uint32_t output_channels;
    const char* output_type;
};
struct PortsConfigs {
    std::uint32_t(CLAP_ABI* count)(const clap_plugin_t*);
    bool(CLAP_ABI* get)(const clap_plugin_t*, std::uint32_t, PortsConfig*);
    bool(CLAP_ABI* select)(const clap_plugin_t*, clap_id);
};

namespace {

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "clap_host: %s\n", what.c_str());
    std::exit(1);
}

const void* no_extension(const clap_host*, const char*) { return nullptr; }
void no_request(const clap_host*) {}
const clap_host_t kHost{CLAP_VERSION, nullptr, "semeq tests", "semeq", "", "1", no_extension, no_request, no_request, no_request};

union Event {
    clap_event_header_t header;
    clap_event_param_value_t value;
    clap_event_midi_t midi;
};

Event parameter_event(std::uint32_t frame, clap_id id, double value) {
    Event e{};
    e.value.header = {sizeof(e.value), frame, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_VALUE, 0};
    e.value.param_id = id;
    e.value.note_id = e.value.port_index = e.value.channel = e.value.key = -1;
    e.value.value = value;
    return e;
}

Event controller_event(std::uint32_t frame, int number, int value) {
    Event e{};
    e.midi.header = {sizeof(e.midi), frame, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_MIDI, 0};
    e.midi.port_index = 0;
    e.midi.data[0] = 0xb0, e.midi.data[1] = std::uint8_t(number), e.midi.data[2] = std::uint8_t(value);
    return e;
}

struct Events {
    std::vector<Event> list;
    clap_input_events_t in{this, [](const clap_input_events* self) { return std::uint32_t(of(self).size()); },
                           [](const clap_input_events* self, std::uint32_t i) -> const clap_event_header_t* { return &of(self)[i].header; }};
    // What the plugin says: parameters only, as many as there is room for.
    std::vector<Event> told = [] { std::vector<Event> room; room.reserve(64); return room; }();
    clap_output_events_t out{&told, [](const clap_output_events* self, const clap_event_header_t* event) {
                                 auto& told = *static_cast<std::vector<Event>*>(self->ctx);
                                 if (event->type != CLAP_EVENT_PARAM_VALUE || told.size() == told.capacity()) return false;
                                 Event copy;
                                 std::memcpy(&copy, event, sizeof(clap_event_param_value_t));
                                 told.push_back(copy);
                                 return true;
                             }};
    Events() = default;
    Events(const Events& other) : list(other.list) {}
    static std::vector<Event>& of(const clap_input_events* self) { return static_cast<Events*>(self->ctx)->list; }
};

class Plugin {
public:
    explicit Plugin(const std::string& file) {
        library_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (library_ == nullptr) fail(dlerror());
        entry_ = static_cast<const clap_plugin_entry_t*>(dlsym(library_, "clap_entry"));
        if (entry_ == nullptr || !entry_->init(file.c_str())) fail("no CLAP entry");
        const auto* factory = static_cast<const clap_plugin_factory_t*>(entry_->get_factory(CLAP_PLUGIN_FACTORY_ID));
        if (factory == nullptr || factory->get_plugin_count(factory) != 1) fail("not one plugin");
        const auto* description = factory->get_plugin_descriptor(factory, 0);
        plugin_ = factory->create_plugin(factory, &kHost, description->id);
        if (plugin_ == nullptr || !plugin_->init(plugin_)) fail("cannot be created");
        params = extension<clap_plugin_params_t>(CLAP_EXT_PARAMS);
        state = extension<clap_plugin_state_t>(CLAP_EXT_STATE);
        latency = extension<clap_plugin_latency_t>(CLAP_EXT_LATENCY);
        ports = extension<clap_plugin_audio_ports_t>(CLAP_EXT_AUDIO_PORTS);
        configs = extension<PortsConfigs>("clap.audio-ports-config");
        scan();
    }
    ~Plugin() {
        stop();
        plugin_->destroy(plugin_);
        entry_->deinit();
        dlclose(library_);
    }
    Plugin(const Plugin&) = delete;

    // The channels of the ports, both alike.
    void scan() {
        clap_audio_port_info_t input{}, output{};
        if (ports->count(plugin_, true) != 1 || ports->count(plugin_, false) != 1) fail("not one port each way");
        if (!ports->get(plugin_, 0, true, &input) || !ports->get(plugin_, 0, false, &output)) fail("no audio port");
        if (input.channel_count != output.channel_count) fail("ports that differ");
        if (std::strcmp(input.port_type, input.channel_count == 1 ? CLAP_PORT_MONO : CLAP_PORT_STEREO) != 0) fail("another type of port");
        channels = int(input.channel_count);
    }

    // Choose the configuration with so many channels; stops the plugin.
    void arrange(int wanted) {
        stop();
        PortsConfig config{};
        for (std::uint32_t i = 0; configs != nullptr && i < configs->count(plugin_); ++i)
            if (configs->get(plugin_, i, &config) && int(config.input_channels) == wanted) {
                if (!configs->select(plugin_, config.id)) fail("a configuration is not taken");
                scan();
            }
        if (channels != wanted) fail("no configuration of " + std::to_string(wanted) + " channels");
    }

    void start(double rate, std::uint32_t longest) {
        stop();
        if (!plugin_->activate(plugin_, rate, 1, longest)) fail("does not activate");
        if (!plugin_->start_processing(plugin_)) fail("does not start");
        active_ = true;
    }
    void stop() {
        if (!active_) return;
        plugin_->stop_processing(plugin_);
        plugin_->deactivate(plugin_);
        active_ = false;
    }
    void process(const std::vector<float*>& in, const std::vector<float*>& out, std::uint32_t frames, Events& events) {
        if (!try_process(in, out, frames, events)) fail("process() says error");
    }
    bool try_process(const std::vector<float*>& in, const std::vector<float*>& out, std::uint32_t frames, Events& events) {
        clap_audio_buffer_t source{}, sink{};
        source.data32 = const_cast<float**>(in.data()), sink.data32 = const_cast<float**>(out.data());
        source.channel_count = sink.channel_count = std::uint32_t(in.size());
        clap_process_t p{};
        p.steady_time = -1, p.frames_count = frames;
        p.audio_inputs = &source, p.audio_outputs = &sink, p.audio_inputs_count = p.audio_outputs_count = 1;
        p.in_events = &events.in, p.out_events = &events.out;
        in_process = true;
        const clap_process_status status = plugin_->process(plugin_, &p);
        in_process = false;
        return status != CLAP_PROCESS_ERROR;
    }
    void flush(Events& events) { params->flush(plugin_, &events.in, &events.out); }
    double value(clap_id id) const {
        double v = 0;
        if (!params->get_value(plugin_, id, &v)) fail("a parameter has no value");
        return v;
    }
    std::vector<clap_param_info_t> infos() const {
        std::vector<clap_param_info_t> all(params->count(plugin_));
        for (std::uint32_t i = 0; i < all.size(); ++i) params->get_info(plugin_, i, &all[i]);
        return all;
    }
    std::string text(clap_id id, double v) const {
        char buffer[256] = {};
        return params->value_to_text(plugin_, id, v, buffer, sizeof buffer) ? buffer : "";
    }
    // At most `part` bytes at a time are taken.
    std::string save(std::uint64_t part = 1 << 20) const {
        struct Writer { std::uint64_t part; std::string bytes; } writer{part, {}};
        clap_ostream_t stream{&writer, [](const clap_ostream* s, const void* data, std::uint64_t n) {
                                  auto& w = *static_cast<Writer*>(s->ctx);
                                  n = std::min(n, w.part);
                                  w.bytes.append(static_cast<const char*>(data), n);
                                  return std::int64_t(n);
                              }};
        if (!state->save(plugin_, &stream)) fail("state is not saved");
        return writer.bytes;
    }
    void load(const std::string& bytes, std::uint64_t part = 1 << 20) {
        if (!try_load(bytes, part)) fail("state is not loaded");
    }
    bool try_load(const std::string& bytes, std::uint64_t part = 1 << 20) {
        struct Reader { const std::string& bytes; std::uint64_t part; std::size_t at = 0; } reader{bytes, part, 0};
        clap_istream_t stream{&reader, [](const clap_istream* s, void* data, std::uint64_t n) {
                                  auto& r = *static_cast<Reader*>(s->ctx);
                                  const std::uint64_t left = std::min<std::uint64_t>({n, r.part, r.bytes.size() - r.at});
                                  std::memcpy(data, r.bytes.data() + r.at, left);
                                  r.at += left;
                                  return std::int64_t(left);
                              }};
        return state->load(plugin_, &stream);
    }
    const clap_plugin_t* get() const { return plugin_; }
    std::uint32_t latency_frames() const { return latency ? latency->get(plugin_) : 0; }

    const clap_plugin_params_t* params;
    const clap_plugin_state_t* state;
    const clap_plugin_latency_t* latency;
    const clap_plugin_audio_ports_t* ports;
    const PortsConfigs* configs;
    int channels = 0;

private:
    template <class T>
    const T* extension(const char* id) const { return static_cast<const T*>(plugin_->get_extension(plugin_, id)); }

    void* library_ = nullptr;
    const clap_plugin_entry_t* entry_ = nullptr;
    const clap_plugin_t* plugin_ = nullptr;
    bool active_ = false;
};

}  // namespace

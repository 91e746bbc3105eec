// A VST3 plugin in a host, for the programs of the tests; its process() runs among traps (traps.hpp).
#pragma once

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "traps.hpp"
#include "travesty/audio_processor.h"
#include "travesty/component.h"
#include "travesty/edit_controller.h"
#include "travesty/factory.h"
#include "travesty/host.h"

namespace {

[[noreturn]] void fail(const std::string& text) {
    std::fprintf(stderr, "%s\n", text.c_str());
    std::exit(1);
}

v3_result V3_API no_interface(void*, const v3_tuid, void**) { return V3_NO_INTERFACE; }
uint32_t V3_API keep(void*) { return 1; }

template <class Table>
Table with_unknown() {
    Table table{};
    table.query_interface = no_interface;
    table.ref = table.unref = keep;
    return table;
}

struct Point {
    int32_t offset;
    double value;
};

// Points of one parameter in a block.
struct Queue {
    v3_param_value_queue_cpp* table;
    v3_param_id id;
    std::vector<Point> points;
};

inline v3_param_value_queue_cpp queue_table = [] {
    auto t = with_unknown<v3_param_value_queue_cpp>();
    t.queue.get_param_id = [](void* self) -> v3_param_id { return static_cast<Queue*>(self)->id; };
    t.queue.get_point_count = [](void* self) -> int32_t { return int32_t(static_cast<Queue*>(self)->points.size()); };
    t.queue.get_point = [](void* self, int32_t i, int32_t* offset, double* value) -> v3_result {
        const auto& points = static_cast<Queue*>(self)->points;
        if (i < 0 || std::size_t(i) >= points.size()) return V3_INVALID_ARG;
        *offset = points[std::size_t(i)].offset, *value = points[std::size_t(i)].value;
        return V3_OK;
    };
    t.queue.add_point = [](void*, int32_t, double, int32_t* index) -> v3_result {
        *index = 0;
        return V3_OK;
    };
    return t;
}();

// Points of all parameters in a block.
struct Changes {
    v3_param_changes_cpp* table;
    std::vector<Queue> queues;

    explicit Changes(std::vector<Queue> all = {});
    void add(v3_param_id id, int32_t offset, double value) {
        for (Queue& queue : queues)
            if (queue.id == id) return queue.points.push_back({offset, value});
        queues.push_back({&queue_table, id, {{offset, value}}});
    }
    v3_param_changes** as_vst3() { return reinterpret_cast<v3_param_changes**>(this); }
};

inline v3_param_changes_cpp changes_table = [] {
    auto t = with_unknown<v3_param_changes_cpp>();
    t.changes.get_param_count = [](void* self) -> int32_t { return int32_t(static_cast<Changes*>(self)->queues.size()); };
    t.changes.get_param_data = [](void* self, int32_t i) -> v3_param_value_queue** {
        return reinterpret_cast<v3_param_value_queue**>(&static_cast<Changes*>(self)->queues[std::size_t(i)]);
    };
    t.changes.add_param_data = [](void* self, v3_param_id*, int32_t* index) -> v3_param_value_queue** {
        *index = 0;
        return reinterpret_cast<v3_param_value_queue**>(&static_cast<Changes*>(self)->queues[0]);
    };
    return t;
}();

inline Changes::Changes(std::vector<Queue> all) : table(&changes_table), queues(std::move(all)) {}

// Bytes that are read and written at most `part` at a time.
struct Stream {
    struct Table : v3_funknown {
        v3_bstream stream;
    };
    Table* table;
    std::string bytes;
    int32_t part;
    std::size_t at = 0;

    explicit Stream(std::string content = {}, int32_t most = 1 << 20);
    v3_bstream** as_vst3() { return reinterpret_cast<v3_bstream**>(this); }
};

inline Stream::Table stream_table = [] {
    auto t = with_unknown<Stream::Table>();
    t.stream.read = [](void* self, void* into, int32_t size, int32_t* done) -> v3_result {
        auto& s = *static_cast<Stream*>(self);
        const std::size_t part = std::min({std::size_t(size), std::size_t(s.part), s.bytes.size() - s.at});
        std::memcpy(into, s.bytes.data() + s.at, part);
        s.at += part, *done = int32_t(part);
        return V3_OK;
    };
    t.stream.write = [](void* self, void* from, int32_t size, int32_t* done) -> v3_result {
        auto& s = *static_cast<Stream*>(self);
        *done = std::min(size, s.part);
        s.bytes.append(static_cast<const char*>(from), std::size_t(*done));
        return V3_OK;
    };
    t.stream.seek = [](void*, int64_t, int32_t, int64_t*) -> v3_result { return V3_NOT_IMPLEMENTED; };
    t.stream.tell = [](void*, int64_t*) -> v3_result { return V3_NOT_IMPLEMENTED; };
    return t;
}();

inline Stream::Stream(std::string content, int32_t most) : table(&stream_table), bytes(std::move(content)), part(most) {}

constexpr v3_speaker_arrangement kMono = V3_SPEAKER_M, kStereo = V3_SPEAKER_L | V3_SPEAKER_R;

class Plugin {
public:
    explicit Plugin(const char* module) {
        void* const library = dlopen(module, RTLD_NOW);
        if (library == nullptr) fail(dlerror());
        using Entry = bool (*)(void*);
        using Get = const void* (*)();
        if (const auto entry = reinterpret_cast<Entry>(dlsym(library, "ModuleEntry")); entry == nullptr || !entry(library)) fail("no entry");
        factory = static_cast<v3_plugin_factory**>(const_cast<void*>(reinterpret_cast<Get>(dlsym(library, "GetPluginFactory"))()));
        if (v3_cpp_obj(factory)->get_class_info(factory, 0, &info) != V3_OK) fail("no class");
        void* made = nullptr;
        if (v3_cpp_obj(factory)->create_instance(factory, info.class_id, v3_component_iid, &made) != V3_OK) fail("no component");
        component = static_cast<v3_component**>(made);
        if (v3_cpp_obj_initialize(component, static_cast<v3_funknown**>(nullptr)) != V3_OK) fail("not initialised");
        if (v3_cpp_obj_query_interface(component, v3_audio_processor_iid, &processor) != V3_OK) fail("no processor");
        if (v3_cpp_obj_query_interface(component, v3_edit_controller_iid, &controller) != V3_OK) fail("no controller");
        for (int32_t i = 0; i < v3_cpp_obj(controller)->get_parameter_count(controller); ++i) {
            v3_param_info parameter{};
            if (v3_cpp_obj(controller)->get_parameter_info(controller, i, &parameter) != V3_OK) fail("a parameter without infos");
            parameters.push_back(parameter);
        }
    }
    ~Plugin() {
        stop();
        v3_cpp_obj_unref(controller);
        v3_cpp_obj_unref(processor);
        v3_cpp_obj_terminate(component);
        v3_cpp_obj_unref(component);
        v3_cpp_obj_unref(factory);
    }
    Plugin(const Plugin&) = delete;

    bool arrange(v3_speaker_arrangement input, v3_speaker_arrangement output) {
        return v3_cpp_obj(processor)->set_bus_arrangements(processor, &input, 1, &output, 1) == V3_OK;
    }
    void arrange(int channels) {
        const v3_speaker_arrangement wanted = channels == 1 ? kMono : kStereo;
        if (!arrange(wanted, wanted)) fail("an arrangement is refused");
    }
    // As the plugin tells it, of both directions alike.
    int channels() const {
        int found = 0;
        for (const int32_t direction : {V3_INPUT, V3_OUTPUT}) {
            v3_bus_info bus{};
            v3_speaker_arrangement speakers = 0;
            if (v3_cpp_obj(component)->get_bus_count(component, V3_AUDIO, direction) != 1) fail("not one bus each way");
            if (v3_cpp_obj(component)->get_bus_info(component, V3_AUDIO, direction, 0, &bus) != V3_OK) fail("a bus without infos");
            if (v3_cpp_obj(processor)->get_bus_arrangement(processor, direction, 0, &speakers) != V3_OK) fail("a bus without an arrangement");
            if (speakers != (bus.channel_count == 1 ? kMono : kStereo)) fail("the arrangement is not that of the bus");
            if (found != 0 && bus.channel_count != found) fail("other channels in than out");
            found = bus.channel_count;
        }
        return found;
    }

    void prepare(double rate, int32_t longest) {
        v3_process_setup setup{V3_REALTIME, V3_SAMPLE_32, longest, rate};
        if (v3_cpp_obj(processor)->setup_processing(processor, &setup) != V3_OK) fail("the set-up is refused");
    }
    void start(double rate, int32_t longest) {
        stop();
        prepare(rate, longest);
        for (const int32_t direction : {V3_INPUT, V3_OUTPUT}) v3_cpp_obj(component)->activate_bus(component, V3_AUDIO, direction, 0, true);
        if (v3_cpp_obj(component)->set_active(component, true) != V3_OK) fail("does not become active");
        v3_cpp_obj(processor)->set_processing(processor, true);
        active = true;
    }
    void stop() {
        if (!active) return;
        v3_cpp_obj(processor)->set_processing(processor, false);
        v3_cpp_obj(component)->set_active(component, false);
        active = false;
    }

    void process(const std::vector<float*>& in, const std::vector<float*>& out, int32_t frames, Changes* changes = nullptr) {
        v3_audio_bus_buffers source{}, sink{};
        source.num_channels = int32_t(in.size()), sink.num_channels = int32_t(out.size());
        source.channel_buffers_32 = const_cast<float**>(in.data()), sink.channel_buffers_32 = const_cast<float**>(out.data());
        v3_process_data data{};
        data.process_mode = V3_REALTIME, data.symbolic_sample_size = V3_SAMPLE_32, data.nframes = frames;
        data.num_input_buses = data.num_output_buses = 1;
        data.inputs = &source, data.outputs = &sink;
        if (changes != nullptr) data.input_params = changes->as_vst3();
        data.output_params = told.as_vst3();
        in_process = true;
        const v3_result result = v3_cpp_obj(processor)->process(processor, &data);
        in_process = false;
        if (result != V3_OK) fail("process() says error");
    }

    v3_result set(v3_param_id id, double value) { return v3_cpp_obj(controller)->set_parameter_normalised(controller, id, value); }
    double get(v3_param_id id) const { return v3_cpp_obj(controller)->get_parameter_normalised(controller, id); }
    std::string text(v3_param_id id, double value) const {
        v3_str_128 wide{};
        if (v3_cpp_obj(controller)->get_parameter_string_for_value(controller, id, value, wide) != V3_OK) return {};
        return narrow(wide);
    }
    std::string save(int32_t part = 1 << 20) {
        Stream stream({}, part);
        if (v3_cpp_obj(component)->get_state(component, stream.as_vst3()) != V3_OK) fail("the state is not saved");
        return stream.bytes;
    }
    bool load(const std::string& bytes, int32_t part = 1 << 20) {
        Stream stream(bytes, part), copy(bytes, part);
        const bool taken = v3_cpp_obj(component)->set_state(component, stream.as_vst3()) == V3_OK;
        if (taken) v3_cpp_obj(controller)->set_component_state(controller, copy.as_vst3());
        return taken;
    }

    static std::string narrow(const int16_t* wide) {
        std::string text;
        for (; *wide != 0; ++wide) text += char(*wide);
        return text;
    }

    v3_plugin_factory** factory = nullptr;
    v3_class_info info{};
    v3_component** component = nullptr;
    v3_audio_processor** processor = nullptr;
    v3_edit_controller** controller = nullptr;
    std::vector<v3_param_info> parameters;
    bool active = false;

private:
    Changes told{{{&queue_table, 0, {}}}};  // what the plugin tells: room for one queue, which is looked at by nobody
};

}  // namespace

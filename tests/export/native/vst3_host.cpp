// A small VST3 host for tests: it renders a file with parameter points, as hosts send automation.
//   vst3_host render MODULE IN OUT RATE BLOCK [NAME=VALUE] [@FRAME:NAME=VALUE] …
// Names are those of the parameters, values normalised. Points of one parameter are joined by lines over block limits: a block ends with a point on the
// line at its last frame, as Steinberg's hosts do. IN and OUT are float32, channels one after the other.
#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <vector>

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

struct Point {
    int32_t offset;
    double value;
};

v3_result V3_API no_interface(void*, const v3_tuid, void**) { return V3_NO_INTERFACE; }
uint32_t V3_API keep(void*) { return 1; }

struct Queue {
    v3_param_value_queue_cpp* table;
    v3_param_id id;
    std::vector<Point> points;
};
struct Changes {
    v3_param_changes_cpp* table;
    std::vector<Queue> queues;
};

v3_param_value_queue_cpp make_queue_table() {
    v3_param_value_queue_cpp t{};
    t.query_interface = no_interface, t.ref = t.unref = keep;
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
}
v3_param_changes_cpp make_changes_table() {
    v3_param_changes_cpp t{};
    t.query_interface = no_interface, t.ref = t.unref = keep;
    t.changes.get_param_count = [](void* self) -> int32_t { return int32_t(static_cast<Changes*>(self)->queues.size()); };
    t.changes.get_param_data = [](void* self, int32_t i) -> v3_param_value_queue** {
        return reinterpret_cast<v3_param_value_queue**>(&static_cast<Changes*>(self)->queues[std::size_t(i)]);
    };
    t.changes.add_param_data = [](void* self, v3_param_id*, int32_t* index) -> v3_param_value_queue** {
        *index = 0;
        return reinterpret_cast<v3_param_value_queue**>(&static_cast<Changes*>(self)->queues[0]);
    };
    return t;
}

struct Line {
    std::vector<std::pair<long, double>> points;
    double at(long frame) const {
        if (frame <= points.front().first) return points.front().second;
        for (std::size_t i = 1; i < points.size(); ++i)
            if (frame <= points[i].first) {
                const auto &a = points[i - 1], &b = points[i];
                return a.second + (b.second - a.second) * double(frame - a.first) / double(b.first - a.first);
            }
        return points.back().second;
    }
};

}  // namespace

int main(int count, char** arguments) {
    if (count < 7) fail("vst3_host render MODULE IN OUT RATE BLOCK …");
    void* const library = dlopen(arguments[2], RTLD_NOW);
    if (library == nullptr) fail(dlerror());
    using Entry = bool (*)(void*);
    using Get = const void* (*)();
    if (const auto entry = reinterpret_cast<Entry>(dlsym(library, "ModuleEntry")); entry == nullptr || !entry(library)) fail("no entry");
    auto** factory = static_cast<v3_plugin_factory**>(const_cast<void*>(reinterpret_cast<Get>(dlsym(library, "GetPluginFactory"))()));
    v3_class_info info{};
    if (v3_cpp_obj(factory)->get_class_info(factory, 0, &info) != V3_OK) fail("no class");
    void* made = nullptr;
    if (v3_cpp_obj(factory)->create_instance(factory, info.class_id, v3_component_iid, &made) != V3_OK) fail("no component");
    auto** component = static_cast<v3_component**>(made);
    if (v3_cpp_obj_initialize(component, static_cast<v3_funknown**>(nullptr)) != V3_OK) fail("not initialised");
    v3_audio_processor** processor = nullptr;
    v3_edit_controller** controller = nullptr;
    if (v3_cpp_obj_query_interface(component, v3_audio_processor_iid, &processor) != V3_OK) fail("no processor");
    if (v3_cpp_obj_query_interface(component, v3_edit_controller_iid, &controller) != V3_OK) fail("no controller");

    const double rate = std::atof(arguments[5]);
    const long block = std::atol(arguments[6]);
    std::map<std::string, v3_param_id> ids;
    for (int32_t i = 0; i < v3_cpp_obj(controller)->get_parameter_count(controller); ++i) {
        v3_param_info parameter{};
        v3_cpp_obj(controller)->get_parameter_info(controller, i, &parameter);
        std::string name;
        for (const auto* letter = parameter.title; *letter != 0; ++letter) name += char(*letter);
        ids[name] = parameter.param_id;
    }
    std::map<v3_param_id, Line> lines;
    for (int i = 7; i < count; ++i) {
        char name[64];
        long frame = -1;
        double value;
        if (std::sscanf(arguments[i], "@%ld:%63[^=]=%lf", &frame, name, &value) != 3 && std::sscanf(arguments[i], "%63[^=]=%lf", name, &value) != 2)
            fail(std::string("cannot read ") + arguments[i]);
        if (ids.count(name) == 0) fail(std::string("there is no parameter ") + name);
        if (frame >= 0) lines[ids[name]].points.emplace_back(frame, value);
        else v3_cpp_obj(controller)->set_parameter_normalised(controller, ids[name], value);
    }
    std::ifstream file(arguments[3], std::ios::binary | std::ios::ate);
    std::vector<float> audio(std::size_t(file.tellg()) / sizeof(float)), result(audio.size());
    file.seekg(0);
    file.read(reinterpret_cast<char*>(audio.data()), std::streamsize(audio.size() * sizeof(float)));
    const long frames = long(audio.size() / 2);

    v3_process_setup setup{V3_REALTIME, V3_SAMPLE_32, int32_t(block), rate};
    v3_cpp_obj(processor)->setup_processing(processor, &setup);
    v3_cpp_obj(component)->activate_bus(component, V3_AUDIO, V3_INPUT, 0, true);
    v3_cpp_obj(component)->activate_bus(component, V3_AUDIO, V3_OUTPUT, 0, true);
    v3_cpp_obj(component)->set_active(component, true);
    v3_cpp_obj(processor)->set_processing(processor, true);
    v3_param_value_queue_cpp queue_table = make_queue_table();
    v3_param_changes_cpp changes_table = make_changes_table();
    Changes told{&changes_table, {}};  // what the plugin tells: room for one queue, which is looked at by nobody
    told.queues.push_back({&queue_table, 0, {}});
    for (long at = 0; at < frames; at += block) {
        const long n = std::min(block, frames - at);
        Changes changes{&changes_table, {}};
        for (const auto& [id, line] : lines) {
            Queue queue{&queue_table, id, {}};
            for (const auto& [frame, value] : line.points)
                if (frame >= at && frame < at + n) queue.points.push_back({int32_t(frame - at), value});
            const bool on_the_way = at + n - 1 > line.points.front().first && at < line.points.back().first;
            if (on_the_way && (queue.points.empty() || queue.points.back().offset < n - 1))
                queue.points.push_back({int32_t(n - 1), line.at(at + n - 1)});
            if (!queue.points.empty()) changes.queues.push_back(queue);
        }
        float* in[2] = {audio.data() + at, audio.data() + frames + at};
        float* out[2] = {result.data() + at, result.data() + frames + at};
        v3_audio_bus_buffers source{}, sink{};
        source.num_channels = sink.num_channels = 2;
        source.channel_buffers_32 = in, sink.channel_buffers_32 = out;
        v3_process_data data{};
        data.process_mode = V3_REALTIME, data.symbolic_sample_size = V3_SAMPLE_32, data.nframes = int32_t(n);
        data.num_input_buses = data.num_output_buses = 1;
        data.inputs = &source, data.outputs = &sink;
        auto* changes_object = &changes;
        data.input_params = reinterpret_cast<v3_param_changes**>(changes_object);
        auto* told_object = &told;
        data.output_params = reinterpret_cast<v3_param_changes**>(told_object);
        if (v3_cpp_obj(processor)->process(processor, &data) != V3_OK) fail("process() says error");
    }
    std::ofstream(arguments[4], std::ios::binary).write(reinterpret_cast<const char*>(result.data()), std::streamsize(result.size() * sizeof(float)));
    return 0;
}

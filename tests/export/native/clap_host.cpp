// A small CLAP host for the tests. It loads the real plugin file and does one of:
//   info FILE                          print parameters, ports, latency
//   render FILE IN OUT RATE BLOCK [id=value ...] [@frame:id=value ...] [@frame:cc=number:value ...]
//                                      raw float32 planar stereo/mono in, same out; values before the start or at frames
//   words FILE                         print the values of parameter 0 as text
//   state FILE                         set, save, load into a second instance, compare
//   cost FILE                          print the time of process() at rest and while a new pair of words is built
//   fuzz FILE SECONDS SEED             random parameters, controllers, block sizes, rates, NaN input
// While the plugin's process() runs, allocation, freeing and locking on that thread end the program: they are trapped
// by functions of the same name here, which the dynamic linker finds first.
#include <dlfcn.h>
#include <pthread.h>

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

namespace {

thread_local bool in_process = false;

void trap(const char* what) {
    if (!in_process) return;
    in_process = false;
    std::fprintf(stderr, "real-time violation: %s inside process()\n", what);
    std::_Exit(3);
}

}  // namespace

#ifndef NO_TRAP  // sanitizers bring their own
extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void __libc_free(void*);
void* malloc(size_t n) { trap("malloc"); return __libc_malloc(n); }
void* calloc(size_t n, size_t m) { trap("calloc"); return __libc_calloc(n, m); }
void* realloc(void* p, size_t n) { trap("realloc"); return __libc_realloc(p, n); }
void free(void* p) { trap("free"); __libc_free(p); }
int pthread_mutex_lock(pthread_mutex_t* m) {
    trap("pthread_mutex_lock");
    using Lock = int (*)(pthread_mutex_t*);
    static const Lock real = reinterpret_cast<Lock>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
    return real(m);
}
}
#endif

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
    clap_output_events_t out{nullptr, [](const clap_output_events*, const clap_event_header_t*) { return true; }};
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
        const auto* ports = extension<clap_plugin_audio_ports_t>(CLAP_EXT_AUDIO_PORTS);
        clap_audio_port_info_t port{};
        if (!ports->get(plugin_, 0, true, &port)) fail("no audio input");
        channels = int(port.channel_count);
    }
    ~Plugin() {
        stop();
        plugin_->destroy(plugin_);
        entry_->deinit();
        dlclose(library_);
    }
    Plugin(const Plugin&) = delete;

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
        clap_audio_buffer_t source{}, sink{};
        source.data32 = const_cast<float**>(in.data()), sink.data32 = const_cast<float**>(out.data());
        source.channel_count = sink.channel_count = std::uint32_t(channels);
        clap_process_t p{};
        p.steady_time = -1, p.frames_count = frames;
        p.audio_inputs = &source, p.audio_outputs = &sink, p.audio_inputs_count = p.audio_outputs_count = 1;
        p.in_events = &events.in, p.out_events = &events.out;
        in_process = true;
        const clap_process_status status = plugin_->process(plugin_, &p);
        in_process = false;
        if (status == CLAP_PROCESS_ERROR) fail("process() says error");
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
    std::string save() const {
        std::string bytes;
        clap_ostream_t stream{&bytes, [](const clap_ostream* s, const void* data, std::uint64_t n) {
                                  static_cast<std::string*>(s->ctx)->append(static_cast<const char*>(data), n);
                                  return std::int64_t(n);
                              }};
        if (!state->save(plugin_, &stream)) fail("state is not saved");
        return bytes;
    }
    void load(const std::string& bytes) {
        struct Reader { const std::string& bytes; std::size_t at = 0; } reader{bytes};
        clap_istream_t stream{&reader, [](const clap_istream* s, void* data, std::uint64_t n) {
                                  auto& r = *static_cast<Reader*>(s->ctx);
                                  const std::uint64_t left = std::min<std::uint64_t>(n, r.bytes.size() - r.at);
                                  std::memcpy(data, r.bytes.data() + r.at, left);
                                  r.at += left;
                                  return std::int64_t(left);
                              }};
        if (!state->load(plugin_, &stream)) fail("state is not loaded");
    }
    std::uint32_t latency_frames() const { return latency ? latency->get(plugin_) : 0; }

    const clap_plugin_params_t* params;
    const clap_plugin_state_t* state;
    const clap_plugin_latency_t* latency;
    int channels = 0;

private:
    template <class T>
    const T* extension(const char* id) const { return static_cast<const T*>(plugin_->get_extension(plugin_, id)); }

    void* library_ = nullptr;
    const clap_plugin_entry_t* entry_ = nullptr;
    const clap_plugin_t* plugin_ = nullptr;
    bool active_ = false;
};

std::vector<float> read_floats(const char* path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    std::vector<float> values(std::size_t(file.tellg()) / sizeof(float));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(values.data()), std::streamsize(values.size() * sizeof(float)));
    return values;
}

int render(int count, char** arguments) {
    Plugin plugin(arguments[2]);
    std::vector<float> audio = read_floats(arguments[3]), result(audio.size());
    const double rate = std::atof(arguments[5]);
    const auto block = std::uint32_t(std::atoi(arguments[6]));
    const std::size_t frames = audio.size() / std::size_t(plugin.channels);
    Events before;
    std::vector<Event> timed;
    for (int i = 7; i < count; ++i) {
        unsigned id, number;
        double value;
        unsigned frame;
        if (std::sscanf(arguments[i], "@%u:cc=%u:%lf", &frame, &number, &value) == 3) timed.push_back(controller_event(frame, int(number), int(value)));
        else if (std::sscanf(arguments[i], "@%u:%u=%lf", &frame, &id, &value) == 3) timed.push_back(parameter_event(frame, id, value));
        else if (std::sscanf(arguments[i], "%u=%lf", &id, &value) == 2) before.list.push_back(parameter_event(0, id, value));
        else fail(std::string("cannot read ") + arguments[i]);
    }
    plugin.flush(before);
    plugin.start(rate, block);
    Events events;
    for (std::size_t at = 0; at < frames; at += block) {
        const auto n = std::uint32_t(std::min<std::size_t>(block, frames - at));
        events.list.clear();
        for (Event e : timed)
            if (e.header.time >= at && e.header.time < at + n) {
                e.header.time -= std::uint32_t(at);
                events.list.push_back(e);
            }
        std::vector<float*> in, out;
        for (int c = 0; c < plugin.channels; ++c) {
            in.push_back(audio.data() + std::size_t(c) * frames + at);
            out.push_back(result.data() + std::size_t(c) * frames + at);
        }
        plugin.process(in, out, n, events);
    }
    std::ofstream(arguments[4], std::ios::binary).write(reinterpret_cast<const char*>(result.data()), std::streamsize(result.size() * sizeof(float)));
    return 0;
}

int fuzz(const char* file, double seconds, unsigned seed) {
    Plugin plugin(file);
    const auto infos = plugin.infos();
    std::mt19937 random(seed);
    const auto pick = [&](int n) { return int(random() % unsigned(n)); };
    const auto unit = [&] { return double(random()) / 4294967295.0; };
    constexpr std::uint32_t kLongest = 4096;
    std::vector<std::vector<float>> in(std::size_t(plugin.channels), std::vector<float>(kLongest)), out = in;
    std::vector<float*> in_pointers, out_pointers;
    for (auto& c : in) in_pointers.push_back(c.data());
    for (auto& c : out) out_pointers.push_back(c.data());
    Events events;
    events.list.reserve(64);
    const double rates[] = {8000, 22050, 44100, 48000, 88200, 96000, 192000, 384000};
    plugin.start(48000, kLongest);
    long blocks = 0;
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (std::chrono::steady_clock::now() < end) {
        if (pick(500) == 0) plugin.start(rates[pick(8)], kLongest);
        const std::uint32_t frames = pick(4) == 0 ? 1 + std::uint32_t(pick(kLongest)) : 1 + std::uint32_t(pick(300));
        events.list.clear();
        std::uint32_t frame = 0;
        for (int n = pick(4); n > 0; --n) {
            frame = std::min<std::uint32_t>(frames - 1, frame + std::uint32_t(pick(64)));
            if (pick(3) == 0) {
                events.list.push_back(controller_event(frame, pick(128), pick(128)));
            } else {
                const auto& info = infos[std::size_t(pick(int(infos.size())))];
                double value = info.min_value + unit() * (info.max_value - info.min_value);
                if (pick(50) == 0) value = pick(2) ? NAN : 1e30 * (unit() - 0.5);
                events.list.push_back(parameter_event(frame, info.id, value));
            }
        }
        const int kind = pick(20);
        for (auto& channel : in)
            for (std::uint32_t i = 0; i < frames; ++i)
                channel[i] = kind == 0 ? NAN : kind == 1 ? INFINITY : kind == 2 ? 3e38f : kind == 3 ? 1e-40f : kind == 4 ? 0.0f : float(2 * unit() - 1);
        plugin.process(in_pointers, out_pointers, frames, events);
        if (kind > 2)
            for (auto& channel : out)
                for (std::uint32_t i = 0; i < frames; ++i)
                    if (!std::isfinite(channel[i])) fail("a sample is not finite in a clean block, block " + std::to_string(blocks));
        ++blocks;
    }
    std::printf("%ld blocks\n", blocks);
    return 0;
}

int cost(const char* file) {
    Plugin plugin(file);
    plugin.start(48000, 64);
    std::vector<std::vector<float>> in(std::size_t(plugin.channels), std::vector<float>(64, 0.1f)), out = in;
    std::vector<float*> from, to;
    for (auto& c : in) from.push_back(c.data());
    for (auto& c : out) to.push_back(c.data());
    const double words = plugin.infos()[0].max_value + 1;
    std::vector<double> rest, building;
    Events events;
    for (int round = 0; round < 300; ++round)
        for (int block = 0; block < 100; ++block) {
            events.list.clear();
            if (block == 0) events.list.push_back(parameter_event(0, 0, round % int(words)));
            if (block == 0) events.list.push_back(parameter_event(0, 2, 0.3));
            const auto start = std::chrono::steady_clock::now();
            plugin.process(from, to, 64, events);
            const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
            (block < 33 ? building : rest).push_back(took.count());  // 129 points, 4 a block
        }
    for (auto* times : {&rest, &building}) std::sort(times->begin(), times->end());
    std::printf("64 frames at rest: median %.1f us; while a new pair is built: median %.1f us, p99 %.1f us\n", rest[rest.size() / 2],
                building[building.size() / 2], building[building.size() * 99 / 100]);
    return 0;
}

int state(const char* file) {
    Plugin first(file), second(file);
    Events events;
    for (const auto& info : first.infos())
        events.list.push_back(parameter_event(0, info.id, std::round(info.min_value + 0.4 * (info.max_value - info.min_value))));
    first.flush(events);
    const std::string bytes = first.save();
    second.load(bytes);
    for (const auto& info : first.infos())
        if (std::fabs(first.value(info.id) - second.value(info.id)) > 1e-5) fail(std::string("not restored: ") + info.name);
    std::fwrite(bytes.data(), 1, bytes.size(), stdout);
    return 0;
}

int info(const char* file, bool words) {
    Plugin plugin(file);
    const auto infos = plugin.infos();
    if (words) {
        for (int i = int(infos[0].min_value); i <= int(infos[0].max_value); ++i) std::printf("%s\n", plugin.text(infos[0].id, i).c_str());
        return 0;
    }
    std::printf("channels %d latency %u\n", plugin.channels, plugin.latency_frames());
    for (const auto& p : infos) std::printf("%u\t%s\t%g\t%g\t%g\n", p.id, p.name, p.min_value, p.max_value, p.default_value);
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    const std::string task = count > 2 ? arguments[1] : "";
    if (task == "info") return info(arguments[2], false);
    if (task == "words") return info(arguments[2], true);
    if (task == "cost") return cost(arguments[2]);
    if (task == "state") return state(arguments[2]);
    if (task == "render" && count >= 7) return render(count, arguments);
    if (task == "fuzz" && count == 5) return fuzz(arguments[2], std::atof(arguments[3]), unsigned(std::atoi(arguments[4])));
    fail("usage: info|words|cost|state FILE, render FILE IN OUT RATE BLOCK [changes], fuzz FILE SECONDS SEED");
}

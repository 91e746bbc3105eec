// A small CLAP host with a window, for tests: it embeds the plugin's window into one of its own on X11 and plays noise
// that falls with frequency as music does, or silence, through it in real time.
//   clap_window FILE noise|silence
// It prints the id of its window. For each line on stdin it prints the values of all parameters; at the end it closes.
#include <X11/Xlib.h>
#include <dlfcn.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "clap/entry.h"
#include "clap/ext/gui.h"
#include "clap/ext/params.h"
#include "clap/ext/timer-support.h"
#include "clap/plugin-factory.h"

namespace {

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "clap_window: %s\n", what.c_str());
    std::exit(1);
}

Display* display = nullptr;
Window window = 0;
std::vector<clap_id> timers;

const clap_host_gui_t kGui{
    [](const clap_host_t*) {},
    [](const clap_host_t*, std::uint32_t width, std::uint32_t height) { return XResizeWindow(display, window, width, height) != 0; },
    [](const clap_host_t*) { return false; },
    [](const clap_host_t*) { return false; },
    [](const clap_host_t*, bool) {},
};

const clap_host_timer_support_t kTimer{
    [](const clap_host_t*, std::uint32_t, clap_id* id) {
        *id = clap_id(timers.size() + 1);
        timers.push_back(*id);
        return true;
    },
    [](const clap_host_t*, clap_id) { return timers.clear(), true; },
};

const void* extension(const clap_host_t*, const char* id) {
    if (std::strcmp(id, CLAP_EXT_GUI) == 0) return &kGui;
    if (std::strcmp(id, CLAP_EXT_TIMER_SUPPORT) == 0) return &kTimer;
    return nullptr;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) fail("usage: clap_window FILE noise|silence");
    const bool noise = std::strcmp(arguments[2], "noise") == 0;
    display = XOpenDisplay(nullptr);
    if (display == nullptr) fail("no X11 display");
    void* const library = dlopen(arguments[1], RTLD_NOW);
    if (library == nullptr) fail(dlerror());
    const auto* entry = static_cast<const clap_plugin_entry_t*>(dlsym(library, "clap_entry"));
    entry->init(arguments[1]);
    const auto* factory = static_cast<const clap_plugin_factory_t*>(entry->get_factory(CLAP_PLUGIN_FACTORY_ID));
    const auto nothing = [](const clap_host_t*) {};
    const clap_host_t host{CLAP_VERSION, nullptr, "semeq tests", "semeq", "", "1", extension, nothing, nothing, nothing};
    const clap_plugin_t* const plugin = factory->create_plugin(factory, &host, factory->get_plugin_descriptor(factory, 0)->id);
    if (plugin == nullptr || !plugin->init(plugin)) fail("cannot be created");
    const auto* gui = static_cast<const clap_plugin_gui_t*>(plugin->get_extension(plugin, CLAP_EXT_GUI));
    const auto* timer = static_cast<const clap_plugin_timer_support_t*>(plugin->get_extension(plugin, CLAP_EXT_TIMER_SUPPORT));
    const auto* params = static_cast<const clap_plugin_params_t*>(plugin->get_extension(plugin, CLAP_EXT_PARAMS));
    if (gui == nullptr || timer == nullptr) fail("no window");
    if (!gui->is_api_supported(plugin, CLAP_WINDOW_API_X11, false)) fail("no X11");
    if (!gui->create(plugin, CLAP_WINDOW_API_X11, false)) fail("the window is not made");
    std::uint32_t width = 0, height = 0;
    gui->get_size(plugin, &width, &height);
    window = XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, width, height, 0, 0, 0);
    XMapWindow(display, window);
    XSync(display, False);
    clap_window_t parent{};
    parent.api = CLAP_WINDOW_API_X11, parent.x11 = window;
    if (!gui->set_parent(plugin, &parent) || !gui->show(plugin)) fail("the window is not shown");
    std::printf("window %lu %u %u\n", window, width, height);
    std::fflush(stdout);

    constexpr std::uint32_t kBlock = 768;  // 16 ms
    plugin->activate(plugin, 48000, 1, kBlock);
    plugin->start_processing(plugin);
    std::vector<float> left(kBlock), right(kBlock), a(kBlock), b(kBlock);
    float *in[] = {left.data(), right.data()}, *out[] = {a.data(), b.data()};
    clap_audio_buffer_t source{}, sink{};
    source.data32 = in, sink.data32 = out, source.channel_count = sink.channel_count = 2;
    const clap_input_events_t events{nullptr, [](const clap_input_events_t*) { return 0u; },
                                     [](const clap_input_events_t*, std::uint32_t) -> const clap_event_header_t* { return nullptr; }};
    const clap_output_events_t told{nullptr, [](const clap_output_events_t*, const clap_event_header_t*) { return true; }};
    unsigned state = 1;
    float low = 0;
    for (;;) {
        for (std::uint32_t i = 0; i < kBlock; ++i) {
            state = state * 1664525u + 1013904223u;
            const float white = float(state >> 8) / float(1 << 24) - 0.5f;
            low = 0.97f * low + 0.12f * white;
            left[i] = right[i] = noise ? low + 0.03f * white : 0.0f;
        }
        clap_process_t block{};
        block.steady_time = -1, block.frames_count = kBlock;
        block.audio_inputs = &source, block.audio_outputs = &sink, block.audio_inputs_count = block.audio_outputs_count = 1;
        block.in_events = &events, block.out_events = &told;
        plugin->process(plugin, &block);
        for (const clap_id id : timers) timer->on_timer(plugin, id);
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (poll(&input, 1, 16) <= 0) continue;
        char line[64];
        if (read(STDIN_FILENO, line, sizeof line) <= 0) break;
        for (std::uint32_t i = 0; i < params->count(plugin); ++i) {
            double value = 0;
            params->get_value(plugin, i, &value);
            std::printf("%g ", value);
        }
        std::printf("\n");
        std::fflush(stdout);
    }
    plugin->stop_processing(plugin);
    plugin->deactivate(plugin);
    gui->hide(plugin);
    gui->destroy(plugin);
    plugin->destroy(plugin);
    entry->deinit();
    return 0;
}

// What clap-validator checks of a plugin, asked by a program of our own: clap_checks FILE. One line for each check that
// held; it ends at the first that does not. Names are clap-validator's where it has the check.
#include <set>
#include <thread>

#include "clap_host.hpp"

namespace {

void check(bool held, const std::string& what) {
    if (!held) fail(what);
}

void passed(const char* name) { std::printf("%s\n", name); }

const clap_plugin_entry_t* entry_of(const char* file) {
    void* const library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) fail(dlerror());
    return static_cast<const clap_plugin_entry_t*>(dlsym(library, "clap_entry"));
}

void factory(const char* file) {
    const auto* const entry = entry_of(file);
    check(entry->init(file), "does not initialise");
    check(entry->get_factory("foo/bar") == nullptr, "a factory that there is not");
    passed("query-factory-nonexistent");
    const auto* const made = static_cast<const clap_plugin_factory_t*>(entry->get_factory(CLAP_PLUGIN_FACTORY_ID));
    const auto* const description = made->get_plugin_descriptor(made, 0);
    const std::string id = description->id;
    check(made->create_plugin(made, &kHost, (id + "asdf").c_str()) == nullptr, "an id with garbage behind it");
    passed("create-id-with-trailing-garbage");
    check(!id.empty() && *description->name != 0, "an empty id or name");
    std::set<std::string> features;
    for (const char* const* feature = description->features; *feature != nullptr; ++feature)
        check(features.insert(*feature).second, "a feature twice");
    check(features.count("audio-effect") == 1, "no main category");
    passed("features-categories, features-duplicates");
    const auto* const plugin = made->create_plugin(made, &kHost, id.c_str());
    plugin->destroy(plugin);
    passed("destroyed without init");
    entry->deinit();
}

void conversions(Plugin& plugin) {
    for (const auto& info : plugin.infos()) {
        check(info.min_value <= info.default_value && info.default_value <= info.max_value, "a default outside its range");
        for (int i = 0; i <= 50; ++i) {
            const double value = info.min_value + (info.max_value - info.min_value) * i / 50;
            const std::string text = plugin.text(info.id, value);
            double read;
            check(!text.empty() && plugin.params->text_to_value(plugin.get(), info.id, text.c_str(), &read), "no text, or none that is read");
            check(plugin.text(info.id, read) == text, std::string(info.name) + ": " + text + " is read as another value");
            const double step = info.flags & CLAP_PARAM_IS_STEPPED || info.max_value == 1 ? 0.51 : 0.06;
            check(std::fabs(read - value) <= step, std::string(info.name) + ": " + text + " is far from its value");
        }
    }
    passed("param-conversions");
}

std::vector<double> values(const Plugin& plugin) {
    std::vector<double> all;
    for (const auto& info : plugin.infos()) all.push_back(plugin.value(info.id));
    return all;
}

Events random_values(const Plugin& plugin, unsigned seed, std::uint16_t space = CLAP_CORE_EVENT_SPACE_ID) {
    std::mt19937 random(seed);
    Events events;
    for (const auto& info : plugin.infos()) {
        const double part = double(random()) / 4294967295.0;
        events.list.push_back(parameter_event(0, info.id, std::round(info.min_value + part * (info.max_value - info.min_value))));
        events.list.back().header.space_id = space;
    }
    events.in.ctx = &events;
    return events;
}

// A block of noise through the plugin; the output must be finite.
void play(Plugin& plugin, Events& events, std::uint32_t frames, bool in_place) {
    std::vector<std::vector<float>> in(std::size_t(plugin.channels), std::vector<float>(frames)), out = in;
    std::mt19937 random(5);
    std::vector<float*> from, to;
    for (std::size_t c = 0; c < in.size(); ++c) {
        for (float& sample : in[c]) sample = float(random()) / 4294967295.0f - 0.5f;
        from.push_back(in[c].data()), to.push_back(in_place ? in[c].data() : out[c].data());
    }
    events.in.ctx = &events;
    plugin.process(from, to, frames, events);
    for (float* channel : to)
        for (std::uint32_t i = 0; i < frames; ++i) check(std::isfinite(channel[i]), "an output that is not finite");
}

// Stereo to begin with, and mono; chosen while the plugin rests, and told by its ports.
void layouts(Plugin& plugin) {
    check(plugin.channels == 2 && plugin.configs != nullptr && plugin.configs->count(plugin.get()) == 2, "not stereo with two configurations");
    PortsConfig config{};
    check(!plugin.configs->get(plugin.get(), 2, &config), "a third configuration");
    std::set<std::string> names;
    for (std::uint32_t i = 0; i < 2; ++i) {
        check(plugin.configs->get(plugin.get(), i, &config) && names.insert(config.name).second, "a configuration without a name of its own");
        check(config.inputs == 1 && config.outputs == 1 && config.has_input && config.has_output, "not one main port each way");
        check(config.input_channels == config.output_channels, "other channels in than out");
        check(std::strcmp(config.input_type, config.output_type) == 0, "other types in than out");
    }
    check(!plugin.configs->select(plugin.get(), 4711), "a configuration that there is not");
    for (const int channels : {1, 2, 1}) {
        plugin.arrange(channels);
        plugin.start(48000, 512);
        check(!plugin.configs->select(plugin.get(), clap_id(3 - channels)), "a configuration is chosen while active");
        plugin.scan();
        check(plugin.channels == channels, "ports that changed while active");
        Events events = random_values(plugin, 3);
        play(plugin, events, 512, channels == 1);
        std::vector<float> sound(64), out(64);
        const std::vector<float*> one{sound.data()}, two{sound.data(), out.data()};
        check(!plugin.try_process(channels == 1 ? two : one, channels == 1 ? two : one, 64, events), "a block of other channels is taken");
    }
    plugin.arrange(2);
    passed("layout-audio-ports-config");
}

void processing(Plugin& plugin) {
    for (const bool in_place : {false, true}) {
        plugin.start(48000, 512);
        for (unsigned seed = 1; seed < 40; ++seed) {
            Events events = random_values(plugin, seed);
            play(plugin, events, 1 + seed * 13, in_place);
        }
    }
    passed("process-audio-out-of-place-basic, process-audio-in-place-basic, param-fuzz-basic");
    const auto before = values(plugin);
    Events foreign = random_values(plugin, 99, 0xb33f);
    play(plugin, foreign, 64, false);
    plugin.stop();
    foreign.in.ctx = &foreign;
    plugin.flush(foreign);
    check(values(plugin) == before, "events of another name space set parameters");
    passed("param-set-wrong-namespace");
    Events unknown;
    unknown.list.push_back(parameter_event(0, 4711, 1.0));
    plugin.flush(unknown);
    check(values(plugin) == before, "a parameter that there is not set another one");
    passed("an unknown parameter is left alone");
}

void states(const char* file) {
    Plugin first(file), second(file);
    Events events = random_values(first, 7);
    first.start(48000, 64);
    play(first, events, 64, false);
    const std::string bytes = first.save(), parts = first.save(3);
    check(parts == bytes, "a stream that takes three bytes at a time gets other bytes");
    second.load(bytes, 1 << 20);
    check(values(first) == values(second) && second.save() == bytes, "another instance does not have the state");
    passed("state-reproducibility-basic");
    Plugin third(file);
    third.load(bytes, 2);
    check(third.save() == bytes, "read in parts it is another state");
    passed("state-buffered-streams");
    Plugin fourth(file);
    Events flushed = random_values(fourth, 7);
    flushed.in.ctx = &flushed;
    fourth.flush(flushed);
    check(fourth.save() == bytes, "values that were flushed make another state than those that were processed");
    passed("state-reproducibility-flush");
    const auto before = values(fourth);
    for (const std::string& broken : {std::string(), std::string("\0\1\2\3", 4), bytes.substr(0, bytes.size() / 2), std::string(5000, 'x')})
        check(!fourth.try_load(broken), "a state that is none is taken");
    check(values(fourth) == before, "a state that is none changed values");
    passed("state-invalid");
}

// A controller that is turned is told to the host, once, and what the host sends is not told back.
void told(Plugin& plugin) {
    plugin.start(48000, 512);
    Events events;
    events.list.push_back(parameter_event(0, 2, 0.25));
    play(plugin, events, 512, false);
    check(events.told.empty(), "what the host sends is told back");
    events.list.clear();
    events.list.push_back(controller_event(17, 21, 127));  // morph
    events.list.push_back(parameter_event(20, 3, 0.5));
    play(plugin, events, 512, false);
    check(events.told.size() == 1 && events.told[0].value.param_id == 2, "not the one parameter that was turned is told");
    check(events.told[0].value.value == 1.0 && events.told[0].header.time == 17, "another value or time is told");
    events.list.clear(), events.told.clear();
    play(plugin, events, 512, false);
    check(events.told.empty(), "what is known is told again");
    passed("a turned controller is told");
}

void instances(const char* file) {
    std::vector<std::thread> threads;
    for (unsigned n = 0; n < 4; ++n) {
        auto* const plugin = new Plugin(file);  // made and started on the main thread, played on one of its own
        plugin->start(44100, 256);
        threads.emplace_back([plugin, n] {
            for (unsigned seed = 0; seed < 60; ++seed) {
                Events events = random_values(*plugin, 100 * n + seed);
                play(*plugin, events, 256, false);
            }
        });
        threads.back().join();
        delete plugin;  // while active: its destructor stops it
    }
    std::vector<Plugin*> together;
    for (unsigned n = 0; n < 4; ++n) together.push_back(new Plugin(file)), together.back()->start(48000, 128);
    threads.clear();
    for (Plugin* plugin : together)
        threads.emplace_back([plugin] {
            for (unsigned seed = 0; seed < 200; ++seed) {
                Events events = random_values(*plugin, seed);
                play(*plugin, events, 128, seed % 2 == 0);
            }
        });
    for (std::thread& thread : threads) thread.join();
    for (Plugin* plugin : together) delete plugin;
    passed("instances side by side in threads of their own");
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) fail("clap_checks FILE");
    factory(arguments[1]);
    {
        Plugin plugin(arguments[1]);
        conversions(plugin);
        layouts(plugin);
        for (const int channels : {2, 1}) {
            plugin.arrange(channels);
            processing(plugin);
        }
        told(plugin);
    }
    states(arguments[1]);
    instances(arguments[1]);
    return 0;
}

// What pluginval checks of a VST3 plugin, asked by a program of our own: vst3_checks MODULE NAME; without a NAME it lists
// them. Names are pluginval's where it has the check. Every process() runs among traps for allocation and locks.
#include <clocale>
#include <random>
#include <set>
#include <thread>

#include "vst3_host.hpp"

namespace {

void check(bool held, const std::string& what) {
    if (!held) fail(what);
}

constexpr double kRates[] = {44100, 48000, 88200, 96000, 192000};
constexpr int32_t kBlocks[] = {64, 128, 256, 512, 1024, 2, 17, 333, 4001};

// Channels of sound for `frames` frames; the output is what the plugin made of noise.
struct Sound {
    std::vector<std::vector<float>> in, out;

    Sound(int channels, int32_t frames, unsigned seed = 5) : in(std::size_t(channels), std::vector<float>(std::size_t(frames))), out(in) {
        std::mt19937 random(seed);
        for (auto& channel : in)
            for (float& sample : channel) sample = float(2.0 * random() / 4294967295.0 - 1.0);
    }
    static std::vector<float*> from(std::vector<std::vector<float>>& channels, int32_t at) {
        std::vector<float*> pointers;
        for (auto& channel : channels) pointers.push_back(channel.data() + at);
        return pointers;
    }
    void through(Plugin& plugin, int32_t at, int32_t frames, Changes* changes = nullptr) {
        plugin.process(from(in, at), from(out, at), frames, changes);
    }
    void through(Plugin& plugin, Changes* changes = nullptr) { through(plugin, 0, int32_t(in[0].size()), changes); }
    void check_out() const {
        for (const auto& channel : out)
            for (const float sample : channel) {
                check(std::isfinite(sample), "a sample is not finite");
                check(std::fpclassify(sample) != FP_SUBNORMAL, "a sample is subnormal");
            }
    }
};

bool automatable(const v3_param_info& parameter) {
    return (parameter.flags & V3_PARAM_CAN_AUTOMATE) != 0 && (parameter.flags & (V3_PARAM_PROGRAM_CHANGE | V3_PARAM_IS_BYPASS)) == 0;
}

Changes random_changes(const Plugin& plugin, std::mt19937& random, int32_t frames = 1) {
    Changes changes;
    for (const auto& parameter : plugin.parameters)
        if (automatable(parameter)) changes.add(parameter.param_id, int32_t(random() % unsigned(frames)), random() / 4294967295.0);
    return changes;
}

std::vector<double> values(const Plugin& plugin) {
    std::vector<double> all;
    for (const auto& parameter : plugin.parameters) all.push_back(plugin.get(parameter.param_id));
    return all;
}

bool alike(const std::vector<double>& a, const std::vector<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) { return std::fabs(x - y) < 1e-6; });
}

// What a plugin makes of the same noise from its start.
std::vector<std::vector<float>> heard(Plugin& plugin, int channels = 2, Changes* changes = nullptr) {
    plugin.stop();
    plugin.arrange(channels);
    plugin.start(48000, 1024);
    Sound sound(channels, 1024);
    sound.through(plugin, changes);
    plugin.stop();
    return sound.out;
}

void plugin_info(const char* module) {
    Plugin plugin(module);
    check(v3_cpp_obj(plugin.factory)->num_classes(plugin.factory) == 1, "not one class");
    check(*plugin.info.name != 0 && std::strcmp(plugin.info.category, "Audio Module Class") == 0, "no name, or another category");
    v3_plugin_factory_2** second = nullptr;
    check(v3_cpp_obj_query_interface(plugin.factory, v3_plugin_factory_2_iid, &second) == V3_OK, "no second factory");
    v3_class_info_2 info{};
    check(v3_cpp_obj(second)->get_class_info_2(second, 0, &info) == V3_OK, "no class infos");
    check(std::strcmp(info.sub_categories, "Fx|EQ") == 0 && *info.vendor != 0 && *info.version != 0, "other class infos");
    void* made = nullptr;
    v3_tuid other = {1, 2, 3};
    check(v3_cpp_obj(plugin.factory)->create_instance(plugin.factory, other, v3_component_iid, &made) != V3_OK, "a class that there is not");
    check(v3_cpp_obj(plugin.processor)->get_latency_samples(plugin.processor) == 0, "a latency");
    check(v3_cpp_obj(plugin.processor)->get_tail_samples(plugin.processor) == 0, "a tail");
    check(v3_cpp_obj(plugin.processor)->can_process_sample_size(plugin.processor, V3_SAMPLE_32) == V3_OK, "no 32-bit samples");
    check(v3_cpp_obj(plugin.processor)->can_process_sample_size(plugin.processor, V3_SAMPLE_64) != V3_OK, "64-bit samples");
}

void plugin_programs(const char* module) {
    Plugin plugin(module);
    const auto program = std::find_if(plugin.parameters.begin(), plugin.parameters.end(), [](const auto& p) { return (p.flags & V3_PARAM_PROGRAM_CHANGE) != 0; });
    check(program != plugin.parameters.end() && program->step_count > 0, "no programs");
    const int32_t last = program->step_count;
    std::set<std::string> names;
    for (int32_t i = 0; i <= last; ++i) check(names.insert(plugin.text(program->param_id, double(i) / last)).second, "two programs of one name");
    check(names.count("") == 0, "a program without a name");
    const auto before = values(plugin);
    std::mt19937 random(3);
    for (int round = 0; round < 5; ++round) {
        const double value = double(1 + int(random() % unsigned(last))) / last;
        check(plugin.set(program->param_id, value) == V3_OK && std::fabs(plugin.get(program->param_id) - value) < 1e-6, "a program is not taken");
        check(!alike(values(plugin), before), "a program changes nothing");
    }
    plugin.set(program->param_id, 0);
    check(alike(values(plugin), before), "the first program is not what the plugin starts with");
}

void audio_at_all(const char* module, bool releasing) {
    Plugin plugin(module);
    std::mt19937 random(1);
    for (const int channels : {2, 1}) {
        plugin.stop();
        plugin.arrange(channels);
        plugin.start(kRates[0], kBlocks[0]);
        for (const double rate : kRates)
            for (const int32_t block : kBlocks) {
                if (releasing) plugin.start(rate, block);
                else plugin.prepare(rate, block);
                Sound sound(channels, block, unsigned(block));
                for (int i = 0; i < 10; ++i) {
                    Changes changes = random_changes(plugin, random, block);
                    sound.through(plugin, i % 2 == 0 ? nullptr : &changes);
                    sound.check_out();
                }
                for (auto& channel : sound.in) std::fill(channel.begin(), channel.end(), 0.0f);
                for (int i = 0; i < 10; ++i) sound.through(plugin), sound.check_out();  // what rings on into silence
            }
    }
}
void audio_processing(const char* module) { audio_at_all(module, true); }
void non_releasing(const char* module) { audio_at_all(module, false); }

void state(const char* module) {
    Plugin first(module), second(module);
    std::mt19937 random(7);
    Changes changes = random_changes(first, random);
    const auto sound = heard(first, 2, &changes);
    const std::string bytes = first.save();
    check(first.save(3) == bytes, "a stream that takes three bytes at a time gets other bytes");
    check(second.load(bytes, 2) && second.save() == bytes, "read in parts it is another state");
    check(alike(values(first), values(second)), "another instance does not have the values");
    check(heard(second) == sound, "another instance sounds different");
}

void state_restoration(const char* module) {
    Plugin plugin(module);
    std::mt19937 random(8);
    for (const bool audio : {false, true}) {
        const std::string bytes = plugin.save();
        const auto before = values(plugin);
        Changes changes = random_changes(plugin, random);
        for (const Queue& queue : changes.queues) plugin.set(queue.id, queue.points[0].value);
        if (audio) heard(plugin, 2, &changes);
        check(!alike(values(plugin), before) && plugin.save() != bytes, "values are not set");
        check(plugin.load(bytes) && alike(values(plugin), before), "values are not restored");
        check(plugin.save() == bytes, "the state that was set is not given back");
    }
    const std::string bytes = plugin.save();
    for (const std::string& broken : {std::string(), std::string("\0\1\2\3", 4), bytes.substr(0, bytes.size() / 2), std::string(5000, 'x')})
        check(!plugin.load(broken), "a state that is none is taken");
    check(plugin.save() == bytes, "a state that is none changed values");
}

// What was set at the edit controller is saved before the audio brings it, and is heard only then.
void state_before_audio(const char* module) {
    Plugin first(module), sent(module), fresh(module);
    const auto silent = heard(first);
    std::mt19937 random(9);
    Changes changes = random_changes(first, random);
    for (const Queue& queue : changes.queues) {
        first.set(queue.id, queue.points[0].value);
        sent.set(queue.id, queue.points[0].value);
        const auto& parameter = *std::find_if(first.parameters.begin(), first.parameters.end(), [&](const auto& p) { return p.param_id == queue.id; });
        const double step = parameter.step_count > 0 ? 0.51 / parameter.step_count : 1e-6;
        check(std::fabs(first.get(queue.id) - queue.points[0].value) <= step, "the controller does not give back what it was given");
    }
    const std::string bytes = first.save();
    const Queue& word = changes.queues[0];
    check(bytes.find(":" + first.text(word.id, word.points[0].value)) != std::string::npos, "the word is not saved by its name");
    const auto sound = heard(sent, 2, &changes);
    check(bytes == sent.save(), "what was set makes another state than what was sent with audio");
    check(fresh.load(bytes) && alike(values(fresh), values(sent)), "a fresh instance does not have the values");
    check(heard(fresh) == sound, "a fresh instance sounds different");
    check(heard(first) == silent, "what was set is heard before it is sent");
    check(first.save() == bytes, "a block that may have been filled before ends it");
    check(heard(first) == silent && first.save() == Plugin(module).save(), "what is never sent stays in the state");
    // What comes with the audio, or with a state, is newer.
    first.set(changes.queues[2].id, 0.75);
    Changes newer;
    newer.add(changes.queues[2].id, 0, 0.25);
    heard(first, 2, &newer);
    check(std::fabs(first.get(changes.queues[2].id) - 0.25) < 1e-6, "what was set hides what was sent");
    first.set(changes.queues[2].id, 0.75);
    check(first.load(bytes) && first.save() == bytes, "what was set hides a state");
}

// A session of a build that had a word at another number, in a host that gives back at once what it reads.
void state_of_other_numbers(const char* module) {
    Plugin plugin(module);
    const auto& word = *std::find_if(plugin.parameters.begin(), plugin.parameters.end(), [](const auto& p) { return Plugin::narrow(p.title) == "Semantic"; });
    Changes chosen;
    chosen.add(word.param_id, 0, 30.0 / word.step_count);
    const auto sound = heard(plugin, 2, &chosen);
    const std::string bytes = plugin.save(), name = ":" + plugin.text(word.param_id, 30.0 / word.step_count);
    std::string other = bytes;
    for (const std::string& text : {"30" + name, std::string("semantic\0" "30\0", 12)}) {
        const std::size_t at = other.find(text);
        check(at != std::string::npos, "no word in the state");
        other[at + text.find("30")] = '2';
    }
    check(plugin.load(other), "the session is refused");
    plugin.set(word.param_id, plugin.get(word.param_id));
    const auto named = [&] { return plugin.save().find(name + std::string(1, '\0')) != std::string::npos; };
    check(named(), "saved at once it has another word");
    check(heard(plugin) == sound && named(), "it has another word once audio runs");
}

void automation(const char* module) {
    constexpr int32_t kPart = 32;
    Plugin plugin(module);
    std::mt19937 random(2);
    for (const int channels : {2, 1})
        for (const double rate : kRates)
            for (const int32_t block : kBlocks) {
                plugin.stop();
                plugin.arrange(channels);
                plugin.start(rate, block);
                Sound sound(channels, block);
                for (int32_t at = 0; at < block; at += kPart) {
                    const int32_t part = std::min(kPart, block - at);
                    Changes changes = random_changes(plugin, random, part);
                    sound.through(plugin, at, part, &changes);
                }
                sound.check_out();
            }
}

void parameters(const char* module) {
    Plugin plugin(module);
    std::set<v3_param_id> ids;
    std::set<std::string> names;
    for (const auto& parameter : plugin.parameters) {
        const std::string name = Plugin::narrow(parameter.title);
        check(ids.insert(parameter.param_id).second && !name.empty() && names.insert(name).second, "an id or a name twice");
        check(parameter.default_normalised_value >= 0 && parameter.default_normalised_value <= 1, name + ": a default outside 0 to 1");
        check(std::fabs(plugin.get(parameter.param_id) - parameter.default_normalised_value) < 1e-6, name + ": does not start with its default");
        if ((parameter.flags & V3_PARAM_READ_ONLY) != 0) continue;
        const double step = parameter.step_count > 0 ? 0.51 / parameter.step_count : 0.002;
        for (int i = 0; i <= 50; ++i) {
            const double value = i / 50.0;
            std::string text = plugin.text(parameter.param_id, value);
            check(!text.empty() && text.size() < 128, name + ": no text");
            std::vector<int16_t> wide(text.begin(), text.end());
            wide.push_back(0);
            double read = -1;
            check(v3_cpp_obj(plugin.controller)->get_parameter_value_for_string(plugin.controller, parameter.param_id, wide.data(), &read) == V3_OK, name + ": " + text + " is not read");
            check(plugin.text(parameter.param_id, read) == text, name + ": " + text + " is read as another value");
            check(std::fabs(read - value) <= step, name + ": " + text + " is far from its value");
        }
    }
    for (const double wrong : {-0.1, 1.1, double(NAN)}) check(plugin.set(plugin.parameters.back().param_id, wrong) != V3_OK, "a value outside 0 to 1 is taken");
    check(plugin.set(4711, 0.5) != V3_OK && plugin.get(4711) == 0, "a parameter that there is not");
}

// As if by the window and the automation at the same time.
void thread_safety(const char* module) {
    Plugin plugin(module);
    plugin.start(44100, 32);
    std::thread audio([&plugin] {
        std::mt19937 random(1);
        Sound sound(2, 32);
        for (int i = 0; i < 2000; ++i) {
            Changes changes = random_changes(plugin, random, 32);
            sound.through(plugin, &changes);
            sound.check_out();
        }
    });
    std::mt19937 random(2);
    for (int i = 0; i < 500; ++i) {
        for (const auto& parameter : plugin.parameters)
            if (automatable(parameter)) plugin.set(parameter.param_id, random() / 4294967295.0), plugin.get(parameter.param_id);
        if (i % 50 == 0) check(plugin.load(plugin.save()), "a state is refused while audio runs");
    }
    audio.join();
}

void basic_bus(const char* module) {
    Plugin plugin(module);
    check(plugin.channels() == 2, "the default is not stereo");
    check(v3_cpp_obj(plugin.component)->get_bus_count(plugin.component, V3_EVENT, V3_INPUT) == 0, "a bus of events");
    v3_bus_info bus{};
    check(v3_cpp_obj(plugin.component)->get_bus_info(plugin.component, V3_AUDIO, V3_INPUT, 1, &bus) != V3_OK, "infos of a bus that there is not");
    const auto sound = heard(plugin);
    const v3_speaker_arrangement five = kStereo | V3_SPEAKER_C | V3_SPEAKER_LFE | V3_SPEAKER_LS | V3_SPEAKER_RS;
    const v3_speaker_arrangement all[] = {0, kMono, V3_SPEAKER_L, V3_SPEAKER_C, kStereo, V3_SPEAKER_LS | V3_SPEAKER_RS, kStereo | V3_SPEAKER_C, five};
    for (const int channels : {1, 2}) {
        plugin.arrange(channels);
        for (const auto input : all)
            for (const auto output : all) {
                const bool known = input == output && (input == kMono || input == kStereo);
                check(plugin.arrange(input, output) == known, "an arrangement is refused, or one that there is not is taken");
                check(plugin.channels() == (known ? input == kMono ? 1 : 2 : channels), "not the arrangement that was taken");
                if (known) plugin.arrange(channels);
            }
        v3_speaker_arrangement two[] = {kStereo, kStereo};
        check(v3_cpp_obj(plugin.processor)->set_bus_arrangements(plugin.processor, nullptr, 0, nullptr, 0) == V3_FALSE, "no bus at all");
        check(v3_cpp_obj(plugin.processor)->set_bus_arrangements(plugin.processor, two, 2, two, 1) == V3_FALSE, "a second bus");
        plugin.start(48000, 512);
        check(!plugin.arrange(kMono, kMono) && !plugin.arrange(kStereo, kStereo), "an arrangement while active");
        check(plugin.channels() == channels, "another arrangement while active");
        plugin.stop();
    }
    for (const bool on : {true, false, true})
        for (const int32_t direction : {V3_INPUT, V3_OUTPUT})
            check(v3_cpp_obj(plugin.component)->activate_bus(plugin.component, V3_AUDIO, direction, 0, on) == V3_OK, "a bus is not switched");
    check(heard(plugin) == sound, "after all of it the default sounds different");
    const auto mono = heard(plugin, 1);
    check(mono[0] == sound[0], "mono is not the left channel");
    check(heard(plugin) == sound, "stereo after mono sounds different");
    // Hosts give no channels to a bus that is switched off.
    for (const int channels : {1, 2}) {
        plugin.arrange(channels);
        plugin.start(48000, 64);
        plugin.process({}, {}, 64);
        plugin.stop();
    }
}

void fuzz_parameters(const char* module) {
    Plugin plugin(module);
    plugin.start(48000, 256);
    std::mt19937 random(4);
    for (int round = 0; round < 300; ++round) {
        for (const auto& parameter : plugin.parameters) plugin.set(parameter.param_id, random() / 4294967295.0);
        Changes changes = random_changes(plugin, random, 256);
        if (round % 10 == 0) {
            changes.queues[std::size_t(round / 10) % changes.queues.size()].points[0].value = round % 20 == 0 ? NAN : 1.5;
            changes.add(4711, 3, 0.5);
        }
        Sound sound(2, 256);
        sound.through(plugin, &changes);
        sound.check_out();
    }
}

void allocations(const char* module) {
    Plugin plugin(module);
    std::mt19937 random(6);
    for (const int channels : {2, 1, 2})
        for (const double rate : {44100.0, 48000.0, 96000.0})
            for (const int32_t block : {64, 128, 256, 512, 1024}) {
                plugin.stop();
                plugin.arrange(channels);
                plugin.start(rate, block);
                Sound sound(channels, block);
                for (int i = 0; i < 10; ++i) {
                    Changes changes = random_changes(plugin, random, block);
                    sound.through(plugin, &changes);
                    sound.check_out();
                }
            }
}

void larger_blocks(const char* module) {
    Plugin plugin(module), right(module);
    std::mt19937 random(6);
    for (const int channels : {2, 1})
        for (const double rate : {44100.0, 48000.0, 96000.0})
            for (const int32_t block : {64, 128, 256, 512, 1024}) {
                for (Plugin* each : {&plugin, &right}) each->stop(), each->arrange(channels);
                plugin.start(rate, block);
                right.start(rate, 16 * block);
                for (const int32_t by : {2, 16}) {
                    Sound sound(channels, by * block), wanted = sound;
                    sound.through(plugin);
                    wanted.through(right);
                    check(sound.out == wanted.out, "a longer block sounds different");
                }
                Sound sound(channels, 16 * block);
                Changes changes = random_changes(plugin, random, 16 * block);
                sound.through(plugin, &changes);
                sound.check_out();
                right.start(rate, block);
                plugin.load(right.save());
            }
}

void locale(const char* module) {
    std::setlocale(LC_ALL, "");
    const std::string before = std::setlocale(LC_ALL, nullptr);
    Plugin plugin(module);
    heard(plugin);
    plugin.load(plugin.save());
    check(std::setlocale(LC_ALL, nullptr) == before, "the locale was changed");
}

void instances(const char* module) {
    for (int i = 0; i < 20; ++i) Plugin(module).start(48000, 64);  // let go of while active
    std::vector<std::thread> threads;
    for (unsigned n = 0; n < 4; ++n)
        threads.emplace_back([plugin = new Plugin(module), n] {
            std::mt19937 random(n);
            plugin->start(48000, 128);
            for (int i = 0; i < 200; ++i) {
                Sound sound(2, 128);
                Changes changes = random_changes(*plugin, random, 128);
                sound.through(*plugin, &changes);
                sound.check_out();
            }
        });
    for (std::thread& thread : threads) thread.join();
}

struct Check {
    const char* name;
    void (*run)(const char*);
};
constexpr Check kChecks[] = {
    {"plugin-info", plugin_info},
    {"plugin-programs", plugin_programs},
    {"audio-processing", audio_processing},
    {"non-releasing-audio-processing", non_releasing},
    {"plugin-state", state},
    {"plugin-state-restoration", state_restoration},
    {"state-before-audio", state_before_audio},
    {"state-of-other-numbers", state_of_other_numbers},
    {"automation", automation},
    {"automatable-parameters", parameters},
    {"parameter-thread-safety", thread_safety},
    {"basic-bus", basic_bus},
    {"fuzz-parameters", fuzz_parameters},
    {"allocations-during-process", allocations},
    {"larger-than-prepared-block-size", larger_blocks},
    {"locale", locale},
    {"instances-side-by-side", instances},
};

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) fail("vst3_checks MODULE [NAME]");
    for (const Check& check : kChecks) {
        if (count == 2) std::printf("%s\n", check.name);
        if (count != 3 || std::strcmp(check.name, arguments[2]) != 0) continue;
        check.run(arguments[1]);
        return 0;
    }
    return count == 2 ? 0 : 2;
}

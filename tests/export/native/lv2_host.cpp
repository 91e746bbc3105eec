// A small LV2 host for tests: it renders a file, with as many channels as are connected.
//   lv2_host render INPUTS[:OUTPUTS] MODULE IN OUT RATE BLOCK [INDEX=VALUE] …
// IN and OUT are float32, channels one after the other; INDEX counts the plugin's parameters. A second port that is not
// asked for is left unconnected, as lv2:connectionOptional allows.
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "lv2/atom.h"
#include "lv2/lv2.h"
#include "lv2/options.h"
#include "lv2/urid.h"
#include "lv2/worker.h"
#include "traps.hpp"

namespace {

[[noreturn]] void fail(const std::string& text) {
    std::fprintf(stderr, "lv2_host: %s\n", text.c_str());
    std::exit(1);
}

LV2_URID number_of(LV2_URID_Map_Handle, const char* uri) {
    static std::map<std::string, LV2_URID> numbers;
    return numbers.emplace(uri, LV2_URID(numbers.size() + 1)).first->second;
}

enum Port : std::uint32_t { kIn = 0, kOut = 2, kEventsIn = 4, kEventsOut, kLatency, kControls, kPorts = kControls + 7 };

}  // namespace

int main(int count, char** arguments) {
    if (count < 8) fail("lv2_host render INPUTS[:OUTPUTS] MODULE IN OUT RATE BLOCK [INDEX=VALUE] …");
    void* const library = dlopen(arguments[3], RTLD_NOW);
    if (library == nullptr) fail(dlerror());
    const auto describe = reinterpret_cast<LV2_Descriptor_Function>(dlsym(library, "lv2_descriptor"));
    const LV2_Descriptor* const descriptor = describe == nullptr ? nullptr : describe(0);
    if (descriptor == nullptr || describe(1) != nullptr) fail("not one plugin");

    LV2_URID_Map map{nullptr, number_of};
    LV2_Worker_Schedule worker{nullptr, [](LV2_Worker_Schedule_Handle, std::uint32_t, const void*) { return LV2_WORKER_ERR_UNKNOWN; }};
    const int block = std::atoi(arguments[7]), inputs = std::atoi(arguments[2]);
    const char* const colon = std::strchr(arguments[2], ':');
    const int outputs = colon == nullptr ? inputs : std::atoi(colon + 1);
    const LV2_Options_Option options[] = {
        {LV2_OPTIONS_INSTANCE, 0, number_of(nullptr, "http://lv2plug.in/ns/ext/buf-size#maxBlockLength"), sizeof block, number_of(nullptr, LV2_ATOM__Int), &block},
        {}};
    const LV2_Feature map_feature{LV2_URID__map, &map}, worker_feature{LV2_WORKER__schedule, &worker},
        options_feature{LV2_OPTIONS__options, const_cast<LV2_Options_Option*>(options)};
    const LV2_Feature* const features[] = {&map_feature, &worker_feature, &options_feature, nullptr};
    const LV2_Handle plugin = descriptor->instantiate(descriptor, std::atof(arguments[6]), "/", features);
    if (plugin == nullptr) fail("not instantiated");

    std::ifstream file(arguments[4], std::ios::binary | std::ios::ate);
    std::vector<float> audio(std::size_t(file.tellg()) / sizeof(float)), result(audio.size() / std::size_t(inputs) * std::size_t(outputs));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(audio.data()), std::streamsize(audio.size() * sizeof(float)));

    float latency = 0, values[kPorts] = {};
    LV2_Atom_Sequence events{{sizeof(LV2_Atom_Sequence_Body), number_of(nullptr, LV2_ATOM__Sequence)}, {0, 0}};
    std::vector<std::uint64_t> told(512);
    for (std::uint32_t port = 0; port < kEventsIn; ++port) descriptor->connect_port(plugin, port, nullptr);
    descriptor->connect_port(plugin, kEventsIn, &events);
    descriptor->connect_port(plugin, kEventsOut, told.data());
    descriptor->connect_port(plugin, kLatency, &latency);
    for (int i = 8; i < count; ++i) {
        unsigned index;
        float value;
        if (std::sscanf(arguments[i], "%u=%f", &index, &value) != 2 || kControls + index >= kPorts) fail(std::string("cannot read ") + arguments[i]);
        values[index] = value;
        descriptor->connect_port(plugin, kControls + index, &values[index]);
    }
    descriptor->activate(plugin);
    const std::size_t frames = audio.size() / std::size_t(inputs);
    for (std::size_t at = 0; at < frames; at += std::size_t(block)) {
        for (std::uint32_t c = 0; c < std::uint32_t(inputs); ++c) descriptor->connect_port(plugin, kIn + c, audio.data() + c * frames + at);
        for (std::uint32_t c = 0; c < std::uint32_t(outputs); ++c) descriptor->connect_port(plugin, kOut + c, result.data() + c * frames + at);
        auto* const room = reinterpret_cast<LV2_Atom*>(told.data());
        room->size = std::uint32_t(told.size() * sizeof told[0] - sizeof(LV2_Atom)), room->type = 0;
        in_process = true;
        descriptor->run(plugin, std::uint32_t(std::min(std::size_t(block), frames - at)));
        in_process = false;
    }
    descriptor->deactivate(plugin);
    descriptor->cleanup(plugin);
    if (latency != 0) fail("a latency");
    std::ofstream(arguments[5], std::ios::binary).write(reinterpret_cast<const char*>(result.data()), std::streamsize(result.size() * sizeof(float)));
    return 0;
}

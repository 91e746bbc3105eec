// semeq as VST3, CLAP and LV2, on DPF (https://github.com/DISTRHO/DPF, ISC licence).
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "DistrhoPlugin.hpp"
#include "equaliser.hpp"
#include "host_side.hpp"
#include "programs.hpp"
#if DISTRHO_PLUGIN_HAS_UI
#include "window_link.hpp"
#endif

START_NAMESPACE_DISTRHO

namespace {

using namespace semeq;

// MIDI 1.0 leaves controllers 20 to 31 undefined, so they are free to use. In the order of ParameterIndex.
constexpr std::uint8_t kControllers[kParameterCount] = {23, 24, 21, 22, 25, 26, 27};

// LV2 hosts keep the values, in control ports, and give them by the block; the others ask for them.
#ifdef DISTRHO_PLUGIN_TARGET_LV2
constexpr bool kControlPorts = true;
#else
constexpr bool kControlPorts = false;
#endif

constexpr const char* kStateKeys[2] = {"semantic_word", "to_word"};  // for kSemantic and kTo

}  // namespace

class SemeqPlugin : public Plugin {
public:
    SemeqPlugin() : Plugin(kParameterCount, model::kProgramCount, 2) { setLatency(0); }

    HostSide host;
#if DISTRHO_PLUGIN_HAS_UI
    WindowLink link;
#endif

protected:
    const char* getLabel() const override { return "semeq"; }
    const char* getDescription() const override { return "An equaliser steered with words. Model: " SEMEQ_MODEL_DESCRIPTION; }
    const char* getMaker() const override { return "semeq"; }
    const char* getLicense() const override { return "MIT"; }
    uint32_t getVersion() const override { return d_version(0, 1, 0); }
    int64_t getUniqueId() const override { return d_cconst(SEMEQ_PLUGIN_CODE); }

    void initAudioPort(bool input, uint32_t index, AudioPort& port) override {
        port.groupId = kPortGroupStereo;
        Plugin::initAudioPort(input, index, port);
    }

    void initParameter(uint32_t index, Parameter& p) override {
        static constexpr const char* names[] = {"Semantic", "To", "Morph", "Intensity", "Output", "Bypass", "Level match"};
        static constexpr const char* symbols[] = {"semantic", "to", "morph", "intensity", "output_db", "bypass", "level_match"};
        p.hints = kParameterIsAutomatable;
        p.name = names[index];
        p.symbol = symbols[index];
        p.ranges = ParameterRanges(kDefaults[index], kLow[index], kHigh[index]);
        p.midiCC = kControllers[index];
        switch (index) {
            case kSemantic:
            case kTo: {
                p.hints |= kParameterIsInteger;
                auto* values = new ParameterEnumerationValue[model::kWordCount];
                for (int i = 0; i < model::kWordCount; ++i) values[i] = {float(i), model::kWords[i]};
                p.enumValues.count = model::kWordCount;
                p.enumValues.restrictedMode = true;
                p.enumValues.values = values;
                p.description = index == kSemantic ? "The word to sound like" : "The word that morph leads to";
                break;
            }
            case kMorph:
                p.description = "0: the first word, 1: the second, in even steps for the ear";
                break;
            case kIntensity:
                p.description = "0: flat, 1: the word's typical strength, 2: twice that in dB";
                break;
            case kOutputDb:
                p.unit = "dB";
                break;
            case kBypass:
                p.initDesignation(kParameterDesignationBypass);
                break;
            case kLevelMatch:
                p.hints |= kParameterIsBoolean | kParameterIsInteger;
                p.description = "Make the output as loud as the input, heard over some seconds";
                break;
        }
    }

    void initProgramName(uint32_t index, String& name) override { name = model::kPrograms[index].name; }

    void initState(uint32_t index, State& state) override {
        state.key = kStateKeys[index];
        state.hints = kStateIsOnlyForDSP;
        state.defaultValue = encode(int(kDefaults[index]), int(kDefaults[index]));
        state.label = index == 0 ? "Semantic word" : "To word";
    }

    float getParameterValue(uint32_t index) const override {
        float value;
        return host.saved_here() && host.values.get(index, value) ? value : equaliser_.get(index);
    }

    void setParameterValue(uint32_t index, float value) override {
        host.values.forget(index);
        if (index <= kTo) {
            // A session saved with another vocabulary: its number, sent after its name, means the word of that name.
            // A host that keeps the number goes on sending and saving it.
            const int renumbered = renumbered_[index].load(std::memory_order_relaxed);
            const bool again = renumbered != kNone && (renumbered >> 16) == int(value + 0.5f);
            if (again) {
                value = float(renumbered & 0xffff);
                announce_[index].store(true, std::memory_order_relaxed);
            }
            if (!again || !kControlPorts) renumbered_[index].store(kNone, std::memory_order_relaxed);
        }
        equaliser_.set(index, value);
    }

    void loadProgram(uint32_t index) override {
        Snapshot values{};
        for (const std::uint32_t kept : {kBypass, kLevelMatch}) values[kept] = equaliser_.get(kept);
        values = with_program(values, int(index));
        for (std::uint32_t i = 0; i < kParameterCount; ++i) {
            if (i != kBypass && i != kLevelMatch) host.values.forget(i);
            equaliser_.set(i, values[i]);
        }
        for (auto& renumbered : renumbered_) renumbered.store(kNone, std::memory_order_relaxed);
    }

    // The word by name and the number by which the host saves it: "number:name".
    String getState(const char* key) const override {
        const std::uint32_t index = std::strcmp(key, kStateKeys[0]) == 0 ? kSemantic : kTo;
        const int number = int(getParameterValue(index)), renumbered = renumbered_[index].load(std::memory_order_relaxed);
        const bool kept = kControlPorts && renumbered != kNone && (renumbered & 0xffff) == number;
        return encode(kept ? renumbered >> 16 : number, number);
    }

    void setState(const char* key, const char* value) override {
        const std::uint32_t index = std::strcmp(key, kStateKeys[0]) == 0 ? kSemantic : kTo;
        const char* name = std::strchr(value, ':');
        if (name == nullptr) return;
        const int then = std::atoi(value), now = word_index(name + 1);
        if (now < 0 || then < 0 || then > 0x7fff) return;
        host.values.forget(index);
        equaliser_.set(index, float(now));
        renumbered_[index].store(then != now ? (then << 16) | now : kNone, std::memory_order_relaxed);
    }

    void activate() override { equaliser_.activate(getSampleRate()); }
    void sampleRateChanged(double rate) override { equaliser_.activate(rate); }

#if DISTRHO_PLUGIN_WANT_MIDI_INPUT
    // Controllers arrive with their frame: the block is cut there, so a knob acts where it was turned.
    void run(const float** inputs, float** outputs, uint32_t frames, const MidiEvent* events, uint32_t count) override {
        announce();
        std::uint32_t position = 0;
        for (std::uint32_t i = 0; i < count; ++i) {
            const MidiEvent& event = events[i];
            if (event.size != 3 || (event.data[0] & 0xf0) != 0xb0) continue;
            const int index = parameter_of(event.data[1]);
            if (index < 0) continue;
            if (event.frame > position && event.frame < frames) {
                play(inputs, outputs, position, event.frame);
                position = event.frame;
            }
            turn(std::uint32_t(index), float(event.data[2] & 0x7f) / 127.0f);
        }
        play(inputs, outputs, position, frames);
    }
#else
    void run(const float** inputs, float** outputs, uint32_t frames) override {
        announce();
        play(inputs, outputs, 0, frames);
    }
#endif

private:
#if DISTRHO_PLUGIN_WANT_MIDI_INPUT
    static int parameter_of(int controller) noexcept {
        for (std::uint32_t i = 0; i < kParameterCount; ++i)
            if (kControllers[i] == controller) return int(i);
        return -1;
    }

    // A controller at `part` of its way, 0 to 1.
    void turn(std::uint32_t index, float part) noexcept {
        const float low = kLow[index], high = kHigh[index];
        float value = low + part * (high - low);
        if (index >= kBypass) value = float(part >= 0.5f);
        // A controller has 128 steps: they are the first 128 words, which are the ones that matter most.
        if (index <= kTo && model::kWordCount > 128) value = std::round(part * 127.0f);
        equaliser_.set(index, value);
        equaliser_.smooth();
        announce_[index].store(true, std::memory_order_relaxed);
    }
#endif

    // A host with one channel has none where the second one would be; one channel into two sounds in both.
    void play(const float** inputs, float** outputs, std::uint32_t from, std::uint32_t to) noexcept {
        const int channels = inputs[1] != nullptr && outputs[1] != nullptr ? 2 : 1;
        const float* in[kMostChannels];
        float* out[kMostChannels];
        for (int c = 0; c < channels; ++c) in[c] = inputs[c] + from, out[c] = outputs[c] + from;
        equaliser_.run(in, out, channels, int(to - from));
        if (channels == 1 && outputs[1] != nullptr) std::copy_n(out[0], to - from, outputs[1] + from);
#if DISTRHO_PLUGIN_HAS_UI
        link.output.write(out, channels, int(to - from));
#endif
    }

    // Tell the host of values that did not come from it.
    void announce() {
        for (std::uint32_t i = 0; i < kParameterCount; ++i)
            if (announce_[i].load(std::memory_order_relaxed) && announce_[i].exchange(false, std::memory_order_relaxed))
                requestParameterValueChange(i, equaliser_.get(i));
    }

    static String encode(int number, int index) { return String(number) + ":" + model::kWords[index]; }

    static constexpr int kNone = -1;
    Equaliser equaliser_{kControlPorts};
    std::atomic<int> renumbered_[2] = {{kNone}, {kNone}};
    std::atomic<bool> announce_[kParameterCount] = {};

    DISTRHO_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR(SemeqPlugin)
};

void release_abandoned();  // framework.cpp

Plugin* createPlugin() {
    release_abandoned();
    return new SemeqPlugin();
}

END_NAMESPACE_DISTRHO

semeq::HostSide& semeq::host_side(void* plugin) noexcept {
    USE_NAMESPACE_DISTRHO
    return static_cast<SemeqPlugin*>(static_cast<Plugin*>(plugin))->host;
}

#if DISTRHO_PLUGIN_HAS_UI
semeq::WindowLink& semeq::window_link(void* plugin) noexcept {
    USE_NAMESPACE_DISTRHO
    return static_cast<SemeqPlugin*>(static_cast<Plugin*>(plugin))->link;
}
#endif

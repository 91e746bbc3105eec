// semeq as VST3, CLAP and LV2, on DPF (https://github.com/DISTRHO/DPF, ISC licence).
#include <cstdlib>
#include <cstring>

#include "DistrhoPlugin.hpp"
#include "equaliser.hpp"

START_NAMESPACE_DISTRHO

namespace {

using namespace semeq;

struct Program {
    const char* name;
    const char *semantic, *to;
    float morph, intensity;
};

// Starting points. A word that a user's own vocabulary lacks falls back to the default one.
constexpr Program kPrograms[] = {
    {"Warm to bright, at warm", "warm", "bright", 0.0f, 1.0f},
    {"Warm to bright, in the middle", "warm", "bright", 0.5f, 1.0f},
    {"Gently warm", "warm", "bright", 0.0f, 0.5f},
    {"Gently bright", "bright", "warm", 0.0f, 0.5f},
    {"Clear up the mud", "muddy", "clear", 1.0f, 0.7f},
    {"Air on top", "airy", "clear", 0.0f, 0.6f},
    {"Full body", "full", "thin", 0.0f, 0.7f},
    {"Thin it out", "thin", "full", 0.0f, 0.6f},
    {"Deep", "deep", "airy", 0.0f, 0.8f},
    {"Boom", "boomy", "tinny", 0.0f, 0.5f},
    {"Small speaker", "tinny", "full", 0.0f, 1.0f},
    {"Flat (intensity 0)", "warm", "bright", 0.0f, 0.0f},
};
constexpr std::uint32_t kProgramCount = sizeof(kPrograms) / sizeof(kPrograms[0]);

int word_index(const char* name) noexcept {
    for (int i = 0; i < model::kWordCount; ++i)
        if (std::strcmp(model::kWords[i], name) == 0) return i;
    return -1;
}

constexpr const char* kStateKeys[2] = {"semantic_word", "to_word"};  // for kSemantic and kTo

}  // namespace

class SemeqPlugin : public Plugin {
public:
    SemeqPlugin() : Plugin(kParameterCount, kProgramCount, 2) { setLatency(0); }

protected:
    const char* getLabel() const override { return "semeq"; }
    const char* getDescription() const override { return "An equaliser steered with words. Model: " SEMEQ_MODEL_DESCRIPTION; }
    const char* getMaker() const override { return "semeq"; }
    const char* getLicense() const override { return "MIT"; }
    uint32_t getVersion() const override { return d_version(0, 1, 0); }
    int64_t getUniqueId() const override { return d_cconst('S', 'm', 'e', 'q'); }

    void initAudioPort(bool input, uint32_t index, AudioPort& port) override {
        port.groupId = SEMEQ_CHANNELS == 1 ? kPortGroupMono : kPortGroupStereo;
        Plugin::initAudioPort(input, index, port);
    }

    void initParameter(uint32_t index, Parameter& p) override {
        // Controllers 20 to 31 are undefined in MIDI 1.0, so free to use.
        static constexpr const char* names[] = {"Semantic", "To", "Morph", "Intensity", "Output", "Bypass"};
        static constexpr const char* symbols[] = {"semantic", "to", "morph", "intensity", "output_db", "bypass"};
        static constexpr float high[] = {model::kWordCount - 1, model::kWordCount - 1, 1, 2, 24, 1};
        p.hints = kParameterIsAutomatable;
        p.name = names[index];
        p.symbol = symbols[index];
        p.ranges = ParameterRanges(Equaliser::kDefaults[index], index == kOutputDb ? -24.0f : 0.0f, high[index]);
        switch (index) {
            case kSemantic:
            case kTo: {
                p.hints |= kParameterIsInteger;
                p.midiCC = index == kSemantic ? 23 : 24;
                auto* values = new ParameterEnumerationValue[model::kWordCount];
                for (int i = 0; i < model::kWordCount; ++i) values[i] = {float(i), model::kWords[i]};
                p.enumValues.count = model::kWordCount;
                p.enumValues.restrictedMode = true;
                p.enumValues.values = values;
                p.description = index == kSemantic ? "The word to sound like" : "The word that morph leads to";
                break;
            }
            case kMorph:
                p.midiCC = 21;
                p.description = "0: the first word, 1: the second, in even steps for the ear";
                break;
            case kIntensity:
                p.midiCC = 22;
                p.description = "0: flat, 1: the word's typical strength, 2: twice that in dB";
                break;
            case kOutputDb:
                p.midiCC = 25;
                p.unit = "dB";
                break;
            case kBypass:
                p.initDesignation(kParameterDesignationBypass);
                p.midiCC = 26;
                break;
        }
    }

    void initProgramName(uint32_t index, String& name) override { name = kPrograms[index].name; }

    void initState(uint32_t index, State& state) override {
        state.key = kStateKeys[index];
        state.hints = kStateIsOnlyForDSP;
        state.defaultValue = encode(int(Equaliser::kDefaults[index]));
        state.label = index == 0 ? "Semantic word" : "To word";
    }

    float getParameterValue(uint32_t index) const override { return equaliser_.get(index); }

    void setParameterValue(uint32_t index, float value) override {
        if (index <= kTo) {
            // A session saved with another vocabulary: its number, sent after its name, means the word of that name.
            const int renumbered = renumbered_[index].exchange(kNone, std::memory_order_relaxed);
            if (renumbered != kNone && (renumbered >> 16) == int(value + 0.5f)) {
                value = float(renumbered & 0xffff);
                announce_[index].store(true, std::memory_order_relaxed);
            }
        }
        equaliser_.set(index, value);
    }

    void loadProgram(uint32_t index) override {
        const Program& program = kPrograms[index];
        const int a = word_index(program.semantic), b = word_index(program.to);
        equaliser_.set(kSemantic, float(a >= 0 ? a : model::kDefaultSemantic));
        equaliser_.set(kTo, float(b >= 0 ? b : model::kDefaultTo));
        equaliser_.set(kMorph, program.morph);
        equaliser_.set(kIntensity, program.intensity);
        equaliser_.set(kOutputDb, 0.0f);
    }

    // The word by name and its number at the time: "number:name".
    String getState(const char* key) const override {
        return encode(int(equaliser_.get(std::strcmp(key, kStateKeys[0]) == 0 ? kSemantic : kTo)));
    }

    void setState(const char* key, const char* value) override {
        const std::uint32_t index = std::strcmp(key, kStateKeys[0]) == 0 ? kSemantic : kTo;
        const char* name = std::strchr(value, ':');
        if (name == nullptr) return;
        const int then = std::atoi(value), now = word_index(name + 1);
        if (now < 0 || then < 0 || then > 0x7fff) return;
        equaliser_.set(index, float(now));
        if (then != now) renumbered_[index].store((then << 16) | now, std::memory_order_relaxed);
    }

    void activate() override { equaliser_.activate(getSampleRate()); }
    void sampleRateChanged(double rate) override { equaliser_.activate(rate); }

    void run(const float** inputs, float** outputs, uint32_t frames) override {
        for (std::uint32_t i = 0; i <= kTo; ++i)
            if (announce_[i].load(std::memory_order_relaxed) && announce_[i].exchange(false, std::memory_order_relaxed))
                requestParameterValueChange(i, equaliser_.get(i));
        equaliser_.run(inputs, outputs, int(frames));
    }

private:
    static String encode(int index) { return String(index) + ":" + model::kWords[index]; }

    static constexpr int kNone = -1;
    Equaliser equaliser_;
    std::atomic<int> renumbered_[2] = {{kNone}, {kNone}};
    std::atomic<bool> announce_[2] = {{false}, {false}};

    DISTRHO_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR(SemeqPlugin)
};

Plugin* createPlugin() { return new SemeqPlugin(); }

END_NAMESPACE_DISTRHO

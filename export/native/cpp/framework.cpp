// DPF itself, as one translation unit, with two additions: parameter changes at their own frames (event_frames.hpp), and
// instances that are let go of in an order DPF does not expect.
#include "equaliser.hpp"

// DPF's own entries get other names; ours, below, stand before them.
#if defined(DISTRHO_PLUGIN_TARGET_CLAP)
#define clap_entry clap_entry_of_dpf
#elif defined(DISTRHO_PLUGIN_TARGET_VST3)
#define GetPluginFactory plugin_factory_of_dpf
#endif
#include "DistrhoPluginMain.cpp"
#undef clap_entry
#undef GetPluginFactory

#include "event_frames.hpp"

#if defined(DISTRHO_PLUGIN_TARGET_CLAP)

inline const void* CLAP_ABI semeq::clap_frames::get_factory(const char* id) {
    const void* const found = clap_entry_of_dpf.get_factory(id);
    if (found == nullptr || std::strcmp(id, CLAP_PLUGIN_FACTORY_ID) != 0) return found;
    factory_of_dpf = static_cast<const clap_plugin_factory_t*>(found);
    return &factory;
}

extern "C" DISTRHO_PLUGIN_EXPORT const clap_plugin_entry_t clap_entry;
const clap_plugin_entry_t clap_entry = {clap_entry_of_dpf.clap_version, clap_entry_of_dpf.init, clap_entry_of_dpf.deinit,
                                        semeq::clap_frames::get_factory};

#elif defined(DISTRHO_PLUGIN_TARGET_VST3)

DISTRHO_PLUGIN_EXPORT const void* GetPluginFactory(void);

const void* GetPluginFactory(void) {
    const void* const factory = plugin_factory_of_dpf();
    USE_NAMESPACE_DISTRHO
    (*static_cast<dpf_factory* const*>(factory))->v1.create_instance = semeq::vst3_frames::create;
    return factory;
}

#endif

START_NAMESPACE_DISTRHO

// JUCE hosts (pedalboard among them) let go of a VST3 component before its processor and controller. DPF 1.6 then keeps
// the component until the module is unloaded, which such hosts never do: every load would stay in memory. This deletes
// those that nobody refers to any more; it runs when the next instance is made, on the main thread.
void release_abandoned() {
#ifdef DISTRHO_PLUGIN_TARGET_VST3
    const auto abandoned = [](dpf_component** const holder) {
        dpf_component* const component = *holder;
        if (component->processor != nullptr && component->processor->refcounter != 0) return false;
        if (component->controller != nullptr && component->controller->refcounter != 0) return false;
        delete component;
        delete holder;
        return true;
    };
    auto& kept = gComponentGarbage;
    kept.erase(std::remove_if(kept.begin(), kept.end(), abandoned), kept.end());
#endif
}

END_NAMESPACE_DISTRHO

// DPF itself, as one translation unit, with one addition.
#include "DistrhoPluginMain.cpp"

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

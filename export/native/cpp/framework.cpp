// DPF itself, as one translation unit, with additions at the borders of its interfaces: parameter changes at their own
// frames (event_frames.hpp), one or two channels (channels.hpp), values as text (displays.hpp), changes told to the host
// (told_changes.hpp), what hosts may send besides (clap_guard.hpp, vst3_state.hpp), and instances that are let go of in an
// order DPF does not expect.
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

#include "channels.hpp"
#include "clap_guard.hpp"
#include "displays.hpp"
#include "event_frames.hpp"
#include "told_changes.hpp"
#include "vst3_state.hpp"

#if defined(DISTRHO_PLUGIN_TARGET_CLAP)

namespace {

const clap_plugin_factory_t* factory_of_dpf = nullptr;

const clap_plugin_t* CLAP_ABI create(const clap_plugin_factory_t*, const clap_host_t* host, const char* id) {
    const clap_plugin_descriptor_t* const own = factory_of_dpf->get_plugin_descriptor(factory_of_dpf, 0);
    if (id == nullptr || std::strcmp(id, own->id) != 0) return nullptr;
    const clap_plugin_t* plugin = factory_of_dpf->create_plugin(factory_of_dpf, host, id);
    if (plugin != nullptr) plugin = semeq::clap_channels::apply(plugin);
    if (plugin == nullptr) return nullptr;
    semeq::clap_frames::apply(plugin);
    semeq::clap_told::apply(plugin);
    semeq::clap_displays::apply(plugin);
    semeq::clap_guard::apply(plugin);  // outermost: the others see only what is for us
    return plugin;
}

std::uint32_t CLAP_ABI count(const clap_plugin_factory_t*) { return factory_of_dpf->get_plugin_count(factory_of_dpf); }

const clap_plugin_descriptor_t* CLAP_ABI describe(const clap_plugin_factory_t*, std::uint32_t index) {
    return factory_of_dpf->get_plugin_descriptor(factory_of_dpf, index);
}

const clap_plugin_factory_t factory{count, describe, create};

const void* CLAP_ABI get_factory(const char* id) {
    const void* const found = clap_entry_of_dpf.get_factory(id);
    if (found == nullptr || std::strcmp(id, CLAP_PLUGIN_FACTORY_ID) != 0) return found;
    factory_of_dpf = static_cast<const clap_plugin_factory_t*>(found);
    return &factory;
}

}  // namespace

extern "C" DISTRHO_PLUGIN_EXPORT const clap_plugin_entry_t clap_entry;
const clap_plugin_entry_t clap_entry = {clap_entry_of_dpf.clap_version, clap_entry_of_dpf.init, clap_entry_of_dpf.deinit, get_factory};

#elif defined(DISTRHO_PLUGIN_TARGET_VST3)

namespace {

USE_NAMESPACE_DISTRHO

v3_result V3_API query_component(void* self, const v3_tuid iid, void** found) {
    const v3_result result = dpf_component::query_interface_component(self, iid, found);
    dpf_component* const component = *static_cast<dpf_component**>(self);
    if (result != V3_OK) return result;
    if (component->processor != nullptr) {
        semeq::vst3_channels::apply(*component->processor);
        semeq::vst3_frames::apply(*component->processor);
    }
    if (component->controller != nullptr) {
        semeq::vst3_displays::apply(*component->controller);
        semeq::vst3_state::apply(*component->controller);
    }
    return result;
}

bool in_use(const dpf_component& component) {
    return (component.processor != nullptr && component.processor->refcounter != 0) ||
           (component.controller != nullptr && component.controller->refcounter != 0);
}

// What DPF does of a component that is let go of before its parts (see `release_abandoned`), without its two lines of
// warning, which nobody at a terminal can do anything about.
uint32_t V3_API unref_component(void* self) {
    dpf_component& component = **static_cast<dpf_component**>(self);
    if (component.refcounter != 1 || !in_use(component)) return dpf_component::unref_component(self);
    component.refcounter = 0;
    return handleUncleanComponent(static_cast<dpf_component**>(self));
}

v3_result V3_API create(void* self, const v3_tuid class_id, const v3_tuid iid, void** instance) {
    const v3_result result = dpf_factory::create_instance(self, class_id, iid, instance);
    if (result != V3_OK || !v3_tuid_match(class_id, *(const v3_tuid*)&dpf_tuid_class)) return result;
    dpf_component& component = **static_cast<dpf_component**>(*instance);
    component.query_interface = query_component;
    component.unref = unref_component;
    semeq::vst3_channels::apply(component);
    semeq::vst3_state::apply(component);
    return result;
}

}  // namespace

DISTRHO_PLUGIN_EXPORT const void* GetPluginFactory(void);

const void* GetPluginFactory(void) {
    const void* const factory = plugin_factory_of_dpf();
    (*static_cast<dpf_factory* const*>(factory))->v1.create_instance = create;
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
        if (in_use(*component)) return false;
        delete component;
        delete holder;
        return true;
    };
    auto& kept = gComponentGarbage;
    kept.erase(std::remove_if(kept.begin(), kept.end(), abandoned), kept.end());
#endif
}

END_NAMESPACE_DISTRHO

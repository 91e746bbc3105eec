// What DPF wants to know at compile time. Names and identifiers come from the export (model.hpp).
#pragma once

#include "model_names.h"

#define DISTRHO_PLUGIN_BRAND "semeq"
#define DISTRHO_PLUGIN_NAME SEMEQ_PLUGIN_NAME
#define DISTRHO_PLUGIN_URI SEMEQ_PLUGIN_URI
#define DISTRHO_PLUGIN_CLAP_ID SEMEQ_PLUGIN_ID

// A window where CMake found what it draws with. It reads the plugin's output directly, for the spectrum: one binary
// holds both, and DPF's VST3 keeps its plain controller (framework.cpp).
#ifdef SEMEQ_WINDOW
#define DISTRHO_PLUGIN_HAS_UI 1
#define DISTRHO_PLUGIN_WANT_DIRECT_ACCESS 1
#define DISTRHO_UI_USE_NANOVG 1
#define DISTRHO_UI_FILE_BROWSER 0
#define DISTRHO_UI_USER_RESIZABLE 1
#else
#define DISTRHO_PLUGIN_HAS_UI 0
#endif
#define DISTRHO_PLUGIN_IS_RT_SAFE 1
// One plugin for stereo and mono: where a host has one channel, the second one is a null pointer (channels.hpp).
#define DISTRHO_PLUGIN_NUM_INPUTS 2
#define DISTRHO_PLUGIN_NUM_OUTPUTS 2
#define DISTRHO_PLUGIN_WANT_LATENCY 1
// Controllers reach the LV2 and CLAP plugins as MIDI. In VST3 MIDI exists only as parameters, and DPF would add 2080 of
// them: pedalboard then takes 24 s to load the plugin and 0.5 ms to set a parameter. There the host maps controllers.
#ifdef DISTRHO_PLUGIN_TARGET_VST3
#define DISTRHO_PLUGIN_WANT_MIDI_INPUT 0
#else
#define DISTRHO_PLUGIN_WANT_MIDI_INPUT 1
#endif
#define DISTRHO_PLUGIN_WANT_PROGRAMS 1
#define DISTRHO_PLUGIN_WANT_STATE 1
#define DISTRHO_PLUGIN_WANT_FULL_STATE 1
#define DISTRHO_PLUGIN_WANT_PARAMETER_VALUE_CHANGE_REQUEST 1

#define DISTRHO_PLUGIN_LV2_CATEGORY "lv2:EQPlugin"
// In VST3 "Mono" and "Stereo" are for plugins that are nothing else.
#define DISTRHO_PLUGIN_VST3_CATEGORIES "Fx|EQ"
#define DISTRHO_PLUGIN_CLAP_FEATURES "audio-effect", "equalizer", "stereo", "mono"

// The window's content: what stands where, what a gesture does, and what is drawn. It knows no plugin format: values go
// through `Host`, which window.cpp makes of DPF's UI.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <string>

#include "controls.hpp"
#include "curve_view.hpp"
#include "programs.hpp"
#include "window_link.hpp"
#include "word_map.hpp"

namespace semeq {

class Host {
public:
    virtual ~Host() = default;
    virtual void edit(std::uint32_t parameter, bool begun) = 0;
    virtual void set(std::uint32_t parameter, float value) = 0;
    virtual void redraw() = 0;
    virtual void take_keys() = 0;
};

class Page {
public:
    enum Button { kLeft = 1, kRight = 2 };
    struct Keys {
        bool shift = false, control = false;
    };
    static constexpr float kWidth = 980, kHeight = 600, kLeastWidth = 720, kLeastHeight = 460;

    // `link`: null where a host runs the window apart from the plugin; there is no spectrum then.
    Page(DGL_NAMESPACE::NanoVG& nano, Host& host, WindowLink* link);
    ~Page();

    void parameter(std::uint32_t index, float value);
    void program_loaded(int program);
    // In units of 1 / `scale` pixels.
    void draw(float width, float height, float scale);
    void idle(double sample_rate);

    bool press(float x, float y, int button, Keys keys);
    bool release();
    bool motion(float x, float y, Keys keys);
    bool scroll(float x, float y, float lines);
    bool key(unsigned key, Keys keys);
    bool type(const char* text);

private:
    // Everything that can be pressed, besides the words.
    enum Target {
        kNothing, kMap, kSearch, kPreviousProgram, kProgramList, kNextProgram, kAb, kUndo, kRedo, kDark, kFromChip, kToChip, kSwap,
        kMorphSlider, kIntensitySlider, kOutputSlider, kBypassSwitch, kMatchSwitch, kCloser, kFarther, kWhole, kTargetCount
    };
    enum Gesture { kStill, kDragPoint, kDragSlider, kPan };

    static const Theme& theme_of(const WindowMemory& memory) { return Theme::of(memory.dark); }
    const Theme& theme() const { return theme_of(memory()); }
    WindowMemory& memory() const { return link_ != nullptr ? link_->memory : *own_memory_; }

    void lay_out(float width, float height);
    void refresh();
    Target target_at(float x, float y) const;
    int program_at(float x, float y) const;
    float program_row() const { return (programs_.h - 12) / model::kProgramCount; }
    static std::uint32_t parameter_of(Target slider) { return kMorph + std::uint32_t(slider - kMorphSlider); }
    Slider& slider_of(Target target) { return sliders_[std::size_t(target - kMorphSlider)]; }

    void begin(std::uint32_t parameter);
    void put(std::uint32_t parameter, float value);
    void finish();
    void change(std::uint32_t parameter, float value) { begin(parameter), put(parameter, value), finish(); }
    void apply(const Snapshot& wanted);
    void remember(const Snapshot& before);
    void step_back(std::vector<Snapshot>& from, std::vector<Snapshot>& to);
    void take_word(int word, bool as_target);
    void take_program(int program);
    int program() const;
    void act(Target target);
    void search(const std::string& text);

    void draw_header(Brush& b);
    void draw_bar(Brush& b);
    void draw_controls(Brush& b);
    void draw_programs(Brush& b);
    std::string meaning() const;

    DGL_NAMESPACE::NanoVG& nano_;
    Host& host_;
    WindowLink* const link_;
    std::unique_ptr<WindowMemory> own_memory_;
    WordSpace space_;
    MorphPath morph_;
    WordMap map_;
    CurveView curve_;
    Spectrum spectrum_;
    std::array<Slider, 3> sliders_;
    std::array<Box, kTargetCount> boxes_{};
    Box map_card_, curve_card_, programs_;
    Snapshot values_, before_{};
    float width_ = 0, height_ = 0;
    bool stale_pair_ = true, stale_sound_ = true, list_open_ = false, typing_ = false;
    Target hovered_ = kNothing, held_ = kNothing, armed_ = kNothing;
    Gesture gesture_ = kStill;
    std::uint32_t editing_ = kParameterCount;
    float grip_x_ = 0, grip_y_ = 0;
    int hovered_program_ = -1;
    std::string wanted_;
    std::chrono::steady_clock::time_point pressed_at_{}, looked_at_{};
};

}  // namespace semeq

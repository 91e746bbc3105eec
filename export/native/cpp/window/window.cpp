// The page as a window of DPF: events in, parameters out, in pixels of the screen.
#include "DistrhoUI.hpp"
#include "page.hpp"

START_NAMESPACE_DISTRHO

class SemeqWindow : public UI, private semeq::Host {
public:
    SemeqWindow() : UI(kWidth, kHeight), page_(*this, *this, link()) {
        loadSharedResources();
        const double scale = getScaleFactor();
        setGeometryConstraints(uint(semeq::Page::kLeastWidth * scale), uint(semeq::Page::kLeastHeight * scale), false, false);
        if (scale != 1) setSize(uint(kWidth * scale), uint(kHeight * scale));
    }

protected:
    void parameterChanged(uint32_t index, float value) override { page_.parameter(index, value); }
    void programLoaded(uint32_t index) override { page_.program_loaded(int(index)); }
    void stateChanged(const char*, const char*) override {}
    void uiIdle() override {
        page_.idle(getSampleRate());
        if (frames_owed_ > 0) --frames_owed_, repaint();
    }
    // What is drawn into on X11 has its new size only after the next frame.
    void onResize(const ResizeEvent& e) override {
        UI::onResize(e);
        frames_owed_ = 3;
    }

    void onNanoDisplay() override {
        const float by = zoom();
        scale(by, by);
        page_.draw(float(getWidth()) / by, float(getHeight()) / by, by);
    }
    bool onMouse(const MouseEvent& e) override {
        return e.press ? page_.press(at(e.pos.getX()), at(e.pos.getY()), int(e.button), keys(e.mod)) : page_.release();
    }
    bool onMotion(const MotionEvent& e) override { return page_.motion(at(e.pos.getX()), at(e.pos.getY()), keys(e.mod)); }
    bool onScroll(const ScrollEvent& e) override { return page_.scroll(at(e.pos.getX()), at(e.pos.getY()), float(e.delta.getY())); }
    bool onKeyboard(const KeyboardEvent& e) override { return e.press && page_.key(e.key, keys(e.mod)); }
    bool onCharacterInput(const CharacterInputEvent& e) override { return page_.type(e.string); }

private:
    static constexpr uint kWidth = uint(semeq::Page::kWidth), kHeight = uint(semeq::Page::kHeight);

    semeq::WindowLink* link() {
        void* const plugin = getPluginInstancePointer();
        return plugin == nullptr ? nullptr : &semeq::window_link(plugin);
    }
    float zoom() const { return float(std::max(1.0, getScaleFactor())); }
    float at(double pixels) const { return float(pixels) / zoom(); }
    static semeq::Page::Keys keys(uint mod) { return {(mod & kModifierShift) != 0, (mod & kModifierControl) != 0}; }

    void edit(uint32_t parameter, bool begun) override { editParameter(parameter, begun); }
    void set(uint32_t parameter, float value) override { setParameterValue(parameter, value); }
    void redraw() override { repaint(); }
    void take_keys() override { getWindow().focus(); }

    semeq::Page page_;
    int frames_owed_ = 3;

    DISTRHO_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR(SemeqWindow)
};

UI* createUI() { return new SemeqWindow(); }

END_NAMESPACE_DISTRHO

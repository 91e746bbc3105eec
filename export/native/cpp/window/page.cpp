#include "page.hpp"

namespace semeq {

namespace {

constexpr std::size_t kMostUndo = 100;

}  // namespace

Page::Page(DGL_NAMESPACE::NanoVG& nano, Host& host, WindowLink* link)
    : nano_(nano), host_(host), link_(link), own_memory_(link == nullptr ? new WindowMemory : nullptr),
      morph_(space_.decoder(), space_.reference()), map_(space_),
      sliders_{Slider{"Morph", 0, 1, 0, false}, Slider{"Intensity", 0, 2, 1, false}, Slider{"Output", -24, 24, 0, true}} {
    for (std::uint32_t i = 0; i < kParameterCount; ++i) values_[i] = kDefaults[i];
    if (link_ != nullptr) link_->output.watch(true);
}

Page::~Page() {
    if (link_ != nullptr) link_->output.watch(false);
}

// ---------------------------------------------------------------------------------------------------------- values

void Page::parameter(std::uint32_t index, float value) {
    if (index >= kParameterCount || values_[index] == value) return;
    values_[index] = std::max(kLow[index], std::min(kHigh[index], value));
    stale_pair_ = stale_pair_ || index <= kTo;
    stale_sound_ = true;
    host_.redraw();
}

void Page::begin(std::uint32_t index) {
    before_ = values_;
    editing_ = index;
    host_.edit(index, true);
}

void Page::put(std::uint32_t index, float value) {
    if (values_[index] == value) return;
    parameter(index, value);
    host_.set(index, values_[index]);
}

void Page::finish() {
    if (editing_ == kParameterCount) return;
    host_.edit(editing_, false);
    editing_ = kParameterCount;
    remember(before_);
}

void Page::remember(const Snapshot& before) {
    if (before == values_) return;
    auto& undo = memory().undo;
    undo.push_back(before);
    if (undo.size() > kMostUndo) undo.erase(undo.begin());
    memory().redo.clear();
    host_.redraw();
}

void Page::apply(const Snapshot& wanted) {
    for (std::uint32_t i = 0; i < kParameterCount; ++i) {
        if (values_[i] == wanted[i]) continue;
        host_.edit(i, true);
        put(i, wanted[i]);
        host_.edit(i, false);
    }
}

void Page::step_back(std::vector<Snapshot>& from, std::vector<Snapshot>& to) {
    if (from.empty()) return;
    const Snapshot wanted = from.back();
    from.pop_back();
    to.push_back(values_);
    apply(wanted);
    host_.redraw();
}

void Page::take_word(int word, bool as_target) {
    if (word == WordMap::kNone) return;
    change(as_target ? kTo : kSemantic, float(word));
}

void Page::take_program(int index) {
    const Snapshot before = values_;
    apply(with_program(values_, index));
    remember(before);
}

// By the host, which need not tell of each parameter.
void Page::program_loaded(int index) {
    if (index < 0 || index >= model::kProgramCount) return;
    const Snapshot wanted = with_program(values_, index);
    for (std::uint32_t i = 0; i < kParameterCount; ++i) parameter(i, wanted[i]);
}

// The program that sounds now, or -1.
int Page::program() const {
    for (int i = 0; i < model::kProgramCount; ++i) {
        const Snapshot there = with_program(values_, i);
        bool same = true;
        for (std::uint32_t p = 0; p < kParameterCount; ++p) same = same && std::fabs(there[p] - values_[p]) < 1e-3f;
        if (same) return i;
    }
    return -1;
}

// What the sound looks like, computed when it is drawn.
void Page::refresh() {
    if (!memory().filled) memory().filled = true, memory().other = values_;
    const int from = int(values_[kSemantic]), to = int(values_[kTo]);
    if (stale_pair_) {
        morph_.begin(model::kLatents[from], model::kLatents[to]);
        morph_.advance(MorphPath::kPoints);
        map_.mark(from, to, space_.path(morph_, from, to));
    }
    if (stale_pair_ || stale_sound_) {
        double params[kSettingSize];
        morph_.at(values_[kMorph], params);
        for (const int gain : {0, 2, 5, 8, 11}) params[gain] *= double(values_[kIntensity]);
        curve_.show(space_.reference()(params), values_[kBypass] > 0.5f);
        map_.move(values_[kMorph]);
    }
    stale_pair_ = stale_sound_ = false;
}

void Page::idle(double sample_rate) {
    const auto now = std::chrono::steady_clock::now();
    if (link_ == nullptr || now - looked_at_ < std::chrono::milliseconds(33)) return;
    looked_at_ = now;
    if (spectrum_.update(link_->output, sample_rate)) host_.redraw();
}

// --------------------------------------------------------------------------------------------------------- gestures

Page::Target Page::target_at(float x, float y) const {
    for (int i = kTargetCount - 1; i > kNothing; --i)  // buttons stand on the map
        if (boxes_[std::size_t(i)].holds(x, y)) return Target(i);
    return kNothing;
}

int Page::program_at(float x, float y) const {
    if (!list_open_ || !programs_.holds(x, y)) return -1;
    const int row = int((y - programs_.y - 6) / program_row());
    return row >= 0 && row < model::kProgramCount ? row : -1;
}

bool Page::press(float x, float y, int button, Keys keys) {
    const auto now = std::chrono::steady_clock::now();
    const Target target = target_at(x, y);
    const bool twice = target == held_ && now - pressed_at_ < std::chrono::milliseconds(350);
    pressed_at_ = now;
    if (list_open_) {
        const int row = program_at(x, y);
        list_open_ = false;
        if (row >= 0) take_program(row);
        host_.redraw();
        return true;
    }
    const bool was_typing = typing_;
    typing_ = target == kSearch;
    if (typing_ || was_typing) host_.take_keys(), host_.redraw();
    held_ = target;
    if (target == kMap) {
        const int word = map_.word_at(x, y);
        const auto [morph, far] = map_.nearest_morph(x, y);
        if (button == kLeft && !keys.shift && (map_.on_point(x, y) || (word == WordMap::kNone && far < 8))) {
            begin(kMorph);
            gesture_ = kDragPoint;
            // Taking the point does not move it; a place on the path does.
            if (!map_.on_point(x, y)) put(kMorph, morph);
        } else if (word != WordMap::kNone) {
            take_word(word, button == kRight || keys.shift || armed_ == kToChip);
            armed_ = kNothing;
        } else {
            gesture_ = kPan;
            grip_x_ = x, grip_y_ = y;
        }
    } else if (target >= kMorphSlider && target <= kOutputSlider) {
        const std::uint32_t parameter = parameter_of(target);
        const Slider& slider = slider_of(target);
        if (twice || button == kRight) return change(parameter, slider.otherwise), true;
        begin(parameter);
        gesture_ = kDragSlider;
        // Taken by its thumb a slider stays where it is until it is moved.
        const float thumb = slider.track().x + slider.part(values_[parameter]) * slider.track().w;
        grip_x_ = std::fabs(x - thumb) < 11 ? thumb - x : 0;
        grip_y_ = x;
        put(parameter, slider.value_at(x + grip_x_));
    } else {
        act(target);
    }
    return target != kNothing;
}

void Page::act(Target target) {
    const int now = program(), last = model::kProgramCount - 1;
    switch (target) {
        case kPreviousProgram: take_program(now <= 0 ? last : now - 1); break;
        case kNextProgram: take_program(now < 0 || now == last ? 0 : now + 1); break;
        case kProgramList: list_open_ = true; break;
        case kAb: {
            const Snapshot heard = values_, before = values_;
            apply(memory().other);
            memory().other = heard;
            memory().on_b = !memory().on_b;
            remember(before);
            break;
        }
        case kUndo: step_back(memory().undo, memory().redo); break;
        case kRedo: step_back(memory().redo, memory().undo); break;
        case kDark: memory().dark = !memory().dark; break;
        case kFromChip:
        case kToChip: armed_ = armed_ == target ? kNothing : target; break;
        case kSwap: {
            const Snapshot before = values_;
            Snapshot wanted = values_;
            std::swap(wanted[kSemantic], wanted[kTo]);
            wanted[kMorph] = 1 - wanted[kMorph];
            apply(wanted);
            remember(before);
            break;
        }
        case kBypassSwitch: change(kBypass, values_[kBypass] > 0.5f ? 0.0f : 1.0f); break;
        case kMatchSwitch: change(kLevelMatch, values_[kLevelMatch] > 0.5f ? 0.0f : 1.0f); break;
        case kCloser: map_.zoom(1.4f); break;
        case kFarther: map_.zoom(1 / 1.4f); break;
        case kWhole: map_.whole(); break;
        default: return;
    }
    host_.redraw();
}

bool Page::release() {
    const bool held = gesture_ != kStill;
    gesture_ = kStill;
    finish();
    return held;
}

bool Page::motion(float x, float y, Keys keys) {
    if (gesture_ == kDragPoint) return put(kMorph, map_.nearest_morph(x, y).first), true;
    if (gesture_ == kDragSlider) {
        const Slider& slider = slider_of(held_);
        const std::uint32_t parameter = parameter_of(held_);
        if (keys.shift)  // a tenth of the way
            put(parameter, std::max(slider.low, std::min(slider.high, values_[parameter] + (x - grip_y_) / slider.track().w * (slider.high - slider.low) / 10)));
        else
            put(parameter, slider.value_at(x + grip_x_));
        grip_y_ = x;
        return true;
    }
    if (gesture_ == kPan) {
        map_.pan(x - grip_x_, y - grip_y_);
        grip_x_ = x, grip_y_ = y;
        return host_.redraw(), true;
    }
    const int row = program_at(x, y);
    const Target target = list_open_ ? kNothing : target_at(x, y);
    const bool other_word = map_.hover(target == kMap && !map_.on_point(x, y) ? map_.word_at(x, y) : WordMap::kNone);
    if (target != hovered_ || row != hovered_program_ || other_word) host_.redraw();
    hovered_ = target, hovered_program_ = row;
    return target != kNothing;
}

bool Page::scroll(float x, float y, float lines) {
    const Target target = target_at(x, y);
    if (target == kMap) {
        map_.zoom(std::exp(lines * 0.18f), x, y);
        return host_.redraw(), true;
    }
    if (target < kMorphSlider || target > kOutputSlider || gesture_ != kStill) return false;
    const Slider& slider = slider_of(target);
    const std::uint32_t parameter = parameter_of(target);
    change(parameter, std::max(slider.low, std::min(slider.high, values_[parameter] + lines * (slider.high - slider.low) / 100)));
    return true;
}

void Page::search(const std::string& text) {
    wanted_ = text;
    map_.search(text);
    host_.redraw();
}

bool Page::key(unsigned key, Keys keys) {
    if (keys.control && (key == 'z' || key == 'Z')) return act(keys.shift ? kRedo : kUndo), true;
    if (!typing_) return false;
    if (key == DGL_NAMESPACE::kKeyBackspace) {
        if (!wanted_.empty()) search(wanted_.substr(0, wanted_.size() - 1));
    } else if (key == '\r' || key == '\n') {
        const int word = wanted_.empty() ? WordMap::kNone : map_.found(wanted_);
        if (word != WordMap::kNone) take_word(word, keys.shift), search("");
    } else if (key == DGL_NAMESPACE::kKeyEscape) {
        typing_ = false;
        search("");
    }
    return true;
}

bool Page::type(const char* text) {
    if (!typing_) return false;
    const auto first = static_cast<unsigned char>(text[0]);
    if (first >= 32 && first < 127 && wanted_.size() < 24) search(wanted_ + char(first));
    return true;
}

}  // namespace semeq

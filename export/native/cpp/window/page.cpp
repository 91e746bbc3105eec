#include "page.hpp"

namespace semeq {

namespace {

constexpr float kGap = 12, kRow = 34;
constexpr float kListRow = 28;
constexpr std::size_t kMostUndo = 100;

std::string formatted(const char* format, double value) {
    char text[32];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

std::string percent(float part) { return formatted("%.0f %%", double(part) * 100); }

std::string decibels(float db) {
    const double shown = std::round(double(db) * 10) / 10;
    return (shown > 0 ? "+" : shown < 0 ? "\xe2\x88\x92" : "") + formatted("%.1f dB", std::fabs(shown));
}

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

Snapshot Page::with_program(int index) const {
    const Program& program = kPrograms[index];
    Snapshot wanted = values_;
    wanted[kSemantic] = float(word_or(program.semantic, model::kDefaultSemantic));
    wanted[kTo] = float(word_or(program.to, model::kDefaultTo));
    wanted[kMorph] = program.morph, wanted[kIntensity] = program.intensity, wanted[kOutputDb] = 0;
    return wanted;
}

void Page::take_program(int index) {
    const Snapshot before = values_;
    apply(with_program(index));
    remember(before);
}

// By the host, which need not tell of each parameter.
void Page::program_loaded(int index) {
    if (index < 0 || index >= int(kProgramCount)) return;
    const Snapshot wanted = with_program(index);
    for (std::uint32_t i = 0; i < kParameterCount; ++i) parameter(i, wanted[i]);
}

// The program that sounds now, or -1.
int Page::program() const {
    for (int i = 0; i < int(kProgramCount); ++i) {
        const Snapshot there = with_program(i);
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

// ---------------------------------------------------------------------------------------------------------- places

void Page::lay_out(float width, float height) {
    if (width == width_ && height == height_) return;
    width_ = width, height_ = height;
    const float top = 56, bottom = height - kGap, split = std::round(kGap + (width - 3 * kGap) * 0.56f);
    map_card_ = {kGap, top, split - kGap, bottom - top};
    curve_card_ = {split + kGap, top, width - split - 2 * kGap, bottom - top};

    const float list = std::min(300.0f, width - 470), list_x = std::round((width - list) / 2);
    boxes_[kPreviousProgram] = {list_x, 11, 34, kRow};
    boxes_[kProgramList] = {list_x + 38, 11, list - 76, kRow};
    boxes_[kNextProgram] = {list_x + list - 34, 11, 34, kRow};
    programs_ = {list_x, 49, list, kListRow * kProgramCount + 12};
    float x = width - kGap;
    for (const auto& [target, w] : {std::pair<Target, float>{kDark, 34}, {kRedo, 34}, {kUndo, 34}, {kAb, 62}})
        x -= w, boxes_[target] = {x, 11, w, kRow}, x -= 6;

    const float right = map_card_.right();
    boxes_[kSearch] = {right - 148, top + 9, 136, 32};
    const Box map{map_card_.x + 1, top + 46, map_card_.w - 2, map_card_.h - 47};
    map_.resize(map);
    boxes_[kMap] = map;
    for (const auto& [target, n] : {std::pair<Target, int>{kCloser, 3}, {kFarther, 2}, {kWhole, 1}})
        boxes_[target] = {right - 4 - float(n) * 38, map_card_.bottom() - 42, 32, 32};

    const float left = curve_card_.x + 16, inner = curve_card_.w - 32, controls = 5 * 36 + 14;
    float y = curve_card_.bottom() - controls;
    curve_.resize({curve_card_.x, top, curve_card_.w, y - top - 4});
    const float chip = (inner - 30 - 44) / 2;
    boxes_[kFromChip] = {left, y + 2, chip, kRow - 2};
    boxes_[kToChip] = {left + chip + 30, y + 2, chip, kRow - 2};
    boxes_[kSwap] = {left + inner - 36, y + 2, 36, kRow - 2};
    for (Slider& slider : sliders_) y += 36, slider.box = {left, y + 2, inner, 34};
    for (const Target target : {kMorphSlider, kIntensitySlider, kOutputSlider}) boxes_[target] = slider_of(target).box;
    boxes_[kBypassSwitch] = {left, y + 38, 110, 30};
}

Page::Target Page::target_at(float x, float y) const {
    for (int i = kTargetCount - 1; i > kNothing; --i)  // buttons stand on the map
        if (boxes_[std::size_t(i)].holds(x, y)) return Target(i);
    return kNothing;
}

int Page::program_at(float x, float y) const {
    if (!list_open_ || !programs_.holds(x, y)) return -1;
    const int row = int((y - programs_.y - 6) / kListRow);
    return row >= 0 && row < int(kProgramCount) ? row : -1;
}

// --------------------------------------------------------------------------------------------------------- gestures

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
    const int now = program(), last = int(kProgramCount) - 1;
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

// ---------------------------------------------------------------------------------------------------------- drawing

void Page::draw(float width, float height, float scale) {
    lay_out(width, height);
    refresh();
    Brush b(nano_, theme(), scale);
    b.fill({0, 0, width, height}, 0, b.theme.back);
    draw_header(b);
    b.card(map_card_);
    map_.draw(b);
    draw_bar(b);
    b.card(curve_card_);
    const int word = map_.hovered();
    curve_.draw(b, spectrum_, word == WordMap::kNone ? nullptr : &space_.curve(word));
    draw_controls(b);
    if (list_open_) draw_programs(b);
}

void Page::draw_header(Brush& b) {
    b.g.beginPath();
    b.g.moveTo(15, 33);
    b.g.bezierTo(20, 33, 20, 24, 25, 24), b.g.bezierTo(30, 24, 30, 34, 34, 34), b.g.bezierTo(38, 34, 38, 29, 41, 29);
    b.g.lineCap(Brush::Nano::ROUND);
    b.g.strokeColor(b.theme.accent);
    b.g.strokeWidth(3);
    b.g.stroke();
    b.g.lineCap();
    b.text(50, 28, "semeq", 17, b.theme.text, Brush::kLeft, true);

    const int now = program();
    draw_button(b, boxes_[kPreviousProgram], "\xe2\x80\xb9", hovered_ == kPreviousProgram, Look::kPlain, 18);
    draw_button(b, boxes_[kNextProgram], "\xe2\x80\xba", hovered_ == kNextProgram, Look::kPlain, 18);
    const Box& list = boxes_[kProgramList];
    b.fill(list, 9, b.theme.card);
    b.rim(list, 9, hovered_ == kProgramList ? b.theme.soft : b.theme.rim);
    b.text(list.x + 12, list.y + list.h / 2, now < 0 ? "Presets" : kPrograms[now].name, 13, now < 0 ? b.theme.soft : b.theme.text);
    b.g.beginPath();
    b.g.moveTo(list.right() - 19, list.y + 15), b.g.lineTo(list.right() - 14, list.y + 20), b.g.lineTo(list.right() - 9, list.y + 15);
    b.g.strokeColor(b.theme.soft);
    b.g.strokeWidth(1.6f);
    b.g.stroke();

    const Box& ab = boxes_[kAb];
    draw_button(b, ab, "", hovered_ == kAb);
    const bool on_b = memory().on_b;
    b.text(ab.x + 18, 28, "A", 13, on_b ? b.theme.soft : b.theme.accent, Brush::kCentre, true);
    b.text(ab.x + 31, 28, "/", 13, b.theme.soft, Brush::kCentre);
    b.text(ab.x + 44, 28, "B", 13, on_b ? b.theme.accent : b.theme.soft, Brush::kCentre, true);
    draw_turn(b, boxes_[kUndo], true, hovered_ == kUndo, !memory().undo.empty());
    draw_turn(b, boxes_[kRedo], false, hovered_ == kRedo, !memory().redo.empty());
    const Box& dark = boxes_[kDark];
    draw_button(b, dark, "", hovered_ == kDark);
    b.ring(dark.x + 17, 28, 7, b.theme.text, 1.8f);
    b.g.beginPath();
    b.g.arc(dark.x + 17, 28, 7, -1.5707963f, 1.5707963f, Brush::Nano::CW);
    b.g.fillColor(b.theme.text);
    b.g.fill();
}

// What is heard, in words.
std::string Page::meaning() const {
    const char *from = model::kWords[int(values_[kSemantic])], *to = model::kWords[int(values_[kTo])];
    if (armed_ == kFromChip) return "Click a word to start from";
    if (armed_ == kToChip) return "Click a word to lead to";
    if (map_.hovered() != WordMap::kNone) return std::string(model::kWords[map_.hovered()]) + ": click to start there, right click to lead there";
    if (values_[kBypass] > 0.5f) return "Bypassed";
    if (from == to || values_[kMorph] < 0.005f) return from;
    if (values_[kMorph] > 0.995f) return to;
    return percent(values_[kMorph]) + " of the way from " + from + " to " + to;
}

void Page::draw_bar(Brush& b) {
    const Box& search = boxes_[kSearch];
    b.g.save();
    b.g.intersectScissor(map_card_.x, map_card_.y, search.x - map_card_.x - 8, 46);
    b.text(map_card_.x + 15, search.y + 16, meaning().c_str(), 13, b.theme.soft);
    b.g.restore();

    b.fill(search, 9, b.theme.card);
    b.rim(search, 9, typing_ ? b.theme.accent : hovered_ == kSearch ? b.theme.soft : b.theme.rim, typing_ ? 1.6f : 1.0f);
    const float y = search.y + 16;
    b.text(search.x + 11, y, wanted_.empty() && !typing_ ? "Find a word" : wanted_.c_str(), 13, wanted_.empty() ? b.theme.soft : b.theme.text);
    if (typing_) {
        const float caret = search.x + 12 + (wanted_.empty() ? 0 : b.width(wanted_.c_str(), 13));
        b.line(caret, y - 8, caret, y + 8, b.theme.accent, 1.4f);
    }

    const float x = map_card_.x + 18, legend = map_card_.bottom() - 24;
    b.text(x, legend, "darker", 11.5f, b.theme.soft);
    const Box ramp{x + 47, legend - 2.5f, 84, 5};
    for (int half : {0, 1}) {
        b.g.beginPath();
        b.g.rect(ramp.x + float(half) * 42, ramp.y, 42, ramp.h);
        b.g.fillPaint(b.g.linearGradient(ramp.x + float(half) * 42, 0, ramp.x + float(half + 1) * 42, 0, b.theme.tilt[half * 4], b.theme.tilt[half * 4 + 4]));
        b.g.fill();
    }
    b.text(ramp.right() + 8, legend, "brighter", 11.5f, b.theme.soft);
    draw_button(b, boxes_[kCloser], "+", hovered_ == kCloser, Look::kPlain, 16);
    draw_button(b, boxes_[kFarther], "\xe2\x88\x92", hovered_ == kFarther, Look::kPlain, 16);
    const Box& whole = boxes_[kWhole];
    draw_button(b, whole, "", hovered_ == kWhole);
    b.g.beginPath();
    for (const float sx : {-1.0f, 1.0f})
        for (const float sy : {-1.0f, 1.0f}) {
            const float cx = whole.x + 16, cy = whole.y + 16;
            b.g.moveTo(cx + 6 * sx, cy + 2.5f * sy), b.g.lineTo(cx + 6 * sx, cy + 6 * sy), b.g.lineTo(cx + 2.5f * sx, cy + 6 * sy);
        }
    b.g.strokeColor(b.theme.text);
    b.g.strokeWidth(1.6f);
    b.g.stroke();
}

void Page::draw_controls(Brush& b) {
    const float top = boxes_[kFromChip].y - 12;
    b.line(curve_card_.x + 1, top, curve_card_.right() - 1, top, b.theme.rim);
    const Box &from = boxes_[kFromChip], &to = boxes_[kToChip];
    for (const auto& [target, word] : {std::pair<Target, std::uint32_t>{kFromChip, kSemantic}, {kToChip, kTo}})
        draw_button(b, boxes_[target], model::kWords[int(values_[word])], hovered_ == target, armed_ == target ? Look::kPressed : Look::kPlain, 13.5f, 16);
    b.text((from.right() + to.x) / 2, from.y + from.h / 2, "\xe2\x86\x92", 15, b.theme.soft, Brush::kCentre);
    draw_button(b, boxes_[kSwap], "\xe2\x87\x84", hovered_ == kSwap, Look::kPlain, 15);

    const std::string readings[] = {percent(values_[kMorph]), percent(values_[kIntensity]), decibels(values_[kOutputDb])};
    for (const Target target : {kMorphSlider, kIntensitySlider, kOutputSlider}) {
        const std::uint32_t parameter = parameter_of(target);
        slider_of(target).draw(b, values_[parameter], readings[parameter - kMorph].c_str(), hovered_ == target);
    }
    draw_switch(b, boxes_[kBypassSwitch], "Bypass", values_[kBypass] > 0.5f);
}

void Page::draw_programs(Brush& b) {
    b.fill({programs_.x + 2, programs_.y + 5, programs_.w, programs_.h}, 12, Color(0, 0, 0, 0.25f));
    b.fill(programs_, 12, b.theme.card);
    b.rim(programs_, 12, b.theme.rim);
    const int now = program();
    for (int i = 0; i < int(kProgramCount); ++i) {
        const Box row{programs_.x + 6, programs_.y + 6 + kListRow * float(i), programs_.w - 12, kListRow};
        if (i == hovered_program_) b.fill(row, 7, b.theme.raised);
        b.text(row.x + 10, row.y + kListRow / 2, kPrograms[i].name, 13, i == now ? b.theme.accent : b.theme.text, Brush::kLeft, i == now);
    }
}

}  // namespace semeq

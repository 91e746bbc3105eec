// Where things stand on the page, and how they are drawn; page.cpp says what they do.
#include "page.hpp"

namespace semeq {

namespace {

constexpr float kGap = 12, kRow = 34, kListRow = 25;

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
    programs_ = {list_x, 49, list, std::min(kListRow * model::kProgramCount + 12, height - 49 - kGap / 2)};
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
    boxes_[kMatchSwitch] = {left + 124, y + 38, 140, 30};
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
    b.text(list.x + 12, list.y + list.h / 2, now < 0 ? "Presets" : model::kPrograms[now].name, 13, now < 0 ? b.theme.soft : b.theme.text);
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
    draw_switch(b, boxes_[kMatchSwitch], "Level match", values_[kLevelMatch] > 0.5f);
}

void Page::draw_programs(Brush& b) {
    b.fill({programs_.x + 2, programs_.y + 5, programs_.w, programs_.h}, 12, Color(0, 0, 0, 0.25f));
    b.fill(programs_, 12, b.theme.card);
    b.rim(programs_, 12, b.theme.rim);
    const int now = program();
    for (int i = 0; i < model::kProgramCount; ++i) {
        const Box row{programs_.x + 6, programs_.y + 6 + program_row() * float(i), programs_.w - 12, program_row()};
        if (i == hovered_program_) b.fill(row, 7, b.theme.raised);
        b.text(row.x + 10, row.y + row.h / 2, model::kPrograms[i].name, 13, i == now ? b.theme.accent : b.theme.text, Brush::kLeft, i == now);
    }
}

}  // namespace semeq

// Sliders, switches, chips and buttons, in the desk's shapes.
#pragma once

#include "brush.hpp"

namespace semeq {

// A horizontal slider: its place and range; the value stands elsewhere.
struct Slider {
    const char* name;
    float low, high, otherwise;  // `otherwise`: where a double click puts it
    bool middle;                 // filled from zero, not from the left
    Box box{};

    Box track() const { return {box.x + 82, box.y + box.h / 2 - 3, box.w - 82 - 74, 6}; }
    float part(float value) const { return (value - low) / (high - low); }
    float value_at(float x) const {
        const Box t = track();
        return low + std::max(0.0f, std::min(1.0f, (x - t.x) / t.w)) * (high - low);
    }

    void draw(Brush& b, float value, const char* reading, bool hovered) const {
        const Box t = track();
        const float y = box.y + box.h / 2, at = t.x + part(value) * t.w, from = middle ? t.x + part(0) * t.w : t.x;
        b.text(box.x, y, name, 13, b.theme.text);
        b.fill(t, 3, b.theme.rim);
        b.fill({std::min(at, from), t.y, std::fabs(at - from), t.h}, 3, b.theme.accent);
        b.dot(at, y + 1, 10.5f, Color(0, 0, 0, 0.16f));
        b.dot(at, y, hovered ? 10.5f : 9.5f, b.theme.accent);
        b.dot(at, y, 7, b.theme.card);
        b.text(box.right(), y, reading, 13, b.theme.soft, Brush::kRight);
    }
};

inline void draw_switch(Brush& b, const Box& box, const char* name, bool on) {
    const float y = box.y + box.h / 2;
    b.fill({box.x, y - 10, 34, 20}, 10, on ? b.theme.accent : b.theme.rim);
    b.dot(box.x + (on ? 24 : 10), y, 7, b.theme.card);
    b.text(box.x + 44, y, name, 13, b.theme.text);
}

enum class Look { kPlain, kPressed, kDisabled };

inline void draw_button(Brush& b, const Box& box, const char* text, bool hovered, Look look = Look::kPlain, float size = 13, float radius = 9) {
    const float alpha = look == Look::kDisabled ? 0.38f : 1.0f;
    b.fill(box, radius, b.theme.raised.withAlpha(alpha));
    b.rim(box, radius, (look == Look::kPressed ? b.theme.accent : hovered && look != Look::kDisabled ? b.theme.soft : b.theme.rim).withAlpha(alpha));
    const float room = box.w - 16, width = text[0] == 0 ? 0 : b.width(text, size);  // a phrase is written smaller
    if (width > room) size = std::max(8.0f, size * room / width);
    b.text(box.x + box.w / 2, box.y + box.h / 2, text, size, (look == Look::kPressed ? b.theme.accent : b.theme.text).withAlpha(alpha), Brush::kCentre, true);
}

// An arrow that turns back (undo) or, mirrored, forward (redo).
inline void draw_turn(Brush& b, const Box& box, bool back, bool hovered, bool enabled) {
    draw_button(b, box, "", hovered, enabled ? Look::kPlain : Look::kDisabled);
    const float x = box.x + box.w / 2, y = box.y + box.h / 2, s = back ? 1.0f : -1.0f;
    b.g.beginPath();
    b.g.moveTo(x - 3 * s, y + 0.5f), b.g.lineTo(x - 7 * s, y - 3), b.g.lineTo(x - 3 * s, y - 6.5f);
    b.g.moveTo(x - 7 * s, y - 3), b.g.lineTo(x + 2 * s, y - 3);
    b.g.bezierTo(x + 8 * s, y - 3, x + 8 * s, y + 6, x + 2 * s, y + 6);
    b.g.lineTo(x - 1 * s, y + 6);
    b.g.lineCap(Brush::Nano::ROUND);
    b.g.lineJoin(Brush::Nano::ROUND);
    b.g.strokeColor(b.theme.text.withAlpha(enabled ? 1.0f : 0.38f));
    b.g.strokeWidth(1.8f);
    b.g.stroke();
    b.g.lineCap();
}

}  // namespace semeq

// A few strokes on NanoVG that every part of the window uses.
#pragma once

#include <algorithm>
#include <cmath>

#include "NanoVG.hpp"
#include "theme.hpp"

namespace semeq {

struct Box {
    float x = 0, y = 0, w = 0, h = 0;
    bool holds(float px, float py) const { return px >= x && px < x + w && py >= y && py < y + h; }
    bool meets(const Box& o) const { return x < o.x + o.w && o.x < x + w && y < o.y + o.h && o.y < y + h; }
    float right() const { return x + w; }
    float bottom() const { return y + h; }
    Box inside(float by) const { return {x + by, y + by, w - 2 * by, h - 2 * by}; }
};

class Brush {
public:
    using Nano = DGL_NAMESPACE::NanoVG;
    enum Side { kLeft, kCentre, kRight };

    Brush(Nano& nano, const Theme& theme, float scale) : g(nano), theme(theme), bold_(std::max(1.0f, std::round(scale * 0.7f)) / scale) {}

    void fill(const Box& box, float radius, const Color& colour) {
        g.beginPath();
        g.roundedRect(box.x, box.y, box.w, box.h, radius);
        g.fillColor(colour);
        g.fill();
    }
    void rim(const Box& box, float radius, const Color& colour, float width = 1) {
        g.beginPath();
        g.roundedRect(box.x + 0.5f, box.y + 0.5f, box.w - 1, box.h - 1, radius);
        g.strokeColor(colour);
        g.strokeWidth(width);
        g.stroke();
    }
    void card(const Box& box) { fill(box, 14, theme.card), rim(box, 14, theme.rim); }

    void dot(float x, float y, float radius, const Color& colour) {
        g.beginPath();
        g.circle(x, y, radius);
        g.fillColor(colour);
        g.fill();
    }
    void ring(float x, float y, float radius, const Color& colour, float width) {
        g.beginPath();
        g.circle(x, y, radius);
        g.strokeColor(colour);
        g.strokeWidth(width);
        g.stroke();
    }
    void line(float x1, float y1, float x2, float y2, const Color& colour, float width = 1) {
        g.beginPath();
        g.moveTo(x1, y1);
        g.lineTo(x2, y2);
        g.strokeColor(colour);
        g.strokeWidth(width);
        g.stroke();
    }

    void font(float size, Side side = kLeft) {
        g.fontFace(NANOVG_DEJAVU_SANS_TTF);
        g.fontSize(size);
        g.textAlign((side == kLeft ? Nano::ALIGN_LEFT : side == kCentre ? Nano::ALIGN_CENTER : Nano::ALIGN_RIGHT) | Nano::ALIGN_MIDDLE);
    }
    // The font has one weight: bold is the same letters twice, whole pixels apart, since letters
    // stand on whole pixels.
    void text(float x, float y, const char* words, float size, const Color& colour, Side side = kLeft, bool bold = false) {
        if (words[0] == 0) return;
        font(size, side);
        g.fillColor(colour);
        if (!bold) return void(g.text(x, y, words, nullptr));
        g.text(x - bold_ / 2, y, words, nullptr);
        g.text(x + bold_ / 2, y, words, nullptr);
    }
    // A rim of another colour around letters, so that they can be read on lines.
    void halo(float x, float y, const char* words, float size, const Color& colour, Side side) {
        font(size, side);
        g.fontBlur(2.5f);
        g.fillColor(colour);
        for (int i = 0; i < 3; ++i) g.text(x, y, words, nullptr);
        g.fontBlur(0);
    }
    float width(const char* words, float size) {
        font(size);
        DGL_NAMESPACE::Rectangle<float> bounds;
        return g.textBounds(0, 0, words, nullptr, bounds);
    }

    Nano& g;
    const Theme& theme;

private:
    float bold_;
};

}  // namespace semeq

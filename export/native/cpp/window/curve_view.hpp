// The response as it sounds, over the spectrum of the output. As desk/page/response.js and main.js draw it.
#pragma once

#include <cstdio>

#include "brush.hpp"
#include "spectrum.hpp"
#include "word_space.hpp"

namespace semeq {

class CurveView {
public:
    using Curve = ReferenceCurve::Curve;

    void resize(const Box& box) { box_ = box; }
    void show(const Curve& curve, bool bypass) { curve_ = curve, bypass_ = bypass; }

    // `ghost`: another curve to compare with, or null.
    void draw(Brush& b, const Spectrum& spectrum, const Curve* ghost) {
        float most = 12;
        for (const double db : curve_)
            if (std::fabs(db) > 12.05) most = 24;
        plot_ = {box_.x + 40, box_.y + 14, box_.w - 56, box_.h - 38};
        range_ = most;
        grid(b);
        b.g.save();
        b.g.intersectScissor(plot_.x, plot_.y, plot_.w, plot_.h);
        if (!spectrum.silent()) levels(b, spectrum);
        if (ghost != nullptr) {
            trace(b, *ghost);
            b.g.strokeColor(b.theme.soft.withAlpha(0.75f));
            b.g.strokeWidth(1.3f);
            b.g.stroke();
        }
        const Color ink = bypass_ ? b.theme.soft : b.theme.accent;
        trace(b, curve_);
        b.g.lineTo(plot_.right(), y(0));
        b.g.lineTo(plot_.x, y(0));
        b.g.closePath();
        b.g.fillColor(ink.withAlpha(0.12f));
        b.g.fill();
        trace(b, curve_);
        b.g.lineJoin(Brush::Nano::ROUND);
        b.g.strokeColor(ink);
        b.g.strokeWidth(2.5f);
        b.g.stroke();
        b.g.restore();
    }

private:
    float x(double freq) const { return plot_.x + plot_.w * float(std::log(freq / 20) / std::log(1000)); }
    float y(double db) const { return plot_.y + plot_.h / 2 - float(db) / range_ * plot_.h / 2; }

    void grid(Brush& b) {
        const Color faint = b.theme.rim.withAlpha(0.6f);
        for (int step = -4; step <= 4; ++step) {
            const double db = step * range_ / 4;
            b.line(plot_.x, y(db), plot_.right(), y(db), step == 0 ? b.theme.soft.withAlpha(0.8f) : faint);
            char text[16];
            std::snprintf(text, sizeof text, "%s%g", db > 0 ? "+" : db < 0 ? "\xe2\x88\x92" : "", std::fabs(db));
            b.text(plot_.x - 6, y(db), text, 10.5f, b.theme.soft, Brush::kRight);
        }
        static constexpr struct { double freq; const char* name; } ticks[] = {
            {20, "20"}, {50, "50"}, {100, "100"}, {200, "200"}, {500, "500"}, {1000, "1k"}, {2000, "2k"}, {5000, "5k"}, {10000, "10k"}, {20000, "20k"}};
        for (const auto& tick : ticks) {
            b.line(x(tick.freq), plot_.y, x(tick.freq), plot_.bottom(), faint);
            b.text(x(tick.freq), plot_.bottom() + 11, tick.name, 10.5f, b.theme.soft, Brush::kCentre);
        }
    }

    void trace(Brush& b, const Curve& curve) {
        b.g.beginPath();
        for (int i = 0; i < ReferenceCurve::kPoints; ++i) {
            const float px = x(WordSpace::frequency(i)), py = y(curve[std::size_t(i)]);
            i == 0 ? b.g.moveTo(px, py) : b.g.lineTo(px, py);
        }
    }

    // −78 dB at the bottom, −6 dB at the top.
    void levels(Brush& b, const Spectrum& spectrum) {
        b.g.beginPath();
        b.g.moveTo(plot_.x, plot_.bottom());
        for (int i = 0; i < Spectrum::kBands; ++i) {
            const float part = std::max(0.0f, std::min(1.0f, (spectrum.db(i) + 78) / 72));
            b.g.lineTo(plot_.x + plot_.w * float(i) / (Spectrum::kBands - 1), plot_.bottom() - part * plot_.h);
        }
        b.g.lineTo(plot_.right(), plot_.bottom());
        b.g.closePath();
        b.g.fillColor(b.theme.accent.withAlpha(b.theme.spectrum_alpha));
        b.g.fill();
    }

    Box box_, plot_;
    float range_ = 12;
    Curve curve_{};
    bool bypass_ = false;
};

}  // namespace semeq

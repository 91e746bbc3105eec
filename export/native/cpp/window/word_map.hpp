// The map: words where they sound alike, the path of the morph and the point on it. As desk/page/map.js.
#pragma once

#include <cctype>
#include <cstdio>
#include <string>
#include <vector>

#include "brush.hpp"
#include "word_space.hpp"

namespace semeq {

class WordMap {
public:
    static constexpr float kMostZoom = 6;
    static constexpr int kNone = -1;

    explicit WordMap(const WordSpace& space) : space_(space) {
        for (int i = 0; i < model::kWordCount; ++i) order_.push_back(i), tilts_.push_back(space.tilt(i));
        std::stable_sort(order_.begin(), order_.end(),
                         [](int a, int b) { return model::kPlaces[a].priority > model::kPlaces[b].priority; });
    }

    void resize(const Box& box) { box_ = box, stale_ = true; }
    void mark(int from, int to, const WordSpace::Path& path) { from_ = from, to_ = to, path_ = path, stale_ = true; }
    void move(float morph) { morph_ = morph; }

    // Words that contain a text; the others are dimmed. Empty: all as usual.
    void search(const std::string& text) { wanted_ = text, stale_ = true; }
    // The best word for a text: the same, one that begins with it, one that contains it, better known ones first.
    int found(const std::string& text) const {
        for (const auto match : {0, 1, 2})
            for (const int word : order_) {
                const std::string name = lower(model::kWords[word]);
                const std::size_t at = name.find(lower(text));
                if (match == 0 ? name == lower(text) : match == 1 ? at == 0 : at != std::string::npos) return word;
            }
        return kNone;
    }

    // ------------------------------------------------------------------------------------------------ geometry

    Point to_screen(const Point& at) const {
        return {box_.x + box_.w / 2 + (at.x - centre_.x) * radius_x(), middle() - (at.y - centre_.y) * radius_y()};
    }

    Point point() const {
        const float along = morph_ * (WordSpace::kPathPoints - 1);
        const int n = std::min(int(along), WordSpace::kPathPoints - 2);
        const Point &a = path_[std::size_t(n)], &b = path_[std::size_t(n + 1)];
        return to_screen({a.x + (along - float(n)) * (b.x - a.x), a.y + (along - float(n)) * (b.y - a.y)});
    }

    bool on_point(float x, float y) const {
        const int word = framed();
        for (const Label& label : labels_)
            if (label.word == word) return label.box.holds(x, y);
        return std::hypot(point().x - x, point().y - y) < 15;
    }

    // The morph whose place on the path is nearest, and how far away that is.
    std::pair<float, float> nearest_morph(float x, float y) const {
        std::pair<float, float> best{morph_, 1e9f};
        for (int n = 0; n + 1 < WordSpace::kPathPoints; ++n) {
            const Point a = to_screen(path_[std::size_t(n)]), b = to_screen(path_[std::size_t(n + 1)]);
            const float dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
            const float along = length > 0 ? std::max(0.0f, std::min(1.0f, ((x - a.x) * dx + (y - a.y) * dy) / length)) : 0;
            const float far = std::hypot(x - a.x - along * dx, y - a.y - along * dy);
            if (far < best.second) best = {(float(n) + along) / (WordSpace::kPathPoints - 1), far};
        }
        return best;
    }

    // The word under a place: its label, or the dot of one without.
    int word_at(float x, float y) const {
        if (!box_.holds(x, y)) return kNone;
        for (const Label& label : labels_)
            if (label.box.holds(x, y)) return label.word;
        int best = kNone;
        float nearest = 7;
        for (const int word : dots_) {
            const Point at = to_screen(WordSpace::place(word));
            const float far = std::hypot(at.x - x, at.y - y);
            if (far < nearest) nearest = far, best = word;
        }
        return best;
    }

    bool holds(float x, float y) const { return box_.holds(x, y); }

    // On a word the point is a frame around it, so that the word can be read.
    int framed() const { return morph_ < 0.004f ? from_ : morph_ > 0.996f ? to_ : kNone; }

    // Highlight a word; true where that is another one.
    bool hover(int word) {
        const bool other = word != hovered_;
        hovered_ = word;
        return other;
    }
    int hovered() const { return hovered_; }

    void zoom(float factor, float x, float y) {
        const float now = std::max(1.0f, std::min(kMostZoom, zoom_ * factor));
        const Point fixed = to_plane(x, y);
        zoom_ = now;
        const Point moved = to_plane(x, y);
        centre_ = {centre_.x + fixed.x - moved.x, centre_.y + fixed.y - moved.y};
        hold();
    }
    void zoom(float factor) { zoom(factor, box_.x + box_.w / 2, middle()); }
    void whole() { zoom_ = 1, hold(); }
    void pan(float dx, float dy) {
        centre_ = {centre_.x - dx / radius_x(), centre_.y + dy / radius_y()};
        hold();
    }
    float zoomed() const { return zoom_; }

    // ------------------------------------------------------------------------------------------------ drawing

    void draw(Brush& b) {
        if (stale_) lay_out(b);
        b.g.save();
        b.g.intersectScissor(box_.x, box_.y, box_.w, box_.h);
        draw_dots(b);
        draw_path(b);
        for (const Label& label : labels_) draw_label(b, label);
        draw_hovered_dot(b);
        draw_point(b);
        b.g.restore();
    }

private:
    struct Label {
        int word;
        Box box;
        float size;
    };

    static std::string lower(std::string text) {
        for (char& letter : text) letter = char(std::tolower(static_cast<unsigned char>(letter)));
        return text;
    }
    bool hit(int word) const { return wanted_.empty() || lower(model::kWords[word]).find(lower(wanted_)) != std::string::npos; }
    bool chosen(int word) const { return word == from_ || word == to_; }

    float radius_x() const { return (box_.w / 2 - std::min(46.0f, box_.w * 0.08f)) * zoom_; }
    float radius_y() const { return (box_.h / 2 - std::min(30.0f, box_.h * 0.1f)) * zoom_; }
    // A little above the box's, for the legend and buttons below.
    float middle() const { return box_.y + box_.h / 2 - 14; }
    Point to_plane(float x, float y) const {
        return {(x - box_.x - box_.w / 2) / radius_x() + centre_.x, -(y - middle()) / radius_y() + centre_.y};
    }
    void hold() {
        const float most = 1 - 1 / zoom_ + (zoom_ > 1 ? 0.08f : 0.0f);
        centre_ = {std::max(-most, std::min(most, centre_.x)), std::max(-most, std::min(most, centre_.y))};
        stale_ = true;
    }

    // At the first zoom only words that many people share; all of them from the third on.
    float least_priority() const { return zoom_ < 1.4f ? 4 : zoom_ < 2.2f ? 1.5f : -1e9f; }

    // Which words have a label: by priority, none over another; the rest are dots.
    void lay_out(Brush& b) {
        stale_ = false;
        labels_.clear(), dots_.clear();
        const float scale = std::min(1.0f, std::max(0.86f, box_.w / 560));
        std::vector<int> queue = order_;
        std::stable_sort(queue.begin(), queue.end(), [&](int p, int q) { return rank(p) > rank(q); });
        for (const int word : queue) {
            const model::Place& place = model::kPlaces[word];
            const bool forced = rank(word) > 0;
            const float size = (place.kind == model::kCore ? 14.5f : place.kind == model::kCommon ? 13.0f : 12.0f) * scale;
            const Point at = to_screen({place.x, place.y});
            const float width = b.width(model::kWords[word], size) + (place.kind == model::kCore ? 0.6f : 0);
            const Box box{at.x - width / 2 - 5, at.y - size * 0.62f - 2.5f, width + 10, size * 1.24f + 5};
            const bool fits = zoom_ > 1 || (box.x > box_.x && box.right() < box_.right() && box.y > box_.y && box.bottom() < box_.bottom() - 38);
            const bool free = std::none_of(labels_.begin(), labels_.end(), [&](const Label& l) { return l.box.meets(box); });
            const bool wanted = place.priority >= least_priority() || forced;
            // The two words of the morph are shown in any case; what is searched for where there is room.
            if (chosen(word) || (wanted && free && (fits || forced))) labels_.push_back({word, box, size});
            else dots_.push_back(word);
        }
    }
    int rank(int word) const { return chosen(word) ? 2 : !wanted_.empty() && hit(word) ? 1 : 0; }

    Color colour(const Brush& b, int word) const { return b.theme.tilt[tilts_[std::size_t(word)] + 4]; }

    void draw_dots(Brush& b) {
        for (const int word : dots_) {
            const Point at = to_screen(WordSpace::place(word));
            const bool found = !wanted_.empty() && hit(word);
            b.dot(at.x, at.y, found ? 3.5f : 1.7f, colour(b, word).withAlpha(found ? 0.9f : wanted_.empty() ? 0.42f : 0.15f));
        }
    }

    // A dotted line, in even steps.
    void draw_path(Brush& b) {
        if (from_ == to_) return;
        float left = 0;
        b.g.beginPath();
        for (std::size_t n = 0; n + 1 < path_.size(); ++n) {
            const Point p = to_screen(path_[n]), q = to_screen(path_[n + 1]);
            const float length = std::hypot(q.x - p.x, q.y - p.y);
            for (; left < length; left += 6) b.g.circle(p.x + (q.x - p.x) * left / length, p.y + (q.y - p.y) * left / length, 1.25f);
            left -= length;
        }
        b.g.fillColor(b.theme.accent);
        b.g.fill();
        for (const Point& end : {path_.front(), path_.back()}) {
            const Point at = to_screen(end);
            b.dot(at.x, at.y, 4, b.theme.card);
            b.ring(at.x, at.y, 3.5f, b.theme.accent, 2);
        }
    }

    void draw_label(Brush& b, const Label& label) {
        const char* name = model::kWords[label.word];
        const model::Place& place = model::kPlaces[label.word];
        const float x = label.box.x + label.box.w / 2, y = label.box.y + label.box.h / 2;
        Color ink = chosen(label.word) ? b.theme.text : colour(b, label.word);
        if (!hit(label.word)) ink = ink.withAlpha(0.16f);
        else if (place.low) ink = ink.withAlpha(0.8f);
        if (chosen(label.word)) {
            const bool here = label.word == framed();
            if (here) b.fill(label.box.inside(-5), label.box.h / 2 + 5, b.theme.accent.withAlpha(0.2f));
            b.fill(label.box, label.box.h / 2, Color(b.theme.card, b.theme.accent, here ? 0.3f : 0.12f));
            b.rim(label.box, label.box.h / 2, b.theme.accent, here ? 2 : 1);
        } else {
            b.halo(x, y, name, label.size, b.theme.card, Brush::kCentre);
        }
        b.text(x, y, name, label.size, ink, Brush::kCentre, place.kind == model::kCore || chosen(label.word));
        if (label.word == hovered_) b.line(label.box.x + 5, label.box.bottom() - 2, label.box.right() - 5, label.box.bottom() - 2, ink, 1.5f);
    }

    void draw_hovered_dot(Brush& b) {
        if (std::find(dots_.begin(), dots_.end(), hovered_) == dots_.end()) return;
        const Point at = to_screen(WordSpace::place(hovered_));
        const char* name = model::kWords[hovered_];
        const float width = b.width(name, 12.5f) + 16, x = std::max(box_.x + width / 2 + 2, std::min(box_.right() - width / 2 - 2, at.x));
        const Box box{x - width / 2, at.y - 31 < box_.y ? at.y + 9 : at.y - 31, width, 22};
        b.dot(at.x, at.y, 3.5f, colour(b, hovered_));
        b.fill(box, 11, b.theme.raised);
        b.rim(box, 11, b.theme.rim);
        b.text(x, box.y + 11, name, 12.5f, colour(b, hovered_), Brush::kCentre);
    }

    void draw_point(Brush& b) {
        if (framed() != kNone) return;
        const Point at = point();
        b.dot(at.x, at.y, 15, b.theme.accent.withAlpha(0.22f));
        b.dot(at.x, at.y, 8.5f, b.theme.card);
        b.dot(at.x, at.y, 6.5f, b.theme.accent);
    }

    const WordSpace& space_;
    std::vector<int> order_, tilts_, dots_;
    std::vector<Label> labels_;
    Box box_;
    Point centre_;
    float zoom_ = 1, morph_ = 0;
    int from_ = 0, to_ = 0, hovered_ = kNone;
    WordSpace::Path path_{};
    std::string wanted_;
    bool stale_ = true;
};

}  // namespace semeq

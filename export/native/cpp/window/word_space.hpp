// What the window knows of every word: its curve, how bright it is, and where any other sound lies between words.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "map.hpp"
#include "model.hpp"
#include "morph_path.hpp"

namespace semeq {

struct Point {
    float x = 0, y = 0;
};

class WordSpace {
public:
    using Curve = ReferenceCurve::Curve;
    static constexpr int kPathPoints = 33;
    using Path = std::array<Point, kPathPoints>;

    WordSpace() : decoder_(model::kDecoder), curves_(model::kWordCount) {
        for (int i = 0; i < model::kWordCount; ++i) {
            double params[kSettingSize];
            decoder_.decode(model::kLatents[i], params);
            curves_[std::size_t(i)] = curve_(params);
        }
    }

    const Curve& curve(int word) const { return curves_[std::size_t(word)]; }
    static Point place(int word) { return {model::kPlaces[word].x, model::kPlaces[word].y}; }

    // −4 (much darker) to 4 (much brighter), two dB a step: mean above 4 kHz less mean below 250 Hz.
    int tilt(int word) const {
        const Curve& db = curve(word);
        double high = 0, low = 0;
        int highs = 0, lows = 0;
        for (int i = 0; i < ReferenceCurve::kPoints; ++i) {
            const double freq = frequency(i);
            if (freq > 4000) high += db[i], ++highs;
            if (freq < 250) low += db[i], ++lows;
        }
        return std::max(-4, std::min(4, int(std::lround((high / highs - low / lows) / 2))));
    }

    static double frequency(int point) { return 20.0 * std::pow(1000.0, double(point) / (ReferenceCurve::kPoints - 1)); }

    // Among its nearest words in the curve domain, as desk/word_map.py places words of the user's.
    Point placed(const Curve& db) const {
        std::vector<std::pair<double, int>> near;
        near.reserve(curves_.size());
        for (int i = 0; i < model::kWordCount; ++i) {
            double sum = 0;
            for (int k = 0; k < ReferenceCurve::kPoints; ++k) sum += (curve(i)[k] - db[k]) * (curve(i)[k] - db[k]);
            near.emplace_back(std::sqrt(sum / ReferenceCurve::kPoints), i);
        }
        std::partial_sort(near.begin(), near.begin() + std::min<std::ptrdiff_t>(6, std::ptrdiff_t(near.size())), near.end());
        double x = 0, y = 0, total = 0;
        for (std::size_t n = 0; n < std::min<std::size_t>(6, near.size()); ++n) {
            const double weight = 1 / std::pow(std::max(near[n].first, 1e-6), 3);
            x += weight * place(near[n].second).x, y += weight * place(near[n].second).y, total += weight;
        }
        return {float(x / total), float(y / total)};
    }

    // Where a morph passes on the map, at even steps of the morph; the ends are the words' own places.
    Path path(const MorphPath& morph, int from, int to) const {
        Path way;
        for (int n = 0; n < kPathPoints; ++n) {
            double params[kSettingSize];
            morph.at(double(n) / (kPathPoints - 1), params);
            way[std::size_t(n)] = placed(curve_(params));
        }
        way.front() = place(from), way.back() = place(to);
        for (int pass = 0; pass < 24; ++pass) {
            const Path rough = way;
            for (std::size_t n = 1; n + 1 < way.size(); ++n)
                way[n] = {(rough[n - 1].x + 2 * rough[n].x + rough[n + 1].x) / 4, (rough[n - 1].y + 2 * rough[n].y + rough[n + 1].y) / 4};
        }
        return way;
    }

    const Decoder& decoder() const { return decoder_; }
    const ReferenceCurve& reference() const { return curve_; }

private:
    Decoder decoder_;
    ReferenceCurve curve_;
    std::vector<Curve> curves_;
};

}  // namespace semeq

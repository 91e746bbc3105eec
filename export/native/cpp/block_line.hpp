// Where a parameter is going, told only where it is at the start of each block: LV2's control ports.
#pragma once

#include <algorithm>
#include <cmath>

namespace semeq {

// A host that automates sends points of a line, one a block. Ramping to each point would follow the line one block late,
// so once three points lie on a line the fourth is reckoned ahead. Where the line bends, the block after the bend is
// wrong and the next one makes up for it. Steps by hand do not lie on a line: they are ramped over their own block.
class BlockLine {
public:
    void jump(float value) noexcept {
        from_ = to_ = last_ = anchor_ = value;
        since_anchor_ = length_ = 0;
    }

    // A block of `frames` begins with `value`; values stay between `low` and `high`.
    void begin(float value, int frames, float low, float high) noexcept {
        from_ = to_;
        const double step = double(value) - last_;
        const double expected = since_anchor_ > 0 ? (last_ - anchor_) / since_anchor_ : 0.0;  // of one frame
        // Hosts that count musical time round to ticks: 960 to a quarter note are 31 frames at 100 beats a minute.
        const bool straight = expected != 0 && std::abs(step - expected * length_) <= std::abs(expected) * kTickFrames;
        if (!straight) anchor_ = last_, since_anchor_ = 0;
        since_anchor_ += length_;
        const double slope = since_anchor_ > 0 ? (value - anchor_) / since_anchor_ : 0.0;
        to_ = straight ? std::max(double(low), std::min(double(high), value + slope * frames)) : double(value);
        last_ = value;
        length_ = frames;
    }

    bool moves() const noexcept { return from_ != to_; }

    // The value at a part of the block, 0 to 1.
    float at(double part) const noexcept { return float(from_ + (to_ - from_) * part); }

private:
    static constexpr double kTickFrames = 32;

    double from_ = 0, to_ = 0;          // what sounds at the start and at the end of the block
    double last_ = 0, anchor_ = 0;      // the value of the block before; where the line began
    double since_anchor_ = 0, length_ = 0;  // frames from there to the block before; frames of that block
};

}  // namespace semeq

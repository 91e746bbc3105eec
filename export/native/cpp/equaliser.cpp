#include "equaliser.hpp"

namespace semeq {

Equaliser::Equaliser(bool values_by_block) noexcept
    : values_by_block_(values_by_block), decoder_(model::kDecoder), path_(decoder_, curve_), engine_(48000, kMostChannels) {
    for (std::uint32_t i = 0; i < kParameterCount; ++i) values_[i].store(kDefaults[i], std::memory_order_relaxed);
}

void Equaliser::activate(double sample_rate) noexcept {
    match_.activate(sample_rate);
    fade_frames_ = std::max(1, int(kFadeSeconds * sample_rate));
    begin_stream(sample_rate, engine_.channels());
    take_pair();
    path_.advance(MorphPath::kPoints);
}

void Equaliser::run(const float* const* inputs, float* const* outputs, int channels, int frames) noexcept {
    if (frames <= 0) return;
    if (channels != engine_.channels()) begin_stream(engine_.sample_rate(), channels);
    if (!begin_lines(frames)) {
        play(inputs, outputs, 0, frames);
        return;
    }
    for (int from = 0; from < frames;) {
        const int to = frames - from < 2 * kShortestRamp ? frames : from + kShortestRamp;
        for (std::uint32_t i = 0; i < kLines; ++i) heard_[i] = lines_[i].at(double(to) / frames);
        play(inputs, outputs, from, to);
        from = to;
    }
}

// Nothing of what was heard before goes on.
void Equaliser::begin_stream(double sample_rate, int channels) noexcept {
    engine_ = Engine(sample_rate, channels);
    match_.forget();
    match_db_ = 0;
    fade_left_ = 0;
    fresh_ = true;
}

// Whether the block is to be played in parts, on lines.
bool Equaliser::begin_lines(int frames) noexcept {
    bool moves = false;
    for (std::uint32_t i = 0; i < kLines; ++i) {
        const std::uint32_t index = kFirstLine + i;
        heard_[i] = get(index);
        if (!values_by_block_) continue;
        if (fresh_ || fade_left_ > 0)
            lines_[i].jump(heard_[i]);
        else
            lines_[i].begin(heard_[i], frames, kLow[index], kHigh[index]);
        moves = moves || lines_[i].moves();
    }
    return moves;
}

void Equaliser::play(const float* const* inputs, float* const* outputs, int from, int to) noexcept {
    const bool matching = get(kLevelMatch) > 0.5f, hearing = matching && get(kBypass) < 0.5f;
    if (!matching) match_.forget();
    approach_match(to - from);
    follow_controls(to - from);
    const int channels = engine_.channels();
    if (hearing) match_.hear_input(inputs, channels, from, to);
    const float* const in = inputs[0] + from;
    float* const out = outputs[0] + from;
    // The engine wants channels at a fixed distance; hosts give pointers.
    const bool stereo = channels == 2;
    engine_.process(in, out, to - from, stereo ? inputs[1] - inputs[0] : 0, 1, stereo ? outputs[1] - outputs[0] : 0, 1);
    if (hearing) match_.hear_output(outputs, channels, from, to, playing_.output_db + playing_.match_db);
}

int Equaliser::ramp_frames(int frames) const noexcept {
    const int ramp = std::max(kShortestRamp, std::min(frames, kLongestRamp));
    return fade_left_ > 0 ? std::max(ramp, fade_frames_) : ramp;
}

// The matching gain moves in small steps, so that no block hears one. In bypass it waits.
void Equaliser::approach_match(int frames) noexcept {
    const double left = match_.gain_db() - match_db_, most = kMatchDbPerSecond * frames / engine_.sample_rate();
    if (std::abs(left) < kFinestMatchDb && match_.gain_db() != 0) return;
    match_db_ += std::max(-most, std::min(most, left));
}

Equaliser::Wanted Equaliser::wanted() const noexcept {
    return {int(get(kSemantic)), int(get(kTo)), heard_[0], heard_[1], heard_[2], get(kBypass) > 0.5f, match_db_};
}

void Equaliser::take_pair() noexcept {
    const Wanted now = wanted();
    path_.begin(model::kLatents[now.semantic], model::kLatents[now.to]);
    playing_.semantic = now.semantic;
    playing_.to = now.to;
}

void Equaliser::follow_controls(int frames) noexcept {
    const Wanted now = wanted();
    bool changed = fresh_ || !now.same_sound(playing_);
    if (now.bypass != playing_.bypass) smooth();
    if (now.semantic != playing_.semantic || now.to != playing_.to) {
        take_pair();
        smooth();
        changed = true;
        // Nothing has sounded yet: a stream starts with the exact setting. This happens once, before the first
        // block, where hosts deliver parameters only with the audio.
        if (fresh_) path_.advance(MorphPath::kPoints);
    }
    if (!path_.complete()) {
        path_.advance(kPointsPerQuantum * std::max(1, frames / kQuantumFrames));
        changed = changed || path_.complete();
    }
    if (!changed) {
        fade_left_ = std::max(0, fade_left_ - frames);
        return;
    }
    double params[kSettingSize];
    path_.at(now.morph, params);
    const double scale = now.bypass ? 0.0 : double(now.intensity);
    for (const int gain : {0, 2, 5, 8, 11}) params[gain] *= scale;
    const double output_db = now.bypass ? 0.0 : double(now.output_db) + now.match_db;
    if (fresh_)
        engine_.jump(params, output_db);
    else
        engine_.set_target(params, output_db, ramp_frames(frames));
    fade_left_ = std::max(0, fade_left_ - frames);
    playing_ = now;
    fresh_ = false;
}

}  // namespace semeq

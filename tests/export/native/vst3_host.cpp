// A small VST3 host for tests: it renders a file with parameter points, as hosts send automation.
//   vst3_host render CHANNELS MODULE IN OUT RATE BLOCK [NAME=VALUE] [@FRAME:NAME=VALUE] …
// Names are those of the parameters, values normalised; what has no frame comes with the first block. Points of one
// parameter are joined by lines over block limits: a block ends with a point on the line at its last frame, as Steinberg's
// hosts do. IN and OUT are float32, channels one after the other.
#include <fstream>

#include "vst3_host.hpp"

namespace {

struct Line {
    std::vector<std::pair<long, double>> points;
    double at(long frame) const {
        if (frame <= points.front().first) return points.front().second;
        for (std::size_t i = 1; i < points.size(); ++i)
            if (frame <= points[i].first) {
                const auto &a = points[i - 1], &b = points[i];
                return a.second + (b.second - a.second) * double(frame - a.first) / double(b.first - a.first);
            }
        return points.back().second;
    }
};

}  // namespace

int main(int count, char** arguments) {
    if (count < 8) fail("vst3_host render CHANNELS MODULE IN OUT RATE BLOCK …");
    const int channels = std::atoi(arguments[2]);
    Plugin plugin(arguments[3]);
    const double rate = std::atof(arguments[6]);
    const long block = std::atol(arguments[7]);
    std::map<std::string, v3_param_id> ids;
    for (const auto& parameter : plugin.parameters) ids[Plugin::narrow(parameter.title)] = parameter.param_id;
    std::map<v3_param_id, Line> lines;
    Changes first;
    for (int i = 8; i < count; ++i) {
        char name[64];
        long frame = -1;
        double value;
        if (std::sscanf(arguments[i], "@%ld:%63[^=]=%lf", &frame, name, &value) != 3 && std::sscanf(arguments[i], "%63[^=]=%lf", name, &value) != 2)
            fail(std::string("cannot read ") + arguments[i]);
        if (ids.count(name) == 0) fail(std::string("there is no parameter ") + name);
        if (frame >= 0) lines[ids[name]].points.emplace_back(frame, value);
        else first.add(ids[name], 0, value), plugin.set(ids[name], value);
    }
    std::ifstream file(arguments[4], std::ios::binary | std::ios::ate);
    std::vector<float> audio(std::size_t(file.tellg()) / sizeof(float)), result(audio.size());
    file.seekg(0);
    file.read(reinterpret_cast<char*>(audio.data()), std::streamsize(audio.size() * sizeof(float)));
    const long frames = long(audio.size()) / channels;

    plugin.arrange(channels);
    plugin.start(rate, int32_t(block));
    for (long at = 0; at < frames; at += block) {
        const long n = std::min(block, frames - at);
        Changes changes = at == 0 ? first : Changes();
        for (const auto& [id, line] : lines) {
            Queue queue{&queue_table, id, {}};
            for (const auto& [frame, value] : line.points)
                if (frame >= at && frame < at + n) queue.points.push_back({int32_t(frame - at), value});
            const bool on_the_way = at + n - 1 > line.points.front().first && at < line.points.back().first;
            if (on_the_way && (queue.points.empty() || queue.points.back().offset < n - 1))
                queue.points.push_back({int32_t(n - 1), line.at(at + n - 1)});
            if (!queue.points.empty()) changes.queues.push_back(queue);
        }
        std::vector<float*> in, out;
        for (int c = 0; c < channels; ++c) in.push_back(audio.data() + c * frames + at), out.push_back(result.data() + c * frames + at);
        plugin.process(in, out, int32_t(n), &changes);
    }
    std::ofstream(arguments[5], std::ios::binary).write(reinterpret_cast<const char*>(result.data()), std::streamsize(result.size() * sizeof(float)));
    return 0;
}

// A small CLAP host for the tests. It loads the real plugin file and does one of:
//   info FILE                          print parameters, ports, latency
//   render CHANNELS FILE IN OUT RATE BLOCK [id=value ...] [@frame:id=value ...] [@frame:cc=number:value ...]
//                                      raw float32 planar in, same out; values before the start or at frames
//   words FILE                         print the values of parameter 0 as text
//   texts FILE id=value ...            print values as text
//   state FILE                         set, save, load into a second instance, compare
//   cost CHANNELS FILE                 print the time of process() at rest and while a new pair of words is built
//   fuzz FILE SECONDS SEED             random parameters, controllers, block sizes, rates, channels, NaN input
#include "clap_host.hpp"

namespace {

std::vector<float> read_floats(const char* path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    std::vector<float> values(std::size_t(file.tellg()) / sizeof(float));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(values.data()), std::streamsize(values.size() * sizeof(float)));
    return values;
}

int render(int count, char** arguments) {
    Plugin plugin(arguments[3]);
    plugin.arrange(std::atoi(arguments[2]));
    std::vector<float> audio = read_floats(arguments[4]), result(audio.size());
    const double rate = std::atof(arguments[6]);
    const auto block = std::uint32_t(std::atoi(arguments[7]));
    const std::size_t frames = audio.size() / std::size_t(plugin.channels);
    Events before;
    std::vector<Event> timed;
    for (int i = 8; i < count; ++i) {
        unsigned id, number;
        double value;
        unsigned frame;
        if (std::sscanf(arguments[i], "@%u:cc=%u:%lf", &frame, &number, &value) == 3) timed.push_back(controller_event(frame, int(number), int(value)));
        else if (std::sscanf(arguments[i], "@%u:%u=%lf", &frame, &id, &value) == 3) timed.push_back(parameter_event(frame, id, value));
        else if (std::sscanf(arguments[i], "%u=%lf", &id, &value) == 2) before.list.push_back(parameter_event(0, id, value));
        else fail(std::string("cannot read ") + arguments[i]);
    }
    plugin.flush(before);
    plugin.start(rate, block);
    Events events;
    for (std::size_t at = 0; at < frames; at += block) {
        const auto n = std::uint32_t(std::min<std::size_t>(block, frames - at));
        events.list.clear();
        for (Event e : timed)
            if (e.header.time >= at && e.header.time < at + n) {
                e.header.time -= std::uint32_t(at);
                events.list.push_back(e);
            }
        std::vector<float*> in, out;
        for (int c = 0; c < plugin.channels; ++c) {
            in.push_back(audio.data() + std::size_t(c) * frames + at);
            out.push_back(result.data() + std::size_t(c) * frames + at);
        }
        plugin.process(in, out, n, events);
    }
    std::ofstream(arguments[5], std::ios::binary).write(reinterpret_cast<const char*>(result.data()), std::streamsize(result.size() * sizeof(float)));
    return 0;
}

int fuzz(const char* file, double seconds, unsigned seed) {
    Plugin plugin(file);
    const auto infos = plugin.infos();
    std::mt19937 random(seed);
    const auto pick = [&](int n) { return int(random() % unsigned(n)); };
    const auto unit = [&] { return double(random()) / 4294967295.0; };
    constexpr std::uint32_t kLongest = 4096;
    std::vector<std::vector<float>> in(2, std::vector<float>(kLongest)), out = in;
    std::vector<float*> in_pointers, out_pointers;
    const auto arrange = [&](int channels) {
        plugin.arrange(channels);
        in_pointers.clear(), out_pointers.clear();
        for (int c = 0; c < channels; ++c) in_pointers.push_back(in[std::size_t(c)].data()), out_pointers.push_back(out[std::size_t(c)].data());
    };
    arrange(2);
    Events events;
    events.list.reserve(64);
    const double rates[] = {8000, 22050, 44100, 48000, 88200, 96000, 192000, 384000};
    plugin.start(48000, kLongest);
    long blocks = 0;
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (std::chrono::steady_clock::now() < end) {
        if (pick(500) == 0) {
            arrange(1 + pick(2));
            plugin.start(rates[pick(8)], kLongest);
        }
        const std::uint32_t frames = pick(4) == 0 ? 1 + std::uint32_t(pick(kLongest)) : 1 + std::uint32_t(pick(300));
        events.list.clear();
        std::uint32_t frame = 0;
        for (int n = pick(4); n > 0; --n) {
            frame = std::min<std::uint32_t>(frames - 1, frame + std::uint32_t(pick(64)));
            if (pick(3) == 0) {
                events.list.push_back(controller_event(frame, pick(128), pick(128)));
            } else {
                const auto& info = infos[std::size_t(pick(int(infos.size())))];
                double value = info.min_value + unit() * (info.max_value - info.min_value);
                if (pick(50) == 0) value = pick(2) ? NAN : 1e30 * (unit() - 0.5);
                events.list.push_back(parameter_event(frame, info.id, value));
            }
        }
        const int kind = pick(20);
        for (auto& channel : in)
            for (std::uint32_t i = 0; i < frames; ++i)
                channel[i] = kind == 0 ? NAN : kind == 1 ? INFINITY : kind == 2 ? 3e38f : kind == 3 ? 1e-40f : kind == 4 ? 0.0f : float(2 * unit() - 1);
        plugin.process(in_pointers, out_pointers, frames, events);
        if (kind > 2)
            for (const float* channel : out_pointers)
                for (std::uint32_t i = 0; i < frames; ++i)
                    if (!std::isfinite(channel[i])) fail("a sample is not finite in a clean block, block " + std::to_string(blocks));
        ++blocks;
    }
    std::printf("%ld blocks\n", blocks);
    return 0;
}

int cost(const char* file, int channels) {
    Plugin plugin(file);
    plugin.arrange(channels);
    plugin.start(48000, 64);
    std::vector<std::vector<float>> in(std::size_t(plugin.channels), std::vector<float>(64, 0.1f)), out = in;
    std::vector<float*> from, to;
    for (auto& c : in) from.push_back(c.data());
    for (auto& c : out) to.push_back(c.data());
    const double words = plugin.infos()[0].max_value + 1;
    std::vector<double> rest, building;
    Events events;
    for (int round = 0; round < 300; ++round)
        for (int block = 0; block < 100; ++block) {
            events.list.clear();
            if (block == 0) events.list.push_back(parameter_event(0, 0, round % int(words)));
            if (block == 0) events.list.push_back(parameter_event(0, 2, 0.3));
            const auto start = std::chrono::steady_clock::now();
            plugin.process(from, to, 64, events);
            const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
            (block < 33 ? building : rest).push_back(took.count());  // 129 points, 4 a block
        }
    for (auto* times : {&rest, &building}) std::sort(times->begin(), times->end());
    std::printf("64 frames at rest: median %.1f us; while a new pair is built: median %.1f us, p99 %.1f us\n", rest[rest.size() / 2],
                building[building.size() / 2], building[building.size() * 99 / 100]);
    return 0;
}

int state(const char* file) {
    Plugin first(file), second(file);
    Events events;
    for (const auto& info : first.infos())
        events.list.push_back(parameter_event(0, info.id, std::round(info.min_value + 0.4 * (info.max_value - info.min_value))));
    first.flush(events);
    const std::string bytes = first.save();
    second.load(bytes);
    for (const auto& info : first.infos())
        if (std::fabs(first.value(info.id) - second.value(info.id)) > 1e-5) fail(std::string("not restored: ") + info.name);
    std::fwrite(bytes.data(), 1, bytes.size(), stdout);
    return 0;
}

int info(const char* file, bool words) {
    Plugin plugin(file);
    const auto infos = plugin.infos();
    if (words) {
        for (int i = int(infos[0].min_value); i <= int(infos[0].max_value); ++i) std::printf("%s\n", plugin.text(infos[0].id, i).c_str());
        return 0;
    }
    std::printf("channels %d latency %u\n", plugin.channels, plugin.latency_frames());
    for (const auto& p : infos) std::printf("%u\t%s\t%g\t%g\t%g\n", p.id, p.name, p.min_value, p.max_value, p.default_value);
    return 0;
}

int texts(int count, char** arguments) {
    Plugin plugin(arguments[2]);
    for (int i = 3; i < count; ++i) {
        unsigned id;
        double value;
        if (std::sscanf(arguments[i], "%u=%lf", &id, &value) != 2) fail(std::string("cannot read ") + arguments[i]);
        std::printf("%s\n", plugin.text(id, value).c_str());
    }
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    const std::string task = count > 2 ? arguments[1] : "";
    if (task == "info") return info(arguments[2], false);
    if (task == "words") return info(arguments[2], true);
    if (task == "texts") return texts(count, arguments);
    if (task == "cost" && count == 4) return cost(arguments[3], std::atoi(arguments[2]));
    if (task == "state") return state(arguments[2]);
    if (task == "render" && count >= 8) return render(count, arguments);
    if (task == "fuzz" && count == 5) return fuzz(arguments[2], std::atof(arguments[3]), unsigned(std::atoi(arguments[4])));
    fail("usage: info|words|state FILE, render CHANNELS FILE IN OUT RATE BLOCK [changes], cost CHANNELS FILE, fuzz FILE SECONDS SEED");
}

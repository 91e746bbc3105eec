// Python binding of callback.hpp, and the function that JACK calls.
//
// JACK's library is not needed to build this: Python has loaded it and passes the addresses of the four functions that
// are called here (their declarations: jack/jack.h and jack/midiport.h, unchanged since JACK 0.109).
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/vector.h>

#include "callback.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

using semeq::kParameters;
using semeq::live::Callback;
using semeq::live::Message;
using semeq::live::Shared;
using semeq::live::Target;
using semeq::live::ThreadClock;

template <class T, int Dimensions>
using Array = nb::ndarray<T, nb::ndim<Dimensions>, nb::device::cpu, nb::c_contig>;
template <class T>
using Planes = nb::ndarray<T, nb::ndim<2>, nb::device::cpu>;

struct JackMidiEvent {
    std::uint32_t time;
    std::size_t size;
    std::uint8_t* buffer;
};

// Addresses of JACK's functions and of this client's things.
struct Jack {
    void* (*get_buffer)(void* port, std::uint32_t frames) = nullptr;
    std::uint32_t (*event_count)(void* buffer) = nullptr;
    int (*event_get)(JackMidiEvent* event, void* buffer, std::uint32_t index) = nullptr;
    std::uint32_t (*since_cycle_start)(const void* client) = nullptr;
    void* client = nullptr;
    void* midi = nullptr;
    std::vector<void*> ins, outs;
    double us_per_frame = 0;
};

// The arrays are kept by Python's object for as long as this lives.
struct Host {
    Callback callback;
    Jack jack;
    std::vector<nb::object> kept;
};

int on_jack(std::uint32_t frames, void* argument) noexcept {
    Host& host = *static_cast<Host*>(argument);
    Jack& jack = host.jack;
    if (frames > semeq::live::kMostFrames) return 0;
    const ThreadClock began = ThreadClock::now();
    const double entry_us = jack.since_cycle_start(jack.client) * jack.us_per_frame;
    for (std::size_t c = 0; c < jack.ins.size(); ++c)
        std::memcpy(host.callback.source(static_cast<int>(c)), jack.get_buffer(jack.ins[c], frames), 4u * frames);
    void* midi = jack.get_buffer(jack.midi, frames);
    const std::uint32_t events = jack.event_count(midi);
    for (std::uint32_t i = 0; i < events; ++i) {
        JackMidiEvent event{};
        if (jack.event_get(&event, midi, i) == 0 && event.time < frames)
            host.callback.hear(event.time, event.buffer, event.size);
    }
    host.callback.process(frames, entry_us, began);
    for (std::size_t c = 0; c < jack.outs.size(); ++c)
        std::memcpy(jack.get_buffer(jack.outs[c], frames), host.callback.sink(static_cast<int>(c)), 4u * frames);
    return 0;
}

template <class T>
T at_address(std::uintptr_t address) {
    if (address == 0) throw nb::value_error("a null address");
    return reinterpret_cast<T>(address);
}

}  // namespace

NB_MODULE(_callback, m) {
    m.attr("MOST_FRAMES") = semeq::live::kMostFrames;
    nb::class_<Host>(m, "Callback")
        .def("__init__",
             [](Host* self, double sample_rate, Array<float, 3> tap, Array<std::int64_t, 1> position,
                Array<std::uint64_t, 2> histograms, Array<double, 1> longest_us, Array<std::int64_t, 1> counts,
                Array<std::int64_t, 1> faded, Array<const float, 1> fade, double block_us) {
                 if (tap.shape(0) != 2 || histograms.shape(0) != 3 || longest_us.shape(0) != 3 ||
                     counts.shape(0) <= semeq::live::kLostMessages || position.shape(0) != 1 || faded.shape(0) != 1)
                     throw nb::value_error("shared arrays of other shapes");
                 const std::int64_t length = static_cast<std::int64_t>(tap.shape(2));
                 if (length < semeq::live::kMostFrames || (length & (length - 1)) != 0)
                     throw nb::value_error("the tap holds a power of two of frames, at least 8192");
                 const Shared shared{tap.data(), length, position.data(), histograms.data(),
                                     static_cast<std::int64_t>(histograms.shape(1)) - 1, longest_us.data(),
                                     counts.data(), faded.data(), fade.data(),
                                     static_cast<std::int64_t>(fade.shape(0))};
                 new (self) Host{Callback(sample_rate, static_cast<int>(tap.shape(1)), shared, block_us), {},
                                 {nb::cast(tap), nb::cast(position), nb::cast(histograms), nb::cast(longest_us),
                                  nb::cast(counts), nb::cast(faded), nb::cast(fade)}};
             })
        .def("jack",
             [](Host& self, std::uintptr_t get_buffer, std::uintptr_t event_count, std::uintptr_t event_get,
                std::uintptr_t since_cycle_start, std::uintptr_t client, std::uintptr_t midi,
                const std::vector<std::uintptr_t>& ins, const std::vector<std::uintptr_t>& outs, double sample_rate) {
                 const auto channels = static_cast<std::size_t>(self.callback.channels());
                 if (ins.size() != channels || outs.size() != channels) throw nb::value_error("a port for each channel");
                 Jack& jack = self.jack;
                 jack.get_buffer = at_address<decltype(jack.get_buffer)>(get_buffer);
                 jack.event_count = at_address<decltype(jack.event_count)>(event_count);
                 jack.event_get = at_address<decltype(jack.event_get)>(event_get);
                 jack.since_cycle_start = at_address<decltype(jack.since_cycle_start)>(since_cycle_start);
                 jack.client = at_address<void*>(client);
                 jack.midi = at_address<void*>(midi);
                 jack.ins.clear(), jack.outs.clear();
                 for (const auto port : ins) jack.ins.push_back(at_address<void*>(port));
                 for (const auto port : outs) jack.outs.push_back(at_address<void*>(port));
                 jack.us_per_frame = 1e6 / sample_rate;
                 // What jack_set_process_callback wants: the function and its argument.
                 return nb::make_tuple(reinterpret_cast<std::uintptr_t>(&on_jack),
                                       reinterpret_cast<std::uintptr_t>(&self));
             },
             "get_buffer"_a, "event_count"_a, "event_get"_a, "since_cycle_start"_a, "client"_a, "midi"_a, "ins"_a,
             "outs"_a, "sample_rate"_a)
        .def("jump",
             [](Host& self, Array<const double, 1> params, double output_db) {
                 if (params.shape(0) != kParameters) throw nb::value_error("a setting has 13 numbers");
                 self.callback.jump(params.data(), output_db);
             })
        .def("post",
             [](Host& self, Array<const std::int64_t, 1> at, Array<const double, 2> params,
                Array<const double, 1> output_db) {
                 if (params.shape(0) != at.shape(0) || output_db.shape(0) != at.shape(0) ||
                     params.shape(1) != kParameters)
                     throw nb::value_error("targets need frames (n,), params (n, 13) and output_db (n,)");
                 std::size_t posted = 0;
                 for (std::size_t i = 0; i < at.shape(0); ++i) {
                     Target target{at(i), {}, output_db(i)};
                     std::memcpy(target.params, params.data() + i * kParameters, sizeof target.params);
                     posted += self.callback.post(target);
                 }
                 return posted;
             })
        .def("messages",
             [](Host& self, std::int64_t before) {
                 nb::list found;
                 for (const Message* m; (m = self.callback.message()) && m->frame < before; self.callback.drop_message())
                     found.append(nb::make_tuple(m->frame, nb::bytes(reinterpret_cast<const char*>(m->data), m->size)));
                 return found;
             })
        .def_prop_ro("entered", [](const Host& self) { return self.callback.entered(); })
        .def("settle", [](Host& self, std::int64_t frame) { self.callback.settle(frame); })
        .def("follow", [](Host& self, bool every_block) { self.callback.follow(every_block); })
        .def("freewheel", [](Host& self, bool on) { self.callback.freewheel(on); })
        .def("set_block_us", [](Host& self, double block_us) { self.callback.set_block_us(block_us); })
        .def("wake", [](Host& self) { self.callback.wakeup().signal(); })
        .def("wait", [](Host& self, double seconds) { self.callback.wakeup().wait(seconds); },
             nb::call_guard<nb::gil_scoped_release>())
        .def("process",  // a block without JACK, for tests
             [](Host& self, Planes<const float> in, Planes<float> out, nb::list midi) {
                 const auto frames = static_cast<std::ptrdiff_t>(in.shape(1));
                 const int channels = self.callback.channels();
                 if (in.shape(0) != static_cast<std::size_t>(channels) || out.shape(0) != in.shape(0) ||
                     out.shape(1) != in.shape(1) || frames > semeq::live::kMostFrames)
                     throw nb::value_error("a block is (channels, frames), 8192 frames at most");
                 const ThreadClock began = ThreadClock::now();
                 for (int c = 0; c < channels; ++c)
                     for (std::ptrdiff_t i = 0; i < frames; ++i) self.callback.source(c)[i] = in(c, i);
                 for (nb::handle item : midi) {
                     const auto data = nb::cast<nb::bytes>(item[1]);
                     self.callback.hear(nb::cast<std::int64_t>(item[0]),
                                        reinterpret_cast<const std::uint8_t*>(data.c_str()), data.size());
                 }
                 {
                     nb::gil_scoped_release release;
                     self.callback.process(frames, 0.0, began);
                 }
                 for (int c = 0; c < channels; ++c)
                     for (std::ptrdiff_t i = 0; i < frames; ++i) out(c, i) = self.callback.sink(c)[i];
             });
}

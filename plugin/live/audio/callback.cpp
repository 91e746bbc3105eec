// Python binding of callback.hpp, and the functions that JACK and PortAudio call.
//
// Neither library is needed to build this. Of JACK's, Python passes the addresses of the three functions that are called
// here (their declarations: jack/jack.h and jack/midiport.h, unchanged since JACK 0.109); of PortAudio's, none is.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/vector.h>

#include "callback.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

namespace nb = nanobind;
using namespace nb::literals;

namespace {

using semeq::kParameters;
using semeq::live::Callback;
using semeq::live::kMostFrames;
using semeq::live::Message;
using semeq::live::now_ns;
using semeq::live::Shared;
using semeq::live::Target;

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
    void* midi = nullptr;
    std::vector<void*> ins, outs;
};

// The arrays are kept by Python's object for as long as this lives.
struct Host {
    Callback callback;
    Jack jack;
    std::vector<nb::object> kept;
};

void play(Host& host, std::uint32_t frames) noexcept {
    const std::int64_t began = now_ns();
    const Jack& jack = host.jack;
    const auto buffer = [&](void* port) { return static_cast<float*>(jack.get_buffer(port, frames)); };
    if (frames > kMostFrames) {
        for (void* port : jack.outs) std::fill_n(buffer(port), frames, 0.0f);
        return;
    }
    for (std::size_t c = 0; c < jack.ins.size(); ++c)
        host.callback.read(static_cast<int>(c), buffer(jack.ins[c]), frames, 1);
    void* midi = jack.get_buffer(jack.midi, frames);
    const std::uint32_t events = jack.event_count(midi);
    for (std::uint32_t i = 0; i < events; ++i) {
        JackMidiEvent event{};
        if (jack.event_get(&event, midi, i) == 0 && event.time < frames)
            host.callback.hear(event.time, event.buffer, event.size);
    }
    host.callback.process(frames);
    for (std::size_t c = 0; c < jack.outs.size(); ++c)
        host.callback.write(static_cast<int>(c), buffer(jack.outs[c]), frames, 1);
    host.callback.done(frames, began);
}

// A JackProcessCallback. jack_deactivate cancels this thread wherever it is (pthread_cancel, asynchronously): not in the
// middle of a block, where the unwinding would meet a `noexcept` and end the program. That is why this is none itself.
int on_jack(std::uint32_t frames, void* argument) {
#if defined(__unix__) || defined(__APPLE__)
    int before;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    play(*static_cast<Host*>(argument), frames);
    pthread_setcancelstate(before, nullptr);
#else
    play(*static_cast<Host*>(argument), frames);
#endif
    return 0;
}

// A JackXRunCallback.
int on_jack_xrun(void* argument) noexcept {
    static_cast<Host*>(argument)->callback.xrun();
    return 0;
}

// A PaStreamCallback for as many channels in as out, of interleaved float32 (portaudio.h).
int on_portaudio(const void* input, void* output, unsigned long frames, const void*, unsigned long flags,
                 void* argument) noexcept {
    constexpr unsigned long kInputOverflow = 0x2, kOutputUnderflow = 0x4;
    const std::int64_t began = now_ns();
    Callback& callback = static_cast<Host*>(argument)->callback;
    const int channels = callback.channels();
    const auto* in = static_cast<const float*>(input);
    auto* out = static_cast<float*>(output);
    if (flags & (kInputOverflow | kOutputUnderflow)) callback.xrun();
    if (in == nullptr || frames > kMostFrames) {
        std::fill_n(out, frames * static_cast<unsigned long>(channels), 0.0f);
        return 0;  // paContinue
    }
    const auto count = static_cast<std::ptrdiff_t>(frames);
    for (int c = 0; c < channels; ++c) callback.read(c, in + c, count, channels);
    callback.process(count);
    for (int c = 0; c < channels; ++c) callback.write(c, out + c, count, channels);
    callback.done(count, began);
    return 0;
}

template <class Pointer>
std::uintptr_t address(Pointer* pointer) {
    return reinterpret_cast<std::uintptr_t>(pointer);
}

template <class T>
T at_address(std::uintptr_t address) {
    if (address == 0) throw nb::value_error("a null address");
    return reinterpret_cast<T>(address);
}

}  // namespace

NB_MODULE(_callback, m) {
    // A callback outlives the interpreter where a device does not stop.
    nb::set_leak_warnings(false);
    m.attr("MOST_FRAMES") = kMostFrames;
    m.def("load", [](Array<const std::int64_t, 1> from, std::size_t place) {
        if (place >= from.shape(0)) throw nb::index_error("no such number");
        return semeq::live::load(from.data() + place);
    });
    m.def("copy", [](Array<const std::uint64_t, 1> from, Array<std::uint64_t, 1> to) {
        if (from.shape(0) != to.shape(0)) throw nb::value_error("arrays of two lengths");
        for (std::size_t i = 0; i < from.shape(0); ++i) to(i) = semeq::live::load(from.data() + i);
    });
    m.def("replace", [](Array<std::int64_t, 1> what, std::int64_t expected, std::int64_t value) {
        if (what.shape(0) != 1) throw nb::value_error("one number");
        return semeq::live::replace(what.data(), expected, value);
    });
    nb::class_<Host>(m, "Callback")
        .def("__init__",
             [](Host* self, double sample_rate, Array<float, 3> tap, Array<std::int64_t, 1> position,
                Array<std::uint64_t, 1> histogram, Array<std::int64_t, 1> counts, Array<std::int64_t, 1> faded,
                Array<const float, 1> fade) {
                 if (tap.shape(0) != 2 || histogram.shape(0) == 0 || counts.shape(0) != semeq::live::kCounts ||
                     position.shape(0) != 1 || faded.shape(0) != 1)
                     throw nb::value_error("shared arrays of other shapes");
                 const std::int64_t length = static_cast<std::int64_t>(tap.shape(2));
                 if (length < kMostFrames || (length & (length - 1)) != 0)
                     throw nb::value_error("the tap holds a power of two of frames, at least 8192");
                 const Shared shared{tap.data(), length, position.data(), histogram.data(),
                                     static_cast<std::int64_t>(histogram.shape(0)) - 1, counts.data(), faded.data(),
                                     fade.data(), static_cast<std::int64_t>(fade.shape(0))};
                 new (self) Host{Callback(sample_rate, static_cast<int>(tap.shape(1)), shared), {},
                                 {nb::cast(tap), nb::cast(position), nb::cast(histogram), nb::cast(counts),
                                  nb::cast(faded), nb::cast(fade)}};
             })
        .def("jack",
             [](Host& self, std::uintptr_t get_buffer, std::uintptr_t event_count, std::uintptr_t event_get,
                std::uintptr_t midi, const std::vector<std::uintptr_t>& ins, const std::vector<std::uintptr_t>& outs) {
                 const auto channels = static_cast<std::size_t>(self.callback.channels());
                 if (ins.size() != channels || outs.size() != channels) throw nb::value_error("a port for each channel");
                 Jack& jack = self.jack;
                 jack.get_buffer = at_address<decltype(jack.get_buffer)>(get_buffer);
                 jack.event_count = at_address<decltype(jack.event_count)>(event_count);
                 jack.event_get = at_address<decltype(jack.event_get)>(event_get);
                 jack.midi = at_address<void*>(midi);
                 jack.ins.clear(), jack.outs.clear();
                 for (const auto port : ins) jack.ins.push_back(at_address<void*>(port));
                 for (const auto port : outs) jack.outs.push_back(at_address<void*>(port));
                 return nb::make_tuple(address(&on_jack), address(&on_jack_xrun), address(&self));
             },
             "get_buffer"_a, "event_count"_a, "event_get"_a, "midi"_a, "ins"_a, "outs"_a)
        .def("portaudio", [](Host& self) { return nb::make_tuple(address(&on_portaudio), address(&self)); })
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
        .def("wake", [](Host& self) { self.callback.wakeup().signal(); })
        .def("wait", [](Host& self, double seconds) { self.callback.wakeup().wait(seconds); },
             nb::call_guard<nb::gil_scoped_release>())
        .def("process",  // a block without an audio system, for tests
             [](Host& self, Planes<const float> in, Planes<float> out, nb::list midi) {
                 const std::int64_t began = now_ns();
                 const auto frames = static_cast<std::ptrdiff_t>(in.shape(1));
                 const int channels = self.callback.channels();
                 if (in.shape(0) != static_cast<std::size_t>(channels) || out.shape(0) != in.shape(0) ||
                     out.shape(1) != in.shape(1) || frames > kMostFrames)
                     throw nb::value_error("a block is (channels, frames), 8192 frames at most");
                 for (int c = 0; c < channels; ++c)
                     self.callback.read(c, in.data() + c * in.stride(0), frames, in.stride(1));
                 for (nb::handle item : midi) {
                     const auto data = nb::cast<nb::bytes>(item[1]);
                     self.callback.hear(nb::cast<std::int64_t>(item[0]),
                                        reinterpret_cast<const std::uint8_t*>(data.c_str()), data.size());
                 }
                 {
                     nb::gil_scoped_release release;
                     self.callback.process(frames);
                 }
                 for (int c = 0; c < channels; ++c)
                     self.callback.write(c, out.data() + c * out.stride(0), frames, out.stride(1));
                 self.callback.done(frames, began);
             });
}

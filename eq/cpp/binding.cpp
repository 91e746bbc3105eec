// Python binding of engine.hpp. Shapes and dtypes are checked here once more, because a wrong one would be a crash.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cerrno>
#include <string>
#include <vector>

#include "energy.hpp"
#include "engine.hpp"
#include "pcm.hpp"
#include "quantiser.hpp"
#include "true_peak.hpp"

#if defined(__clang__)
#define SEMEQ_COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define SEMEQ_COMPILER "gcc " __VERSION__
#else
#define SEMEQ_COMPILER "another compiler"
#endif

namespace nb = nanobind;
using namespace nb::literals;

namespace {

template <class T>
using Audio = nb::ndarray<T, nb::ndim<2>, nb::device::cpu>;  // (channels, frames), any strides
using Params = nb::ndarray<const double, nb::ndim<1>, nb::device::cpu, nb::c_contig>;
using ParamRows = nb::ndarray<const double, nb::ndim<2>, nb::device::cpu, nb::c_contig>;
using Frames = nb::ndarray<const std::int64_t, nb::ndim<1>, nb::device::cpu, nb::c_contig>;

const double* thirteen(const Params& params) {
    if (params.shape(0) != semeq::kParameters) throw nb::value_error("a setting has 13 numbers");
    return params.data();
}

template <class T>
void check(const semeq::Engine& engine, const Audio<const T>& in, const Audio<T>& out) {
    if (in.shape(0) != static_cast<std::size_t>(engine.channels())) throw nb::value_error("wrong channel count");
    if (out.shape(0) != in.shape(0) || out.shape(1) != in.shape(1))
        throw nb::value_error("input and output differ in shape");
}

template <class T>
void process(semeq::Engine& engine, Audio<const T> in, Audio<T> out) {
    check<T>(engine, in, out);
    const T* source = in.data();
    T* sink = out.data();
    const auto frames = static_cast<std::ptrdiff_t>(in.shape(1));
    const std::ptrdiff_t ic = in.stride(0), inf = in.stride(1), oc = out.stride(0), outf = out.stride(1);
    nb::gil_scoped_release release;
    engine.process(source, sink, frames, ic, inf, oc, outf);
}

// Targets `params[i]`, `output_db[i]` take effect at frame `at[i]` of this block (ascending).
template <class T>
void render(semeq::Engine& engine, Audio<const T> in, Audio<T> out, Frames at, ParamRows params, Params output_db) {
    check<T>(engine, in, out);
    const std::size_t events = at.shape(0);
    if (params.shape(0) != events || params.shape(1) != semeq::kParameters || output_db.shape(0) != events)
        throw nb::value_error("events need frames (n,), params (n, 13) and output_db (n,)");
    const auto frames = static_cast<std::int64_t>(in.shape(1));
    for (std::size_t i = 0; i < events; ++i)
        if (at(i) < (i ? at(i - 1) : 0) || at(i) > frames)
            throw nb::value_error("event frames must ascend inside the block");
    const T* source = in.data();
    T* sink = out.data();
    const std::int64_t* when = at.data();
    const double *rows = params.data(), *gains = output_db.data();
    const std::ptrdiff_t ic = in.stride(0), inf = in.stride(1), oc = out.stride(0), outf = out.stride(1);
    nb::gil_scoped_release release;
    std::int64_t position = 0;
    const auto advance = [&](std::int64_t to) {
        engine.process(source + position * inf, sink + position * outf, to - position, ic, inf, oc, outf);
        position = to;
    };
    for (std::size_t i = 0; i < events; ++i) {
        advance(when[i]);
        engine.set_target(rows + i * semeq::kParameters, gains[i]);
    }
    advance(frames);
}

template <class T>
using Flat = nb::ndarray<T, nb::ndim<1>, nb::device::cpu, nb::c_contig>;

template <class T, class I>
void quantise(semeq::Quantiser& quantiser, Flat<const T> in, Flat<I> out, bool dither, int shift) {
    if (in.shape(0) != out.shape(0)) throw nb::value_error("input and output differ in shape");
    if (shift < 0 || shift > 8 * static_cast<int>(sizeof(I)) - 2) throw nb::value_error("no such shift");
    const T* source = in.data();
    I* sink = out.data();
    const auto samples = static_cast<std::ptrdiff_t>(in.shape(0));
    nb::gil_scoped_release release;
    quantiser.process(source, sink, samples, dither, shift);
}

using Sheet = nb::ndarray<const float, nb::ndim<2>, nb::device::cpu, nb::c_contig>;
using Sections = nb::ndarray<const double, nb::ndim<2>, nb::device::cpu, nb::c_contig>;
using States = nb::ndarray<double, nb::ndim<3>, nb::device::cpu, nb::c_contig>;

template <class T>
void energy(Sections sections, States state, Params weights, Audio<const T> in, Flat<double> out) {
    const std::size_t count = sections.shape(0), channels = weights.shape(0);
    if (sections.shape(1) != 6 || state.shape(0) != count || state.shape(1) != 2 || state.shape(2) != channels)
        throw nb::value_error("sections are (n, 6) and their state (n, 2, channels)");
    if (in.shape(1) != channels || out.shape(0) != in.shape(0)) throw nb::value_error("input and output differ in shape");
    const double *rows = sections.data(), *weight = weights.data();
    double *memory = state.data(), *sink = out.data();
    const T* source = in.data();
    const std::ptrdiff_t frame = in.stride(0), channel = in.stride(1);
    const auto frames = static_cast<std::ptrdiff_t>(in.shape(0));
    nb::gil_scoped_release release;
    semeq::weighted_energy(rows, static_cast<std::ptrdiff_t>(count), memory, weight, source, sink, frames,
                           static_cast<std::ptrdiff_t>(channels), frame, channel);
}

template <class T>
void add_to_peak(semeq::TruePeak& meter, Audio<const T> in) {
    if (in.shape(1) != static_cast<std::size_t>(meter.channels())) throw nb::value_error("wrong channel count");
    const T* source = in.data();
    const auto frames = static_cast<std::ptrdiff_t>(in.shape(0));
    const std::ptrdiff_t frame = in.stride(0), channel = in.stride(1);
    nb::gil_scoped_release release;
    meter.add(source, frames, frame, channel);
}

// Frames that went through, fewer than `frames` where `from` ends. Raises OSError.
std::ptrdiff_t run_pcm(semeq::PcmFilter& filter, semeq::Engine& engine, semeq::TruePeak& meter, int from, int to,
                       std::ptrdiff_t frames) {
    if (engine.channels() != filter.channels() || meter.channels() != filter.channels())
        throw nb::value_error("wrong channel count");
    std::ptrdiff_t done;
    {
        nb::gil_scoped_release release;
        done = filter.run(engine, meter, from, to, frames);
    }
    if (done < 0) {
        errno = static_cast<int>(-done);
        PyErr_SetFromErrno(PyExc_OSError);
        throw nb::python_error();
    }
    return done;
}

const semeq::Target& target_named(const char* name) {
    const semeq::Target* found = semeq::targets().named(name);
    if (found == nullptr) throw nb::value_error("this machine has no such target");
    return *found;
}

}  // namespace

NB_MODULE(_engine, m) {
    // A command that is ended by a signal ends with its threads in the middle of a file: what they hold is no leak.
    nb::set_leak_warnings(false);
    m.attr("MAX_CHANNELS") = semeq::kMaxChannels;
    const std::string unit = semeq::targets().fastest().unit;
    m.attr("BUILD") = nb::str(("float64 state-variable filters, " + unit + ", " SEMEQ_COMPILER).c_str());
    nb::list targets;
    for (int i = 0; i < semeq::targets().count; ++i) targets.append(semeq::targets().known[i].name);
    m.attr("TARGETS") = nb::tuple(targets);
    nb::class_<semeq::Engine>(m, "Engine")
        .def("__init__",
             [](semeq::Engine* self, double sample_rate_hz, int channels, int ramp_frames, const char* target) {
                 new (self) semeq::Engine(sample_rate_hz, channels, ramp_frames, target_named(target));
             },
             "sample_rate_hz"_a, "channels"_a, "ramp_frames"_a, "target"_a)
        .def_prop_ro("ramping", &semeq::Engine::ramping)
        .def_prop_ro("frame", &semeq::Engine::frame)
        .def("reset", &semeq::Engine::reset)
        .def("set_target", [](semeq::Engine& e, const Params& p, double db) { e.set_target(thirteen(p), db); })
        .def("jump", [](semeq::Engine& e, const Params& p, double db) { e.jump(thirteen(p), db); })
        .def("process", &process<float>, nb::arg().noconvert(), nb::arg().noconvert())
        .def("process", &process<double>, nb::arg().noconvert(), nb::arg().noconvert())
        .def("render", &render<float>, nb::arg().noconvert(), nb::arg().noconvert(), "at"_a, "params"_a, "output_db"_a)
        .def("render", &render<double>, nb::arg().noconvert(), nb::arg().noconvert(), "at"_a, "params"_a, "output_db"_a);
    const auto plain = nb::arg().noconvert();
    nb::class_<semeq::Quantiser>(m, "Quantiser")
        .def("__init__",
             [](semeq::Quantiser* self, int bits, std::uint64_t seed, const char* target) {
                 if (bits < 1 || bits > 24) throw nb::value_error("a sample has 1 to 24 bits");
                 new (self) semeq::Quantiser(bits, seed, target_named(target));
             })
        .def("process", &quantise<float, std::int16_t>, plain, plain, "dither"_a, "shift"_a)
        .def("process", &quantise<float, std::int32_t>, plain, plain, "dither"_a, "shift"_a)
        .def("process", &quantise<double, std::int16_t>, plain, plain, "dither"_a, "shift"_a)
        .def("process", &quantise<double, std::int32_t>, plain, plain, "dither"_a, "shift"_a);
    nb::class_<semeq::TruePeak>(m, "TruePeak")
        .def("__init__",
             [](semeq::TruePeak* self, int channels, Sheet taps, double floor, const char* target) {
                 if (channels < 1 || channels > semeq::kMaxChannels || taps.shape(1) < 2 || taps.shape(1) > 64)
                     throw nb::value_error("no such channel count or filter");
                 std::vector<float> rows(taps.data(), taps.data() + taps.size());
                 new (self) semeq::TruePeak(channels, rows, static_cast<int>(taps.shape(1)), floor, target_named(target));
             })
        .def_prop_ro("sample_peak", &semeq::TruePeak::sample_peak)
        .def_prop_ro("overs", &semeq::TruePeak::overs)
        .def("add", &add_to_peak<float>, plain)
        .def("add", &add_to_peak<double>, plain)
        .def("finish", &semeq::TruePeak::finish);
    nb::class_<semeq::PcmFilter>(m, "PcmFilter")
        .def("__init__",
             [](semeq::PcmFilter* self, int bits, bool floating, int channels, std::ptrdiff_t block, double gain,
                const char* target) {
                 if (bits != 32 && (floating || (bits != 16 && bits != 24)))
                     throw nb::value_error("a sample has 16, 24 or 32 bits, a float 32");
                 if (channels < 1 || channels > semeq::kMaxChannels || block < 1)
                     throw nb::value_error("no such channel count or length");
                 new (self) semeq::PcmFilter(bits, floating, channels, block, gain, target_named(target));
             })
        .def_prop_ro("changed", &semeq::PcmFilter::changed)
        .def_prop_ro("peaks",
                     [](const semeq::PcmFilter& filter) {
                         nb::list peaks;
                         for (const auto& peak : filter.peaks()) peaks.append(nb::make_tuple(peak.value, peak.frame));
                         return nb::tuple(peaks);
                     })
        .def("run", &run_pcm);
    m.def("weighted_energy", &energy<float>, plain, plain, plain, plain, plain);
    m.def("weighted_energy", &energy<double>, plain, plain, plain, plain, plain);
}

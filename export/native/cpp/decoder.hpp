// The decoder of a bundle as plain C++: a small MLP from a latent point to a setting. No allocation, bounded time.
//
// y = body(x) + skip·x + bias, body = (linear, LayerNorm, GELU)* linear; then sigmoid and physical units. The same
// numbers as decoder.onnx, which it was made from.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace semeq {

constexpr int kLatent = 32;
constexpr int kSettingSize = 13;
constexpr int kWidest = 256;        // widest layer that fits the buffers; the exporter checks it
constexpr int kMaxHiddenLayers = 8;

// Weights are row-major (inputs, outputs), so that the inner loop runs over outputs and vectorises.
struct Layer {
    int inputs, outputs;
    const float *weight, *bias, *norm_scale, *norm_shift;  // the norms are null in the last layer
};

struct DecoderWeights {
    int layer_count;  // hidden layers and the last one
    std::array<Layer, kMaxHiddenLayers + 1> layers;
    const float *skip, *offset;  // (32, 13), (13)
};

class Decoder {
public:
    explicit Decoder(const DecoderWeights& weights) noexcept : weights_(weights) {}

    // `latent`: 32 numbers; `params`: 13 in physical units, inside their bounds.
    void decode(const float* latent, double* params) const noexcept {
        float a[kWidest], b[kWidest];
        const float* x = latent;
        float *now = a, *other = b;
        for (int i = 0; i < weights_.layer_count; ++i) {
            const Layer& layer = weights_.layers[i];
            linear(layer, x, now);
            if (layer.norm_scale != nullptr) {
                layer_norm(layer, now);
                for (int j = 0; j < layer.outputs; ++j) now[j] = gelu(now[j]);
            }
            x = now;
            std::swap(now, other);
        }
        float logits[kSettingSize];
        for (int j = 0; j < kSettingSize; ++j) logits[j] = x[j] - weights_.offset[j];
        for (int i = 0; i < kLatent; ++i)
            for (int j = 0; j < kSettingSize; ++j) logits[j] += latent[i] * weights_.skip[i * kSettingSize + j];
        for (int j = 0; j < kSettingSize; ++j) params[j] = physical(j, 1.0f / (1.0f + std::exp(-logits[j])));
    }

private:
    static void linear(const Layer& layer, const float* x, float* y) noexcept {
        for (int j = 0; j < layer.outputs; ++j) y[j] = layer.bias[j];
        const float* row = layer.weight;
        for (int i = 0; i < layer.inputs; ++i, row += layer.outputs) {
            const float xi = x[i];
            for (int j = 0; j < layer.outputs; ++j) y[j] += xi * row[j];
        }
    }

    // J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer normalization", 2016; epsilon as in PyTorch.
    static void layer_norm(const Layer& layer, float* y) noexcept {
        float mean = 0, square = 0;
        for (int j = 0; j < layer.outputs; ++j) mean += y[j];
        mean /= float(layer.outputs);
        for (int j = 0; j < layer.outputs; ++j) square += (y[j] - mean) * (y[j] - mean);
        const float scale = 1.0f / std::sqrt(square / float(layer.outputs) + 1e-5f);
        for (int j = 0; j < layer.outputs; ++j)
            y[j] = (y[j] - mean) * scale * layer.norm_scale[j] + layer.norm_shift[j];
    }

    // The exact form (D. Hendrycks, K. Gimpel, 2016), not the tanh approximation.
    static float gelu(float x) noexcept { return 0.5f * x * (1.0f + std::erf(x * 0.70710678f)); }

    // Gains ±12 dB linear; frequencies 20 Hz to 20 kHz and Qs 0.1 to 10 on a log scale. In float32 and in the order of
    // the graph, so that it rounds alike: a narrow band's response hangs on the last digits of its frequency.
    static double physical(int index, float unit) noexcept {
        switch (index) {
            case 0: case 2: case 5: case 8: case 11: return -12.0f + unit * 24.0f;
            case 4: case 7: case 10: return std::exp(-2.302585093f + unit * 4.605170186f);
            default: return std::exp(2.995732274f + unit * 6.907755279f);
        }
    }

    const DecoderWeights& weights_;
};

}  // namespace semeq

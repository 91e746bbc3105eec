"""From a trained run to what runs without PyTorch: ONNX graphs, bundles, native plugins."""

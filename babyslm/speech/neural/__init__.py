"""Neural synthesisers: networks in ONNX files that speak phones, in one voice or many."""

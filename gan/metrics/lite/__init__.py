"""Plan of EfficientNet-Lite0 for the CPU."""

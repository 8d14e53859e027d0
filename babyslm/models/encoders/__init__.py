"""Speech encoders behind one protocol: a waveform becomes frames of features.

Comes in: a waveform, or a sound of any length in windows. Goes out: frames of float32 features at the encoder's
rate.
"""

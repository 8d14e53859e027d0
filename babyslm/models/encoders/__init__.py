"""Speech encoders behind one protocol: a waveform becomes frames of features.

Input: a waveform, or a sound of any length in windows. Output: frames of float32 features at the encoder's rate.
"""

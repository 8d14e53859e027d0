"""Commands that involve several rooms: build and audit stimuli, compress, run the demo, check the installation.

Input: the options of a command. Output: files written by the other rooms. `babyslm/cli/` only parses and prints.
"""

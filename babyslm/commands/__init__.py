"""What a command does over all rooms: build and audit stimuli, compress, run the demo, check the installation.

Comes in: the options of a command. Goes out: what the other rooms write. `babyslm/cli/` only parses and prints.
"""

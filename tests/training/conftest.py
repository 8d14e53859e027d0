"""Tiny networks gain nothing from several threads, and lose much where tests run side by side."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

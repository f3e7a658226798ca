"""slackguide: find the right destination for a support concern and escalate it there."""

import os

__version__ = "0.2.0"

# The matrices are small: with more threads, numpy's OpenBLAS takes two to three times the processor time to calibrate
# and to answer. It reads the variable when numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

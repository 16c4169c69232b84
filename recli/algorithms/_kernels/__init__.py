"""Compiled loops, one subject a file.

All release the GIL, so that cells run on threads.
"""

FAST = {"contract", "reassoc", "arcp", "nsz"}
"""Fast-math flags that let sums be vectorised. NaN and infinity stay what they are: without `nnan`
and `ninf`, learning that diverged is seen."""

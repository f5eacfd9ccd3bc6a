"""Random numbers that a replay draws again."""

from __future__ import annotations

import os
import random

_source: random.Random | None = None


def number() -> int:
    """A number from 0 to 2**64 - 1 for a name that nothing else has, such as an owner that cannot exist.

    In a component the host draws the seed and records it, so that a replay asks the same. It is no key. Draw within
    `observe`: what a module draws while it is imported is drawn when the component is built, and the same in every run.

    >>> number() != number()
    True
    """
    # Made at the first draw, for the same reason. The host's bytes are the seed over and over, so numbers taken from
    # them one by one would come again; those that are made from them do not.
    global _source
    if _source is None:
        _source = random.Random(os.urandom(32))
    return _source.getrandbits(64)

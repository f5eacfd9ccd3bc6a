"""Tests of the probe. `shipworthy` lies in `vendor/`; this lets Python find it there."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "vendor"))

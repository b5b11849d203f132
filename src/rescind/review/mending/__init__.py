"""``rescind review --fix``: what can be mended without a decision that only its author can make.

Three kinds of findings, of high confidence alone: comparisons whose sides are known to be text or bytes
become `hmac.compare_digest`, YAML loaders that make objects `yaml.safe_load`, and ``set_cookie`` gets its
flags. The rest of a file stays as it is, byte by byte.
"""

from __future__ import annotations

from rescind.review.mending.files import Change
from rescind.review.mending.mend import Left, mend

__all__ = ["Change", "Left", "mend"]

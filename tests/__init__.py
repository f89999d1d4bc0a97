"""The tests. stylecore is imported before any of them imports torch: it says how torch's threads wait."""

import stylecore  # noqa: F401

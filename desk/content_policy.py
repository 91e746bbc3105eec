"""What the page may load: its own files, and nothing from anywhere else."""

from __future__ import annotations

#: wavesurfer.js puts one style element into its shadow root; this is the hash of its text, which a test recomputes.
WAVESURFER_STYLE = "sha256-qg0uSSfJYaGrLwqWKxYxz65PSr2rsIyu2yQ4eEf3Uws="

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        f"style-src 'self' '{WAVESURFER_STYLE}'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'none'",
    )
)

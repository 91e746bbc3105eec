"""What libsndfile does not know, by FFmpeg's libraries (PyAV, the extra ``av``): M4A, WavPack, WMA, AC-3, Matroska."""

from .codecs import FFMPEG_CONTAINERS, FFMPEG_LOSSY, WRITTEN, written_as
from .sink import FFmpegSink
from .source import FFmpegSource, MissingFFmpeg, container_tags, has_ffmpeg, other_streams, reads

__all__ = [
    "FFMPEG_CONTAINERS",
    "FFMPEG_LOSSY",
    "WRITTEN",
    "FFmpegSink",
    "FFmpegSource",
    "MissingFFmpeg",
    "container_tags",
    "has_ffmpeg",
    "other_streams",
    "reads",
    "written_as",
]

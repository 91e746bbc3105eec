"""Byte streams: whatever pieces they come in, the messages are the same; damage costs only what it damaged."""

import mido
from hypothesis import given
from hypothesis import strategies as st

from semeq.plugin.midi.stream import StreamSplitter


def split(data: bytes, size: int = 1 << 20) -> list[bytes]:
    splitter = StreamSplitter()
    return [m for i in range(0, len(data), size) for m in splitter.feed(data[i : i + size])]


def test_running_status_continues_through_real_time_bytes():
    stream = bytes((0xB0, 21, 1, 22, 0xF8, 2, 0xFE, 0x90, 60, 1, 60, 0, 0xC3, 5, 6))
    assert split(stream) == [
        bytes(m) for m in ((0xB0, 21, 1), (0xB0, 22, 2), (0x90, 60, 1), (0x90, 60, 0), (0xC3, 5), (0xC3, 6))
    ]


def test_system_messages_end_running_status_and_a_new_status_ends_what_was_cut_short():
    assert split(bytes((0xB0, 21, 1, 0xF0, 1, 2, 3, 0xF7, 22, 2))) == [bytes((0xB0, 21, 1))]
    assert split(bytes((0xB0, 21, 0x90, 60, 1))) == [bytes((0x90, 60, 1))]


@given(st.binary(max_size=300), st.integers(1, 7))
def test_pieces_do_not_matter_and_every_message_is_one_that_mido_accepts(data, size):
    messages = split(data)
    assert split(data, size) == messages
    for message in messages:
        assert bytes(mido.Message.from_bytes(message).bytes()) == message


@given(st.lists(st.tuples(st.sampled_from([0x80, 0x90, 0xA0, 0xB0, 0xE3]), st.integers(0, 127), st.integers(0, 127))))
def test_complete_messages_come_through(messages):
    assert split(b"".join(map(bytes, messages))) == [bytes(message) for message in messages]

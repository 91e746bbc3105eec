"""Talks to the desk as a page does, or as an attacker would."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

aiohttp = pytest.importorskip("aiohttp")


def talk(conversation):
    """Run a conversation, a coroutine function that takes a client session."""

    async def main():
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(30)) as client:
            return await conversation(client)

    # In a thread of its own: where a browser runs beside, this one has a loop already.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, main()).result()


def get(url, **headers):
    async def conversation(client):
        async with client.get(url, headers=headers) as answer:
            return answer.status, answer.headers, await answer.read()

    return talk(conversation)


def post(url, data=b"", **headers):
    async def conversation(client):
        async with client.post(url, data=data, headers=headers) as answer:
            return answer.status, await answer.text()

    return talk(conversation)


def origin(address):
    return "/".join(address.split("/")[:3])


class Socket:
    """A page's connection."""

    def __init__(self, client, address):
        self._entering = client.ws_connect(f"{address}socket", origin=origin(address), max_msg_size=0)

    async def __aenter__(self):
        self.socket = await self._entering.__aenter__()
        self.hello = await self.next("hello")
        return self

    async def __aexit__(self, *what):
        await self._entering.__aexit__(*what)

    async def send(self, kind, **fields):
        await self.socket.send_str(json.dumps({"type": kind, **fields}))

    async def next(self, *kinds):
        """The next message of a kind."""
        while True:
            message = await self.socket.receive(timeout=20)
            assert message.type == aiohttp.WSMsgType.TEXT, message
            found = json.loads(message.data)
            if found["type"] in kinds:
                return found

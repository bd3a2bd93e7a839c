"""A crowd, as a process of its own: many connections that log in wrongly, again and again, for a while.

`python -m tests.overload.load PORT CONNECTIONS SECONDS` prints what it was answered as JSON.
"""

import asyncio
import json
import sys
from collections import Counter

HEAD = "POST /api/v1/auth/login HTTP/1.1\r\nhost: cxb\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n"
MOST = 50_000
"""Requests, however fast they are answered."""


async def crowd(port: int, connections: int, seconds: float) -> Counter[str]:
    """Answers by status; `hints` counts those that said when to come again."""
    answers: Counter[str] = Counter()
    end = asyncio.get_running_loop().time() + seconds
    async with asyncio.TaskGroup() as tasks:
        for number in range(connections):
            tasks.create_task(_one(port, number, end, answers))
    return answers


async def _one(port: int, number: int, end: float, answers: Counter[str]) -> None:
    turn = 0
    while asyncio.get_running_loop().time() < end and answers.total() < MOST:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            while asyncio.get_running_loop().time() < end and answers.total() < MOST:
                turn += 1
                status, hint = await _asked(reader, writer, f"nobody{number}.{turn}@example.com")
                answers[status] += 1
                answers["hints"] += hint
            writer.close()
        except (ConnectionError, asyncio.IncompleteReadError):
            answers["broken"] += 1


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, email: str) -> tuple[str, bool]:
    body = json.dumps({"email": email, "password": "not the right one"}).encode()
    head = HEAD.format(len(body))
    writer.write(head.encode() + body)
    answer = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(answer.partition(b"content-length:")[2].split(b"\r\n")[0])
    await reader.readexactly(length)
    return answer.split(b" ")[1].decode(), b"retry-after:" in answer


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(crowd(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))))

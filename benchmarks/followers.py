"""Customers who follow their technicians: many open streams of events, in a process of their own.

Reads one JSON object from standard input (port, streams: path and cookie of each) and prints
"ready" when all are open. At the end of the input it prints one JSON object: how many streams
stand, and when which latitude was told to whom.
"""

import asyncio
import json
import re
import sys
import time
from typing import Any

_PLACE = re.compile(rb'"place":\[(-?[0-9.]+),')
READY_S = 60.0


class Follower:
    def __init__(self) -> None:
        self.is_open = False
        self.is_refused = False
        self.told: list[tuple[str, float]] = []

    async def follow(self, port: int, path: str, cookie: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
        try:
            status = await reader.readline()
            self.is_refused = b" 200 " not in status
            while not self.is_refused and (line := await reader.readline()):
                # The first place in a frame is the technician's; `goal` has a name of its own.
                if line.startswith(b"data: {"):
                    self.is_open = True
                    if found := _PLACE.search(line):
                        self.told.append((found[1].decode(), time.time()))
        finally:
            self.is_open = False
            writer.close()


async def main() -> None:
    loop = asyncio.get_running_loop()
    wanted: dict[str, Any] = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    followers = [Follower() for _stream in wanted["streams"]]
    tasks = []
    for follower, (path, cookie) in zip(followers, wanted["streams"], strict=True):
        tasks.append(asyncio.create_task(follower.follow(wanted["port"], path, cookie)))
        # People do not press their links in the same millisecond.
        await asyncio.sleep(0.01)
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and not all(
        each.is_open or each.is_refused for each in followers
    ):
        await asyncio.sleep(0.1)
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    result = {
        "open": sum(each.is_open for each in followers),
        "told": [each.told for each in followers],
    }
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    asyncio.run(main())

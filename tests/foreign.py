"""An engine of another house: a process that is asked over a socket, a line of JSON for a question and for an answer.

`python -m tests.foreign` prints its port. It fires a kiln: it sleeps until somebody says that it is loaded, then until
it is cold, and then is done. Every question is a line of what it prints.
"""

import asyncio
import json
import sys


class Kiln:
    """A client of that process, as a runner has it."""

    def __init__(self, port):
        self._port = port

    async def run(self, key, flow, spec, input, answers):
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        about = {"key": key, "flow": flow, "spec": spec, "input": input, "answers": answers}
        writer.write(json.dumps(about).encode() + b"\n")
        line = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return json.loads(line)


def fire(about):
    answers, pots = about["answers"], about["input"]["number"]
    if "loaded" not in answers:
        return {"status": "suspended", "tag": "loaded", "seconds": 3600}
    if answers["loaded"]["late"]:
        return {"status": "done", "output": "nobody loaded it"}
    if "cold" not in answers:
        return {"status": "suspended", "tag": "cold", "seconds": 60}
    return {"status": "done", "output": {"pots": pots, "by": answers["loaded"]["by"]}}


async def answer(reader, writer):
    about = json.loads(await reader.readline())
    print(about["key"], flush=True)
    writer.write(json.dumps(fire(about)).encode() + b"\n")
    await writer.drain()
    writer.close()


async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

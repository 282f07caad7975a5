#!/usr/bin/env python3
"""Drives a running service with clients that others wrote, and compares their answers.

    python3 -m venv VENV && VENV/bin/pip install 'tritonclient[http,grpc]' mlserver kserve
    ./alexnet serve MODEL --port 8080 --grpc-port 8081
    VENV/bin/python tools/service_clients.py MODEL_NAME PICTURE [--http HOST:PORT] [--grpc HOST:PORT] [--record DIR]

A client that is not installed is left out, and the script says so. With --record DIR it also stores the bytes that
tritonclient and the generated client send, as server/src/test/resources/net/alexnet/server/recorded has them.

The generated client is what openapi-generator (org.openapitools:openapi-generator-cli) makes of the protocol's own
specification, open_inference_rest.yaml. The specification writes the parameters of its paths as ${MODEL_NAME}, which is no
OpenAPI: a client of it asks for the model '$NAME'. So:

    sed -i 's/${/{/g' open_inference_rest.yaml
    java -jar openapi-generator-cli.jar generate -g python -i open_inference_rest.yaml -o CLIENT
    VENV/bin/pip install ./CLIENT
"""
import argparse
import asyncio
import base64
import json
import multiprocessing
import pathlib
import socket
import sys
import threading
import urllib.request

import numpy as np


def curl(arguments):
    """The probabilities by the shortest request that there is."""
    request = urllib.request.Request(f"http://{arguments.http}/v2/models/{arguments.model}/infer",
                                     data=arguments.picture.read_bytes(), headers={"Content-Type": "image/jpeg"})
    with urllib.request.urlopen(request) as answer:
        return np.float32(json.load(answer)["outputs"][0]["data"])


def tritonclient_http(arguments, url=None):
    """Yields the name of a request of tritonclient and what it gave."""
    import tritonclient.http as http
    file = np.array([arguments.picture.read_bytes()], dtype=np.object_)
    with http.InferenceServerClient(url or arguments.http) as client:
        def infer(binary, shape=(1,), outputs=None, **options):
            tensor = http.InferInput("image", list(shape), "BYTES")
            if binary:
                tensor.set_data_from_numpy(file.reshape(shape), binary_data=True)
            else:
                tensor.set_data_from_numpy(np.array([base64.b64encode(arguments.picture.read_bytes())],
                                                    dtype=np.object_).reshape(shape), binary_data=False)
            return client.infer(arguments.model, [tensor], outputs=outputs, **options)

        def probabilities(answer):
            return answer.as_numpy("probabilities").reshape(-1)

        yield "binary", probabilities(infer(True, request_id="r1"))
        yield "binary-n1", probabilities(infer(True, (1, 1)))
        yield "base64", probabilities(infer(False))
        yield "json-answer", probabilities(infer(True, outputs=[http.InferRequestedOutput("probabilities", False)]))
        yield "gzip", probabilities(infer(True, request_compression_algorithm="gzip",
                                          response_compression_algorithm="gzip"))
        yield "deflate", probabilities(infer(True, request_compression_algorithm="deflate"))
        best = infer(True, outputs=[http.InferRequestedOutput("probabilities", True, class_count=1)])
        text = best.as_numpy("probabilities").reshape(-1)[0].decode()
        yield "classification", np.float32([float(text.split(":")[0])])
        if url:
            return
        assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(arguments.model)
        assert client.get_server_metadata()["name"] == "alexnet"
        assert client.get_model_metadata(arguments.model)["inputs"][0]["name"] == "image"
        assert client.get_model_config(arguments.model)["max_batch_size"] > 0
        assert client.get_model_repository_index()[0]["state"] == "READY"
        assert client.get_inference_statistics(arguments.model)["model_stats"][0]["inference_stats"]["success"]["count"] > 0
        for wrong in (lambda: client.infer("none", []), lambda: client.get_model_metadata("none"),
                      lambda: client.get_system_shared_memory_status()):
            try:
                wrong()
                raise AssertionError("expected a failure")
            except http.InferenceServerException as failure:
                assert failure.message() and "parse" not in failure.message(), failure.message()
        call = http.InferInput("image", [1], "BYTES").set_data_from_numpy(file)
        yield "async", probabilities(client.async_infer(arguments.model, [call]).get_result())

    async def asynchronous():
        import tritonclient.http.aio as aio
        async with aio.InferenceServerClient(arguments.http) as client:
            tensor = aio.InferInput("image", [1], "BYTES").set_data_from_numpy(file)
            return (await client.infer(arguments.model, [tensor])).as_numpy("probabilities").reshape(-1)
    yield "aio", asyncio.run(asynchronous())


def tritonclient_grpc(arguments):
    import tritonclient.grpc as grpc
    file = np.array([arguments.picture.read_bytes()], dtype=np.object_)
    with grpc.InferenceServerClient(arguments.grpc) as client:
        assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(arguments.model)
        assert client.get_server_metadata().name == "alexnet"
        assert client.get_model_metadata(arguments.model).inputs[0].datatype == "BYTES"
        assert client.get_model_config(arguments.model).config.max_batch_size > 0
        tensor = grpc.InferInput("image", [1], "BYTES").set_data_from_numpy(file)
        yield "infer", client.infer(arguments.model, [tensor]).as_numpy("probabilities").reshape(-1)
        wanted = [grpc.InferRequestedOutput("probabilities", class_count=1)]
        text = client.infer(arguments.model, [tensor], outputs=wanted).as_numpy("probabilities").reshape(-1)[0].decode()
        yield "classification", np.float32([float(text.split(":")[0])])
        try:
            client.infer("none", [tensor])
            raise AssertionError("expected a failure")
        except grpc.InferenceServerException as failure:
            assert "none" in failure.message()


def kserve(arguments):
    sys.argv = sys.argv[:1]  # which kserve would read
    from kserve import InferInput, InferRequest, InferenceRESTClient, RESTConfig

    async def ask():
        client = InferenceRESTClient(RESTConfig(protocol="v2"))
        base = f"http://{arguments.http}"
        assert await client.is_server_live(base) and await client.is_server_ready(base)
        assert await client.is_model_ready(base, arguments.model)
        tensor = InferInput("image", [1], "BYTES")
        tensor.set_data_from_numpy(np.array([arguments.picture.read_bytes()], dtype=np.object_), binary_data=True)
        answer = await client.infer(base, InferRequest(arguments.model, [tensor]), model_name=arguments.model)
        return answer.outputs[0].as_numpy().reshape(-1)
    yield "infer", asyncio.run(ask())


def mlserver(arguments):
    from mlserver.codecs import Base64Codec
    from mlserver.types import InferenceRequest, InferenceResponse
    tensor = Base64Codec.encode_input("image", [arguments.picture.read_bytes()], use_bytes=False)
    body = InferenceRequest(inputs=[tensor]).model_dump_json(exclude_none=True).encode()
    request = urllib.request.Request(f"http://{arguments.http}/v2/models/{arguments.model}/infer", data=body,
                                     headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        parsed = InferenceResponse.model_validate_json(answer.read())
    yield "base64", np.float32(parsed.outputs[0].data.root)


def generated(arguments, url=None):
    from openapi_client import ApiClient, Configuration
    from openapi_client.api.default_api import DefaultApi
    from openapi_client.models.inference_request import InferenceRequest
    api = DefaultApi(ApiClient(Configuration(host=f"http://{url or arguments.http}")))
    if not url:
        api.get_v2_health_live()
        api.get_v2_health_ready()
        api.get_v2_models_model_name_versions_model_version_ready(arguments.model, "1")
        assert api.get_v2().name == "alexnet"
        assert api.get_v2_models_model_name_versions_model_version(arguments.model, "1").inputs[0].name == "image"
    file = base64.b64encode(arguments.picture.read_bytes()).decode()
    request = InferenceRequest.from_dict({"id": "r1", "inputs": [
        {"name": "image", "shape": [1], "datatype": "BYTES", "data": [file]}]})
    answer = api.post_v2_models_modelname_versions_modelversion_infer(arguments.model, "1", inference_request=request)
    assert answer.id == "r1" and answer.model_name == arguments.model
    yield "generated", np.float32([value.actual_instance for value in answer.outputs[0].data])


class Recorder:
    """Passes requests on and keeps their bytes."""

    def __init__(self, target):
        self.target = target.rsplit(":", 1)
        self.requests = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = "127.0.0.1:%d" % self.server.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.server.accept()
            threading.Thread(target=self.relay, args=(connection,), daemon=True).start()

    def relay(self, connection):
        with connection, socket.create_connection((self.target[0], int(self.target[1]))) as service:
            while True:
                request = self.message(connection)
                if not request:
                    return
                self.requests.append(request)
                service.sendall(request)
                connection.sendall(self.message(service))

    @staticmethod
    def message(connection):
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(1 << 16)
            if not piece:
                return data
            data += piece
        head, body = data.split(b"\r\n\r\n", 1)
        length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n")
                       if line.lower().startswith(b"content-length:")), 0)
        while len(body) < length:
            body += connection.recv(1 << 16)
        return head + b"\r\n\r\n" + body


def results_of(client, arguments):
    """What a client got, or why it is not there."""
    try:
        return list(client(arguments))
    except ImportError as missing:
        return str(missing)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("picture", type=pathlib.Path)
    parser.add_argument("--http", default="localhost:8080")
    parser.add_argument("--grpc", default="localhost:8081")
    parser.add_argument("--record", type=pathlib.Path)
    arguments = parser.parse_args()
    expected = curl(arguments)
    failures = 0
    for client in (tritonclient_http, tritonclient_grpc, kserve, mlserver, generated):
        # a process for each, as their protocol buffers have the same names
        with multiprocessing.get_context("spawn").Pool(1) as alone:
            results = alone.apply(results_of, (client, arguments))
        if isinstance(results, str):
            print(f"{client.__name__:20} left out: {results}")
            continue
        for name, values in results:
            same = np.array_equal(values, expected if len(values) > 1 else [expected.max()])
            failures += not same
            print(f"{client.__name__:20} {name:16} {'the same bits' if same else f'{values}, expected {expected}'}")
    if arguments.record:
        recorder = Recorder(arguments.http)
        arguments.record.mkdir(parents=True, exist_ok=True)
        for client in (tritonclient_http, generated):
            try:
                for name, _ in client(arguments, recorder.url):
                    (arguments.record / f"{name}.http").write_bytes(recorder.requests[-1])
            except ImportError as missing:
                print(f"{client.__name__:20} not recorded: {missing}")
    raise SystemExit(failures > 0)


if __name__ == "__main__":
    main()

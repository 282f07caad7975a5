"""The peer of `alexnet serve`: a model of ours, exported to ONNX, behind MLServer with onnxruntime and Pillow.

MLServer decodes its JSON, this class the pictures in it; MLServer's adaptive batching joins requests.
"""
import base64
import io
import json
import os

import numpy
import onnxruntime
from mlserver import MLModel
from mlserver.types import InferenceRequest, InferenceResponse, ResponseOutput
from PIL import Image

THREADS = os.cpu_count()


class AlexNet(MLModel):
    async def load(self) -> bool:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        self.session = onnxruntime.InferenceSession(self.settings.parameters.uri, options,
                                                    providers=["CPUExecutionProvider"])
        metadata = self.session.get_modelmeta().custom_metadata_map
        stored = json.loads(metadata["preprocessing"])
        self.resize, self.crop = stored["resize"], stored["crop"]
        if stored["mean_image"]:
            self.mean = numpy.frombuffer(base64.b64decode(metadata["mean_image"]), "<f4").reshape(
                stored["channels"], self.crop, self.crop)
        else:
            self.mean = numpy.array(stored["mean"], numpy.float32).reshape(-1, 1, 1)
        self.scale = numpy.array(stored["scale"], numpy.float32).reshape(-1, 1, 1)
        return True

    def prepared(self, picture: bytes) -> numpy.ndarray:
        image = Image.open(io.BytesIO(picture)).convert("RGB")
        factor = self.resize / min(image.size)
        image = image.resize([max(self.resize, round(side * factor)) for side in image.size], Image.BILINEAR)
        left, top = [(side - self.crop) // 2 for side in image.size]
        image = image.crop((left, top, left + self.crop, top + self.crop))
        return (numpy.asarray(image, numpy.float32).transpose(2, 0, 1) - self.mean) * self.scale

    async def predict(self, request: InferenceRequest) -> InferenceResponse:
        pictures = [base64.b64decode(text) for text in request.inputs[0].data]
        batch = numpy.stack([self.prepared(picture) for picture in pictures])
        rows, = self.session.run(None, {self.session.get_inputs()[0].name: batch})
        return InferenceResponse(model_name=self.name, outputs=[ResponseOutput(
            name="probabilities", shape=list(rows.shape), datatype="FP32", data=rows.flatten().tolist())])

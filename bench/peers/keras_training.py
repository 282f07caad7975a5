"""The network of examples/keras, on TensorFlow: a side of net.alexnet.bench.PeerBenchmark.

    python keras_training.py FILE        parameters under PyTorch's names, pictures and labels, as safetensors

Channels are last, so filters are (height, width, in, out), and fc6 reads its maps channels innermost.
"""

import os
import platform
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["KERAS_HOME"] = sys.prefix + "/keras"  # its settings: not in the user's home
sys.path.append(str(Path(__file__).resolve().parents[2] / "examples/keras"))

import keras
import tensorflow as tf

import alexnet
import turns


class Program:
    def __init__(self, path):
        tensors = turns.read(path)
        self.pictures = tf.constant(tensors["pictures"].transpose(0, 2, 3, 1))
        self.labels = tf.constant(tensors["labels"].astype("int64"))
        self.nets = {dropout: self.compiled(dropout, tensors) for dropout in (0.0, 0.5)}
        self.forward = tf.function(lambda x: self.nets[0.5](x, training=False))

    @staticmethod
    def compiled(dropout, tensors):
        net = alexnet.network(dropout=dropout)
        for name in ("conv1", "conv2", "conv3", "conv4", "conv5"):
            net.get_layer(name).set_weights([tensors[name + ".weight"].transpose(2, 3, 1, 0), tensors[name + ".bias"]])
        fc6 = tensors["fc6.weight"].reshape(4096, 256, 6, 6).transpose(2, 3, 1, 0).reshape(-1, 4096)
        net.get_layer("fc6").set_weights([fc6, tensors["fc6.bias"]])
        for name in ("fc7", "fc8"):
            net.get_layer(name).set_weights([tensors[name + ".weight"].T, tensors[name + ".bias"]])
        # the other programs train biases at the same rate as weights; XLA is not faster on a CPU
        net.compile(alexnet.PaperSGD(0.001, bias_factor=1.0), keras.losses.SparseCategoricalCrossentropy(),
                    jit_compile=False)
        return net

    def describe(self):
        threads = tf.config.threading.get_intra_op_parallelism_threads() or os.cpu_count()
        return (f"Keras {keras.__version__}, TensorFlow {tf.__version__}, {threads} threads,"
                f" Python {platform.python_version()}")

    def step(self, dropout, batch):
        return float(self.nets[dropout].train_on_batch(self.pictures[:batch], self.labels[:batch]))

    def train(self, batch):
        return self.step(0.5, batch)

    def infer(self, batch):
        return float(tf.reduce_sum(self.forward(self.pictures[:batch]))) / batch

    def check(self):
        net = self.nets[0.0]
        logits = keras.Model(net.inputs, net.get_layer("fc8").output)(self.pictures, training=False)
        deviation = float(tf.sqrt(tf.reduce_mean(tf.square(logits))))
        return self.step(0.0, 128), deviation, self.step(0.0, 128)


turns.serve(Program(sys.argv[1]))

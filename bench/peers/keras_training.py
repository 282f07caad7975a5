"""The paper's network in Keras on TensorFlow: a side of net.alexnet.bench.Comparison.

    python keras_training.py FILE        parameters under PyTorch's names, pictures and labels, as safetensors

Channels are last, so filters are (height, width, in, out), and fc6 reads its maps channels innermost.
"""

import os
import platform
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["KERAS_HOME"] = sys.prefix + "/keras"  # its settings: not in the user's home

import keras
import tensorflow as tf
from keras import layers

import turns


class ResponseNorm(layers.Layer):
    """Each tower by itself. TensorFlow does not divide alpha by the size: 1e-4 / 5."""

    def call(self, x):
        return tf.concat([tf.nn.local_response_normalization(tower, depth_radius=2, bias=2.0, alpha=2e-5, beta=0.75)
                          for tower in tf.split(x, 2, axis=-1)], axis=-1)


def network(dropout):
    def conv(name, filters, kernel, **more):
        return layers.Conv2D(filters, kernel, activation="relu", name=name, **more)

    return keras.Sequential([
        keras.Input((224, 224, 3)),
        layers.ZeroPadding2D(((0, 3), (0, 3))),
        conv("conv1", 96, 11, strides=4), ResponseNorm(), layers.MaxPooling2D(3, 2),
        conv("conv2", 256, 5, padding="same", groups=2), ResponseNorm(), layers.MaxPooling2D(3, 2),
        conv("conv3", 384, 3, padding="same"),
        conv("conv4", 384, 3, padding="same", groups=2),
        conv("conv5", 256, 3, padding="same", groups=2), layers.MaxPooling2D(3, 2),
        layers.Flatten(),
        layers.Dense(4096, activation="relu", name="fc6"), layers.Dropout(dropout),
        layers.Dense(4096, activation="relu", name="fc7"), layers.Dropout(dropout),
        layers.Dense(1000, name="fc8"),
    ])


class Program:
    def __init__(self, path):
        tensors = turns.read(path)
        self.pictures = tf.constant(tensors["pictures"].transpose(0, 2, 3, 1))
        self.labels = tf.constant(tensors["labels"].astype("int64"))
        self.nets = {dropout: self.compiled(dropout, tensors) for dropout in (0.0, 0.5)}
        self.forward = tf.function(lambda x: tf.nn.softmax(self.nets[0.5](x, training=False)))

    @staticmethod
    def compiled(dropout, tensors):
        net = network(dropout)
        for name in ("conv1", "conv2", "conv3", "conv4", "conv5"):
            net.get_layer(name).set_weights([tensors[name + ".weight"].transpose(2, 3, 1, 0), tensors[name + ".bias"]])
        fc6 = tensors["fc6.weight"].reshape(4096, 256, 6, 6).transpose(2, 3, 1, 0).reshape(-1, 4096)
        net.get_layer("fc6").set_weights([fc6, tensors["fc6.bias"]])
        for name in ("fc7", "fc8"):
            net.get_layer(name).set_weights([tensors[name + ".weight"].T, tensors[name + ".bias"]])
        # Keras keeps the decay outside of the momentum, which makes no difference in the first step
        net.compile(keras.optimizers.SGD(0.001, momentum=0.9, weight_decay=0.0005),
                    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                    jit_compile=False)  # XLA is no faster on a CPU, and compiles anew for each size of batch
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
        logits = self.nets[0.0](self.pictures, training=False)
        deviation = float(tf.sqrt(tf.reduce_mean(tf.square(logits))))
        return self.step(0.0, 128), deviation, self.step(0.0, 128)


turns.serve(Program(sys.argv[1]))

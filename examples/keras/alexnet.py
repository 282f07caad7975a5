"""The network of Krizhevsky, Sutskever and Hinton (2012) in Keras 3, in the paper's form, and its training.

    pip install keras tensorflow-cpu          # or jax, or torch: KERAS_BACKEND names it
    python alexnet.py train PICTURES OUT      # one folder per class; OUT is .keras or .weights.h5

Section numbers are the paper's. Where the paper does not say, the source that was released is followed.
"""

import sys

import keras
import numpy as np
from keras import layers, ops

INPUT = 224
RESIZED = 256
DECAY = 0.0005


@keras.saving.register_keras_serializable("alexnet")
class ResponseNorm(layers.Layer):
    """Response normalization across channels, 3.3: x / (k + alpha / size * sum of x^2 over neighbors) ^ 0.75.

    The source divides alpha by the size, the paper's formula does not. Each tower is normalized by itself.
    The sums are a product with a matrix that has ones where channels are neighbors, which is faster than TensorFlow's own.
    """

    def __init__(self, size=5, k=2.0, alpha=1e-4, towers=1, **more):
        super().__init__(**more)
        self.size, self.k, self.alpha, self.towers = size, k, alpha, towers

    def build(self, shape):
        channel = np.arange(shape[-1])
        tower = channel * self.towers // shape[-1]
        near = abs(channel[:, None] - channel) <= self.size // 2
        self.neighbors = (near & (tower[:, None] == tower)).astype("float32") * (self.alpha / self.size)

    def call(self, x):
        root = ops.rsqrt(self.k + ops.matmul(ops.square(x), self.neighbors))
        return x * root * ops.sqrt(root)  # to the power of -0.75

    def get_config(self):
        return super().get_config() | {"size": self.size, "k": self.k, "alpha": self.alpha, "towers": self.towers}


def network(classes=1000, towers=2, dropout=0.5, mean=None, size=INPUT, channels=3, width=1.0):
    """The layers of figure 2.

    mean: of each channel, in units of 0 to 255; the network then reads pixels and subtracts it (section 2).
    Without it the network reads pixels whose mean was subtracted before.
    """

    def scaled(count):
        return max(8, 8 * round(count * width / 8))

    def start(deviation, bias):  # section 5; the deviation of .03 is the source's
        return {"kernel_initializer": keras.initializers.RandomNormal(stddev=deviation),
                "bias_initializer": keras.initializers.Constant(bias)}

    def conv(name, filters, kernel, deviation, bias, **more):
        return layers.Conv2D(scaled(filters), kernel, activation="relu", name=name, **start(deviation, bias), **more)

    def dense(name, units, bias, **more):
        return layers.Dense(units, name=name, **start(0.01, bias), **more)

    def pool():  # overlapping, 3.4
        return layers.MaxPooling2D(3, 2)

    def drop():
        # 4.2: units are dropped in training, and all outputs are halved at test time. Keras's Dropout doubles what it keeps.
        return [layers.Dropout(dropout), layers.Rescaling(1 - dropout)] if dropout else []

    def norm():
        return ResponseNorm(towers=towers)

    side = (size - 8) / 4 + 1  # of conv1's maps; three poolings of whole windows follow
    if side % 8 != 7:
        raise ValueError(f"size must be 32 n, such as 224, found {size}")
    return keras.Sequential([
        keras.Input((size, size, channels)),
        *([layers.Normalization(mean=mean, variance=[1.0] * channels)] if mean is not None else []),
        layers.ZeroPadding2D(((0, 3), (0, 3))),  # the last windows of conv1 hang over the edge by 3 pixels
        conv("conv1", 96, 11, 0.01, 0, strides=4), norm(), pool(),
        conv("conv2", 256, 5, 0.01, 1, padding="same", groups=towers), norm(), pool(),
        conv("conv3", 384, 3, 0.03, 0, padding="same"),
        conv("conv4", 384, 3, 0.03, 1, padding="same", groups=towers),
        conv("conv5", 256, 3, 0.03, 1, padding="same", groups=towers), pool(),
        layers.Flatten(),
        dense("fc6", scaled(4096), 1, activation="relu"), *drop(),
        dense("fc7", scaled(4096), 1, activation="relu"), *drop(),
        dense("fc8", classes, 0),
        layers.Softmax(name="softmax"),
    ])


@keras.saving.register_keras_serializable("alexnet")
class PaperSGD(keras.optimizers.SGD):
    """The update rule of section 5: v = momentum v - decay rate w - rate gradient; w = w + v.

    Keras's own weight decay is outside of v. Biases learn at twice the rate and do not decay, as in the source.
    """

    def __init__(self, learning_rate=0.01, momentum=0.9, decay=DECAY, bias_factor=2.0, **more):
        super().__init__(learning_rate, momentum, **more)
        self.decay, self.bias_factor = decay, bias_factor

    def update_step(self, gradient, variable, learning_rate):
        if len(variable.shape) == 1:
            super().update_step(gradient, variable, self.bias_factor * learning_rate)
        else:
            super().update_step(gradient + self.decay * variable, variable, learning_rate)

    def get_config(self):
        return super().get_config() | {"decay": self.decay, "bias_factor": self.bias_factor}


def compiled(net, learning_rate=0.01, **more):
    net.compile(PaperSGD(learning_rate), keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"], **more)
    return net


# --- pictures, section 2 and 4.1 ---------------------------------------------------------------------------------------


class Crops(keras.utils.PyDataset):
    """Batches of pictures that were resized to 256: random crops and mirror images, or the centers."""

    def __init__(self, pictures, labels, batch, random):
        super().__init__()
        self.pictures, self.labels, self.batch, self.random = pictures, labels, batch, random
        self.order = np.arange(len(labels))

    def __len__(self):
        return -(-len(self.labels) // self.batch)

    def __getitem__(self, index):
        chosen = self.order[index * self.batch:(index + 1) * self.batch]
        return np.stack([self.crop(self.pictures[one]) for one in chosen]).astype("float32"), self.labels[chosen]

    def crop(self, picture):
        margin = RESIZED - INPUT
        y, x = np.random.randint(margin + 1, size=2) if self.random else (margin // 2, margin // 2)
        cut = picture[y:y + INPUT, x:x + INPUT]
        return cut[:, ::-1] if self.random and np.random.randint(2) else cut

    def on_epoch_end(self):
        if self.random:
            np.random.shuffle(self.order)


def pictures(folder, subset):
    """All pictures of a folder with one folder per class, their shorter side resized to 256 and the center cut."""
    data = keras.utils.image_dataset_from_directory(
        folder, image_size=(RESIZED, RESIZED), crop_to_aspect_ratio=True, batch_size=64, shuffle=True, seed=1,
        validation_split=0.2, subset=subset)
    batches = [(np.asarray(x).astype("uint8"), np.asarray(y)) for x, y in data]
    return np.concatenate([x for x, _ in batches]), np.concatenate([y for _, y in batches]), data.class_names


def train(folder, out, epochs=90, batch=128):
    learned, labels, names = pictures(folder, "training")
    held_out, truth, _ = pictures(folder, "validation")
    net = compiled(network(len(names), mean=learned.mean((0, 1, 2)).tolist()))
    plateau = keras.callbacks.ReduceLROnPlateau(factor=0.1, patience=5)  # section 5: by hand
    net.fit(Crops(learned, labels, batch, True), epochs=epochs, validation_data=Crops(held_out, truth, batch, False),
            callbacks=[plateau])
    net.save_weights(out) if out.endswith(".weights.h5") else net.save(out)


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] != "train":
        sys.exit(__doc__)
    train(sys.argv[2], sys.argv[3])

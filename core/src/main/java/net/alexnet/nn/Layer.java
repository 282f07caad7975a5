package net.alexnet.nn;

import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Window;

/// One layer of a network. Its shapes follow from its place in an [Architecture].
public sealed interface Layer {
    /// A layer with a weight and a bias.
    sealed interface Weighted extends Layer {
        /// The name in the paper's figure 2: `conv1` … `fc8`.
        String name();
    }

    /// A convolution, §3.5.
    ///
    /// @param filters output channels, a multiple of `groups`
    /// @param groups towers: the filters of one read only its channels (§3.2)
    record Conv(String name, int filters, Window window, int groups) implements Weighted {
        public Conv {
            if (filters < 1 || groups < 1) {
                throw new IllegalArgumentException(name + " needs at least 1 filter and 1 group, found " + filters
                        + " filters and " + groups + " groups");
            }
        }
    }

    /// A fully connected layer, §3.5.
    record Dense(String name, int units) implements Weighted {
        public Dense {
            if (units < 1) {
                throw new IllegalArgumentException(name + " needs at least 1 unit, found " + units);
            }
        }
    }

    /// The rectified linear unit, §3.1.
    record Relu() implements Layer {}

    /// The saturating nonlinearity that §3.1 compares with.
    record Tanh() implements Layer {}

    /// Local response normalization, §3.3.
    record ResponseNorm(LocalResponseNorm norm) implements Layer {}

    /// Max-pooling, overlapping where the window is wider than its stride, §3.4.
    record MaxPool(Window window) implements Layer {}

    /// Maps to vectors, channels outermost.
    record Flatten() implements Layer {}

    /// Scales the features of each picture to unit length (L2 norm). A linear layer after it compares directions, so the
    /// contrast of a picture matters less; with pretrained features this lowers the error (LOG.md).
    record L2Norm() implements Layer {}

    /// Dropout, §4.2.
    ///
    /// @param rate the probability that a unit is dropped, in `[0, 1)`
    record Dropout(double rate, DropoutScaling scaling) implements Layer {
        public Dropout {
            if (!(rate >= 0 && rate < 1)) {
                throw new IllegalArgumentException("a dropout rate must be in [0, 1), found " + rate);
            }
        }
    }

    /// Where dropout compensates for the dropped units.
    enum DropoutScaling {
        /// The outputs are multiplied by `1 − rate` at test time, as in the paper.
        AT_TEST,
        /// The kept outputs are divided by `1 − rate` while training, as Caffe and PyTorch do.
        AT_TRAINING
    }

    /// The probabilities of the classes, the last layer of every network.
    record Softmax() implements Layer {}
}

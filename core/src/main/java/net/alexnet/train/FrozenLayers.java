package net.alexnet.train;

import java.io.IOException;
import net.alexnet.data.loader.Batch;
import net.alexnet.data.loader.BatchSource;
import net.alexnet.data.loader.LoaderStats;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;

/// The first rows of a network, which do not learn. They compute as at test time: their dropout drops nothing.
///
/// @param network as a whole
/// @param count of its rows, at least 1
record FrozenLayers(Network network, int count) {
    /// The shape of their output for one image, `(C, H, W)` or `(F)`.
    Shape shape() {
        return network.architecture().rows().get(count - 1).out();
    }

    /// Sends batches of images `(N, C, H, W)` through the layers.
    BatchSource after(BatchSource images) {
        return new BatchSource() {
            @Override
            public Batch next() throws IOException, InterruptedException {
                return output(images.next());
            }

            @Override
            public void ready() throws IOException, InterruptedException {
                images.ready();
            }

            @Override
            public LoaderStats use() {
                return images.use();
            }
        };
    }

    private Batch output(Batch images) {
        return new Batch() {
            @Override
            public int count() {
                return images.count();
            }

            @Override
            public int[] labels() {
                return images.labels();
            }

            @Override
            public Tensor on(Backend backend) {
                return network.outputs(images.on(backend), 0, count);
            }
        };
    }
}

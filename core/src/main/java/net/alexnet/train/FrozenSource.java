package net.alexnet.train;

import java.io.IOException;
import net.alexnet.data.loader.Batch;
import net.alexnet.data.loader.BatchSource;
import net.alexnet.data.loader.LoaderStats;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Tensor;

/// Pictures that go through frozen layers on their way to training, which so cost no way back.
///
/// @param pictures that are fed
/// @param layers that they go through
public record FrozenSource(BatchSource pictures, FrozenLayers layers) implements BatchSource {
    @Override
    public Batch next() throws IOException, InterruptedException {
        return new Through(pictures.next(), layers);
    }

    @Override
    public void ready() throws IOException, InterruptedException {
        pictures.ready();
    }

    @Override
    public LoaderStats use() {
        return pictures.use();
    }

    private record Through(Batch pictures, FrozenLayers layers) implements Batch {
        @Override
        public int count() {
            return pictures.count();
        }

        @Override
        public int[] labels() {
            return pictures.labels();
        }

        @Override
        public Tensor on(Backend backend) {
            return layers.of(pictures.on(backend));
        }
    }
}

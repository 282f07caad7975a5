package net.alexnet.finetune;

import java.io.IOException;
import net.alexnet.input.Examples;
import net.alexnet.input.FeedUse;
import net.alexnet.input.Source;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Tensor;

/// Pictures that go through frozen layers on their way to training, which so cost no way back.
///
/// @param pictures that are fed
/// @param layers that they go through
public record FrozenSource(Source pictures, FrozenLayers layers) implements Source {
    @Override
    public Examples next() throws IOException, InterruptedException {
        return new Through(pictures.next(), layers);
    }

    @Override
    public void ready() throws IOException, InterruptedException {
        pictures.ready();
    }

    @Override
    public FeedUse use() {
        return pictures.use();
    }

    private record Through(Examples pictures, FrozenLayers layers) implements Examples {
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

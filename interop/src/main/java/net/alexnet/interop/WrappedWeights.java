package net.alexnet.interop;

import module java.base;
import net.alexnet.io.WeightFile;

/// A file of weights that is seen otherwise: under other names, or with fewer or more tensors.
interface WrappedWeights extends WeightFile {
    /// The file itself, which is closed with this.
    WeightFile file();

    @Override
    default Path path() {
        return file().path();
    }

    @Override
    default Map<String, String> metadata() {
        return file().metadata();
    }

    @Override
    default void close() {
        file().close();
    }
}

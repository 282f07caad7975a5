package net.alexnet.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import net.alexnet.inference.Engines;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Scope;

/// Our side of a [PeerBenchmark] in inference: a pass as the library makes it, by default on the backend that all answers come
/// from.
final class OurInference implements Turns.Program {
    private final Backend backend;
    private final Network network;
    private final MemorySegment pixels;
    private final float[] labels;

    /// @param equal a file of [EqualWork]
    OurInference(Path equal) throws WeightFileException {
        this(equal, Engines.openForInference("cpu", Runtime.getRuntime().availableProcessors(), Precision.FLOAT32));
    }

    /// @param equal a file of [EqualWork]
    /// @param backend which computes
    OurInference(Path equal, Backend backend) throws WeightFileException {
        this.backend = backend;
        try (WeightFile file = SafetensorsFile.open(equal)) {
            this.network = Network.of(EqualWork.network(0).architecture(), file, backend);
            this.pixels = channelsLast(file.read("pictures"), network.architecture());
            this.labels = file.read("labels");
        }
    }

    /// Takes its turns.
    ///
    /// @param arguments a file of [EqualWork]
    public static void main(String[] arguments) throws IOException {
        Turns.serve(new OurInference(Path.of(arguments[0])));
    }

    /// Pictures as the loader gives them: `(N, H, W, C)`.
    static MemorySegment channelsLast(float[] pictures, Architecture architecture) {
        int channels = architecture.input().dim(0);
        int places = architecture.input().dim(1) * architecture.input().dim(2);
        MemorySegment pixels = Arena.global().allocate((long) pictures.length * Float.BYTES, 64);
        for (int i = 0; i < pictures.length; i++) {
            int picture = i / (channels * places);
            int channel = i / places % channels;
            int place = i % places;
            pixels.setAtIndex(ValueLayout.JAVA_FLOAT, ((long) picture * places + place) * channels + channel,
                    pictures[i]);
        }
        return pixels;
    }

    @Override
    public String describe() {
        return backend.describe() + ", Java " + Runtime.version();
    }

    @Override
    public double train(int batch) {
        throw new UnsupportedOperationException("inference only");
    }

    @Override
    public double infer(int batch) {
        double sum = 0;
        for (float probability : probabilities(batch)) {
            sum += probability;
        }
        return sum / batch;
    }

    /// The loss.
    @Override
    public double[] check() {
        float[] probabilities = probabilities(labels.length);
        double loss = 0;
        for (int i = 0; i < labels.length; i++) {
            loss -= Math.log(probabilities[i * network.architecture().classes() + (int) labels[i]]);
        }
        return new double[] {loss / labels.length};
    }

    private float[] probabilities(int batch) {
        int side = network.architecture().input().dim(1);
        try (Scope _ = backend.scope()) {
            return backend.download(network.probabilities(
                    backend.uploadImages(pixels, batch, side, side, network.architecture().input().dim(0))));
        }
    }
}

package net.alexnet.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.net.Architecture;
import net.alexnet.net.DropoutMasks;
import net.alexnet.net.Network;
import net.alexnet.net.Network.Stage;
import net.alexnet.net.Parameter;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Tensor;
import net.alexnet.torch.TorchBackend;
import net.alexnet.weights.SafetensorsFile;
import net.alexnet.weights.WeightFileException;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch;

/// Our side of a [Comparison]: a step as the product's `Trainer` makes it, from pictures that a feed has filled, and a pass
/// as its evaluation does.
final class OurSide implements Turns.Program {
    private static final int SGEMM = 2048;

    private final Backend backend = TorchBackend.open("cpu");
    private final Network network;
    private final Network withoutDropout;
    private final MemorySegment pixels;
    private final int[] labels = new int[EqualWork.BATCH];
    private final Map<String, Tensor> velocities = new LinkedHashMap<>();
    private final org.bytedeco.pytorch.Tensor left = torch.rand(SGEMM, SGEMM);
    private final org.bytedeco.pytorch.Tensor right = torch.rand(SGEMM, SGEMM);
    private long step;

    private OurSide(Path equal) throws WeightFileException {
        try (SafetensorsFile file = SafetensorsFile.open(equal)) {
            this.network = Network.of(EqualWork.network(0.5).architecture(), file, backend);
            this.withoutDropout = Network.of(EqualWork.network(0).architecture(), file, backend);
            this.pixels = channelsLast(file.read("pictures"), network.architecture());
            float[] read = file.read("labels");
            for (int i = 0; i < labels.length; i++) {
                labels[i] = (int) read[i];
            }
        }
        for (Parameter parameter : network.parameters()) {
            velocities.put(parameter.name(), backend.zeros(parameter.value().shape()));
        }
    }

    /// Takes its turns.
    ///
    /// @param arguments the file of [EqualWork]
    public static void main(String[] arguments) throws IOException {
        Turns.serve(new OurSide(Path.of(arguments[0])));
    }

    /// As a feed gives them: `(N, H, W, C)`.
    private static MemorySegment channelsLast(float[] pictures, Architecture architecture) {
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
        return step(network, batch);
    }

    private double step(Network of, int batch) {
        try (Scope _ = backend.scope()) {
            List<Stage> stages = of.forward(pictures(batch), new DropoutMasks(1, step++));
            Backend.Loss loss = backend.crossEntropy(stages.getLast().out(), Arrays.copyOf(labels, batch));
            Map<Parameter, Tensor> gradients = new LinkedHashMap<>();
            of.backward(stages, loss.gradient(), gradients::put);
            gradients.forEach(this::update);
            return backend.download(loss.value())[0];
        }
    }

    private void update(Parameter parameter, Tensor gradient) {
        Tensor velocity = velocities.get(parameter.name());
        if (velocity == null) {
            throw new IllegalArgumentException("no velocity for " + parameter.name());
        }
        backend.update(parameter.value(), velocity, gradient, (float) EqualWork.OPTIMIZER.momentum(),
                (float) EqualWork.OPTIMIZER.decay(parameter.bias()),
                (float) EqualWork.OPTIMIZER.rate(parameter.bias()));
    }

    @Override
    public double infer(int batch) {
        try (Scope _ = backend.scope()) {
            float[] probabilities = backend.download(network.probabilities(pictures(batch)));
            double sum = 0;
            for (float probability : probabilities) {
                sum += probability;
            }
            return sum / batch;
        }
    }

    /// Moves the velocities, and the parameters of the network without dropout alone, so it comes before any other turn.
    @Override
    public double[] check() {
        double square = 0;
        float[] logits;
        try (Scope _ = backend.scope()) {
            List<Stage> stages = withoutDropout.forward(pictures(EqualWork.BATCH), new DropoutMasks(1, 0));
            logits = backend.download(stages.getLast().out());
        }
        for (float logit : logits) {
            square += (double) logit * logit;
        }
        double before = step(withoutDropout, EqualWork.BATCH);
        double after = step(withoutDropout, EqualWork.BATCH);
        return new double[] {before, Math.sqrt(square / logits.length), after};
    }

    @Override
    public double[] work() {
        Architecture architecture = network.architecture();
        return new double[] {architecture.multiplyAdds(), architecture.trainingMultiplyAdds()};
    }

    @Override
    public double sgemm() {
        try (var _ = new PointerScope(); var _ = new NoGradGuard()) {
            return torch.mm(left, right).select(0, 0).select(0, 0).item_float();
        }
    }

    private Tensor pictures(int batch) {
        int side = network.architecture().input().dim(1);
        return backend.uploadPictures(pixels, batch, side, side, network.architecture().input().dim(0));
    }
}

package net.alexnet.bench;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.DropoutMasks;
import net.alexnet.nn.Network;
import net.alexnet.nn.Network.Stage;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Tensor;
import net.alexnet.torch.TorchBackend;
import net.alexnet.train.SgdOptimizer;
import net.alexnet.train.TrainingStep;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch;

/// Our side of a [PeerBenchmark]: the library's own [TrainingStep] on pictures in the form of its loader, and a pass as in its
/// evaluation.
final class OurSide implements Turns.Program {
    private static final int SGEMM = 2048;

    private final Backend backend;
    private final Network network;
    private final OurInference inference;
    private final TrainingStep learning;
    private final MemorySegment pixels;
    private final int[] labels = new int[EqualWork.BATCH];
    private final org.bytedeco.pytorch.Tensor left = torch.rand(SGEMM, SGEMM);
    private final org.bytedeco.pytorch.Tensor right = torch.rand(SGEMM, SGEMM);
    private final Path equal;
    private long steps;

    private OurSide(Path equal, Precision precision) throws WeightFileException {
        this.equal = equal;
        this.backend = TorchBackend.open("cpu", Runtime.getRuntime().availableProcessors(), precision);
        try (WeightFile file = SafetensorsFile.open(equal)) {
            this.network = Network.of(EqualWork.network(0.5).architecture(), file, backend);
            this.inference = precision == Precision.FLOAT32
                    ? new OurInference(equal)
                    : new OurInference(equal, backend);
            this.pixels = OurInference.channelsLast(file.read("pictures"), network.architecture());
            float[] read = file.read("labels");
            for (int i = 0; i < labels.length; i++) {
                labels[i] = (int) read[i];
            }
        }
        this.learning = new TrainingStep(network, new SgdOptimizer(network, EqualWork.OPTIMIZER));
    }

    /// Takes its turns.
    ///
    /// @param arguments the file of [EqualWork], and the precision
    public static void main(String[] arguments) throws IOException {
        Turns.serve(new OurSide(Path.of(arguments[0]), Precision.valueOf(arguments[1].toUpperCase(Locale.ROOT))));
    }

    @Override
    public String describe() {
        return backend.describe() + "; inference: " + inference.describe();
    }

    @Override
    public double train(int batch) {
        return step(learning, batch);
    }

    private double step(TrainingStep of, int batch) {
        try (Scope _ = backend.scope()) {
            Backend.Loss loss = of.run(pictures(batch), Arrays.copyOf(labels, batch), new DropoutMasks(1, steps++), 1,
                    (_, seen) -> seen);
            return backend.download(loss.value())[0];
        }
    }

    @Override
    public double infer(int batch) {
        return inference.infer(batch);
    }

    /// On a network of its own, which is freed afterwards.
    @Override
    public double[] check() {
        try (Scope _ = backend.scope(); WeightFile file = SafetensorsFile.open(equal)) {
            Network checked = Network.of(EqualWork.network(0).architecture(), file, backend);
            TrainingStep step = new TrainingStep(checked, new SgdOptimizer(checked, EqualWork.OPTIMIZER));
            double deviation = deviation(checked);
            return new double[] {step(step, EqualWork.BATCH), deviation, step(step, EqualWork.BATCH)};
        } catch (WeightFileException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The root mean square of the logits.
    private double deviation(Network of) {
        float[] logits;
        try (Scope _ = backend.scope()) {
            List<Stage> stages = of.forward(pictures(EqualWork.BATCH), new DropoutMasks(1, 0));
            logits = backend.download(stages.getLast().out());
        }
        double square = 0;
        for (float logit : logits) {
            square += (double) logit * logit;
        }
        return Math.sqrt(square / logits.length);
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
        return backend.uploadImages(pixels, batch, side, side, network.architecture().input().dim(0));
    }
}

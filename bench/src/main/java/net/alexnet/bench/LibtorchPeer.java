package net.alexnet.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.LocalResponseNorm.Region;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.LocalResponseNormOptions;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The paper's network as a PyTorch user writes it, on libtorch's autograd and its `SGD`; and the same tuned by an expert in
/// libtorch: channels-last memory, response normalization by [BandedNorm] in place of libtorch's own, which pools over
/// a padded copy, ReLU in place, and for inference its own mode and `addmv` where there is one picture (`linear` takes several
/// times as long).
///
/// ```
/// java -cp bench/target/bench.jar net.alexnet.bench.LibtorchPeer plain|tuned FILE
/// ```
final class LibtorchPeer implements Turns.Program {
    private static final int FLATTENED = 256 * 6 * 6;
    private static final LocalResponseNorm NORM = new LocalResponseNorm(Region.ACROSS_CHANNELS, 5, 2, 1e-4, 0.75, 2);

    private final boolean tuned;
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Tensor pictures;
    private final Tensor labels;
    private final SGD optimizer;
    private final BandedNorm norm1 = new BandedNorm(NORM, 96);
    private final BandedNorm norm2 = new BandedNorm(NORM, 256);

    /// @param equal the file of [EqualWork]
    private LibtorchPeer(boolean tuned, Path equal) throws WeightFileException {
        this.tuned = tuned;
        torch.set_num_threads(Runtime.getRuntime().availableProcessors());
        TensorVector learned = new TensorVector();
        try (WeightFile file = SafetensorsFile.open(equal)) {
            for (String name : file.names()) {
                if (name.contains(".")) {
                    Tensor parameter = read(file, name);
                    parameter.set_requires_grad(true);
                    parameters.put(name, parameter);
                    learned.push_back(parameter);
                }
            }
            this.pictures = read(file, "pictures");
            this.labels = read(file, "labels").to(ScalarType.Long);
        }
        SGDOptions options = new SGDOptions(EqualWork.OPTIMIZER.learningRate(false));
        options.momentum().put(EqualWork.OPTIMIZER.momentum());
        options.weight_decay().put(EqualWork.OPTIMIZER.weightDecay());
        this.optimizer = new SGD(learned, options);
    }

    public static void main(String[] arguments) throws IOException {
        Turns.serve(new LibtorchPeer(arguments[0].equals("tuned"), Path.of(arguments[1])));
    }

    private Tensor read(WeightFile file, String name) throws WeightFileException {
        long[] sizes = file.shape(name).dims().stream().mapToLong(Integer::longValue).toArray();
        Tensor tensor = torch.empty(sizes);
        new FloatPointer(tensor.data_ptr()).put(file.read(name));
        return tuned && sizes.length == 4 ? tensor.contiguous(MemoryFormat.ChannelsLast) : tensor;
    }

    // --- the network -----------------------------------------------------------------------------------------------

    private Tensor logits(Tensor x, boolean dropout) {
        x = torch.constant_pad_nd(x, new long[] {0, 3, 0, 3}, new Scalar(0.0));
        x = pool(norm(relu(conv("conv1", x, 4, 0, 1)), norm1));
        x = pool(norm(relu(conv("conv2", x, 1, 2, 2)), norm2));
        x = relu(conv("conv3", x, 1, 1, 1));
        x = relu(conv("conv4", x, 1, 1, 2));
        x = pool(relu(conv("conv5", x, 1, 1, 2)));
        x = x.reshape(-1, FLATTENED);
        x = torch.dropout(relu(dense("fc6", x)), 0.5, dropout);
        x = torch.dropout(relu(dense("fc7", x)), 0.5, dropout);
        return dense("fc8", x);
    }

    private Tensor conv(String name, Tensor x, long stride, long padding, long groups) {
        return torch.conv2d(x, parameter(name + ".weight"), new TensorOptional(parameter(name + ".bias")),
                new long[] {stride, stride}, new long[] {padding, padding}, new long[] {1, 1}, groups);
    }

    private Tensor dense(String name, Tensor x) {
        Tensor weight = parameter(name + ".weight");
        Tensor bias = parameter(name + ".bias");
        return InferenceMode.is_enabled() && x.size(0) == 1
                ? torch.addmv(bias, weight, x.view(-1)).view(1, -1)
                : torch.linear(x, weight, new TensorOptional(bias));
    }

    /// Neither a convolution nor a product needs its own output in the backward pass.
    private Tensor relu(Tensor x) {
        return tuned ? x.relu_() : torch.relu(x);
    }

    private static Tensor pool(Tensor x) {
        return torch.max_pool2d(x, new long[] {3, 3}, new long[] {2, 2}, new long[] {0, 0}, new long[] {1, 1}, false);
    }

    /// Each tower by itself.
    private Tensor norm(Tensor x, BandedNorm banded) {
        if (tuned) {
            return InferenceMode.is_enabled() ? banded.forwardInPlace(x) : banded.forward(x);
        }
        TensorVector towers = x.chunk(2, 1);
        return torch.cat(new TensorVector(responseNorm(towers.get(0)), responseNorm(towers.get(1))), 1);
    }

    private static Tensor responseNorm(Tensor x) {
        LocalResponseNormOptions options = new LocalResponseNormOptions(NORM.size());
        options.alpha().put(NORM.alpha());
        options.beta().put(NORM.beta());
        options.k().put(NORM.k());
        return torch.local_response_norm(x, options);
    }

    private Tensor parameter(String name) {
        Tensor found = parameters.get(name);
        if (found == null) {
            throw new IllegalArgumentException("the file has no tensor " + name);
        }
        return found;
    }

    // --- turns -----------------------------------------------------------------------------------------------------

    @Override
    public String describe() {
        String version = torch.show_config().getString().replaceAll("(?s).*TORCH_VERSION=([0-9.]+).*", "$1");
        return "libtorch " + version + ", " + torch.get_num_threads() + " threads, Java " + Runtime.version();
    }

    @Override
    public double train(int batch) {
        return step(batch, true);
    }

    private double step(int batch, boolean dropout) {
        try (var _ = new PointerScope()) {
            optimizer.zero_grad();
            Tensor loss = torch.cross_entropy_loss(logits(pictures.narrow(0, 0, batch), dropout),
                    labels.narrow(0, 0, batch));
            loss.backward();
            optimizer.step();
            return loss.item_float();
        }
    }

    @Override
    public double infer(int batch) {
        try (var _ = new PointerScope(); var _ = withoutGradients()) {
            return torch.softmax(logits(pictures.narrow(0, 0, batch), false), 1).sum().item_float() / batch;
        }
    }

    private Pointer withoutGradients() {
        return tuned ? new InferenceMode(true) : new NoGradGuard();
    }

    @Override
    public double[] check() {
        double deviation;
        try (var _ = new PointerScope(); var _ = withoutGradients()) {
            deviation = logits(pictures, false).square().mean().sqrt().item_float();
        }
        return new double[] {step(EqualWork.BATCH, false), deviation, step(EqualWork.BATCH, false)};
    }
}

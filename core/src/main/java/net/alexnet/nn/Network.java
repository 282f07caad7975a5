package net.alexnet.nn;

import module java.base;
import net.alexnet.distributed.Group;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Conv;
import net.alexnet.nn.Layer.Dense;
import net.alexnet.nn.Layer.Dropout;
import net.alexnet.nn.Layer.Flatten;
import net.alexnet.nn.Layer.L2Norm;
import net.alexnet.nn.Layer.MaxPool;
import net.alexnet.nn.Layer.Relu;
import net.alexnet.nn.Layer.ResponseNorm;
import net.alexnet.nn.Layer.Softmax;
import net.alexnet.nn.Layer.Tanh;
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.nn.LayerListener.Pass;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Backend.ParameterGradients;
import net.alexnet.tensor.Backend.Pooled;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// An architecture with its parameters on a backend, and its forward and backward pass.
///
/// Every tensor belongs to the scope that is open when it is made, parameters too. Make a network that is to outlive a
/// scope outside of it.
public final class Network {
    /// Floats that the memory for fresh weights has beyond the largest weight. Once it is freed, an allocator can
    /// reuse it for an aligned tensor of that size, such as the momentum buffer: 151 MB for the paper's fc6.
    private static final int ALIGNMENT = 1 << 10;

    private final Architecture architecture;
    private final Backend backend;
    private final Map<String, Parameter> parameters;
    private final LayerListener listener;
    private final @Nullable Division division; // of a network on several devices

    private <E extends Exception> Network(Architecture architecture, Backend backend, @Nullable Division division,
            Values<E> values) throws E {
        this.architecture = architecture;
        this.backend = backend;
        this.parameters = new LinkedHashMap<>();
        this.listener = LayerListener.NONE;
        this.division = division;
        for (Row row : architecture.rows()) {
            if (row.layer() instanceof Weighted) {
                Shape weight = row.weightShape();
                add(row, false, weight, values);
                add(row, true, Shape.of(weight.dim(0)), values);
            }
        }
    }

    private Network(Network other, LayerListener listener) {
        this.architecture = other.architecture;
        this.backend = other.backend;
        this.parameters = other.parameters;
        this.listener = listener;
        this.division = other.division;
    }

    private <E extends Exception> void add(Row row, boolean bias, Shape shape, Values<E> values) throws E {
        Parameter parameter = new Parameter(row.name(), bias, values.of(row, bias, shape));
        parameters.put(parameter.name(), parameter);
    }

    /// Gives a parameter's initial values.
    private interface Values<E extends Exception> {
        Tensor of(Row row, boolean bias, Shape shape) throws E;
    }

    /// A network with fresh weights, a function of the seed alone.
    public static Network initialize(
            Architecture architecture, Initialization initialization, long seed, Backend backend) {
        return fresh(architecture, initialization, seed, backend, _ -> false, (row, _, _) -> {
            throw new AssertionError(row);
        });
    }

    /// A network of which some layers start with given parameters and the others with fresh ones.
    ///
    /// @param weights holds the given parameters, as for [#of]
    /// @param given whether the layer of this name takes its parameters from there
    /// @throws WeightFileException if one of those is missing or of another shape
    public static Network warm(
            Architecture architecture, Initialization initialization, long seed, WeightFile weights,
            Predicate<String> given, Backend backend) throws WeightFileException {
        return fresh(architecture, initialization, seed, backend, given, stored(weights, backend));
    }

    private static <E extends Exception> Network fresh(
            Architecture architecture, Initialization initialization, long seed, Backend backend,
            Predicate<String> given, Values<E> stored) throws E {
        long largest = architecture.rows().stream().mapToLong(Row::parameters).max().orElseThrow();
        // One piece of native memory for all: arrays of this size would stay in Java's heap as garbage.
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(ValueLayout.JAVA_FLOAT, largest + ALIGNMENT);
            return new Network(architecture, backend, null, (row, bias, shape) -> {
                if (given.test(row.name())) {
                    return stored.of(row, bias, shape);
                }
                MemorySegment values = memory.asSlice(0, Float.BYTES * shape.elements());
                initialization.draw(architecture, row, bias, seed, values);
                Tensor parameter = backend.zeros(shape);
                backend.assign(parameter, values);
                return parameter;
            });
        }
    }

    /// A network with given parameters.
    ///
    /// @param weights holds a tensor of each parameter's name and shape. A backend may use its memory in place
    /// @throws WeightFileException if one is missing or of another shape
    public static Network of(Architecture architecture, WeightFile weights, Backend backend)
            throws WeightFileException {
        return new Network(architecture, backend, null, stored(weights, backend));
    }

    private static Values<WeightFileException> stored(WeightFile weights, Backend backend) {
        return (row, bias, shape) -> backend.upload(
                shape, weights.values(Parameter.name(row.name(), bias), shape));
    }

    /// Keeps this rank's tower of a network that both ranks have: the network then is on two devices, by the rules of
    /// [Towers]. The parameters that the rank does not keep are freed. Both ranks make the same calls of their towers.
    ///
    /// @param group of two ranks, which have the same network
    /// @throws IllegalArgumentException if a tower cannot be computed by itself, or there are not two ranks
    public Network keepTower(Group group) {
        return keep(new Towers(architecture, group, backend));
    }

    /// Keeps the convolutions and this rank's units of the dense layers of a network that all ranks have, by the rules of
    /// [Hybrid]. The units that the rank does not keep are freed. All ranks make the same calls of their networks.
    ///
    /// @param group of the ranks, which have the same network
    /// @throws IllegalArgumentException if a layer has fewer units than there are ranks
    public Network keepUnits(Group group) {
        return keep(new Hybrid(architecture, group, backend));
    }

    private Network keep(Division kept) {
        return new Network(kept.part(), backend, kept,
                (row, bias, _) -> kept.ownRows(row.name(), parameter(row, bias).value()));
    }

    /// Whether this rank has a part of the network's filters or units only. Then all ranks are given the same pictures.
    public boolean isDivided() {
        return division != null;
    }

    /// Whether this rank has only its rows of a layer's weight and bias. Then it has all of their gradient, too.
    public boolean isDivided(String layer) {
        return division != null && division.isDivided(layer);
    }

    /// This rank's rows of the momentum buffer of a parameter, if it is divided; then the whole buffer is freed.
    ///
    /// @param name of the parameter
    public Tensor ownRows(String name, Tensor whole) {
        return division == null ? whole : division.ownRows(layer(name), whole);
    }

    /// A parameter or its momentum buffer. All ranks of a divided network call this, and the one that leads gets the rows of
    /// all.
    public NamedTensor whole(NamedTensor own) {
        return division == null ? own : division.whole(layer(own.name()), own);
    }

    private String layer(String parameter) {
        return Objects.requireNonNull(parameters.get(parameter)).layer();
    }

    /// The same network with the same parameters; it tells the listener of every layer's pass and output.
    public Network withListener(LayerListener other) {
        return new Network(this, other);
    }

    public Architecture architecture() {
        return architecture;
    }

    public Backend backend() {
        return backend;
    }

    /// The parameters in the order of the layers, each layer's weight before its bias.
    public List<Parameter> parameters() {
        return List.copyOf(parameters.values());
    }

    /// The parameters under their names, to be saved. All ranks of a divided network call this, and the one that leads gets those
    /// of the whole network.
    public List<NamedTensor> entries() {
        return parameters().stream().map(this::entry).toList();
    }

    /// A parameter under its name. All ranks of a divided network call this, and the one that leads gets the rows of all.
    public NamedTensor entry(Parameter parameter) {
        Tensor value = parameter.value();
        return whole(new NamedTensor(parameter.name(), value.shape(), () -> backend.view(value)));
    }

    // --- forward ---------------------------------------------------------------------------------------------------

    /// What a layer read and wrote in one forward pass, kept for the backward pass.
    ///
    /// A convolution is computed together with the ReLU after it: its output is that of the ReLU, whose input and output
    /// are that same tensor. Where the backend computes a normalization together with the pooling after it, the
    /// normalization writes nothing: its output is its input, which is also the pooling's input.
    ///
    /// @param saved for the gradient: the mask of a dropout, the argmax of a pooling, else the output
    public record Stage(Row row, Tensor in, Tensor out, Tensor saved) {}

    /// Probabilities of the classes at test time.
    ///
    /// @param pictures `(N, C, H, W)`
    /// @return `(N, classes)`
    public Tensor probabilities(Tensor pictures) {
        return outputs(pictures, 0, architecture.rows().size());
    }

    /// The output of some consecutive layers at test time.
    ///
    /// @param x the input of the first of them, `(N, …)`; it is not freed
    /// @param from the first row's index
    /// @param to the index after the last row's, above `from`; not between a convolution and its ReLU
    /// @return `(N, …)`, of the shape of the last of these rows
    public Tensor outputs(Tensor x, int from, int to) {
        List<Row> rows = architecture.rows();
        Objects.checkFromToIndex(from, to, rows.size());
        if (from == to || (to < rows.size() && isRectified(rows, to - 1))) {
            throw new IllegalArgumentException("rows " + from + " to " + to + " cannot be computed by themselves");
        }
        int examples = x.shape().dim(0);
        Tensor in = taken(x, from);
        for (int i = from; i < to; i++) {
            Stage stage = stage(i, from, to, in, examples, Optional.empty());
            Tensor out = stage.out();
            if (!stage.saved().equals(out)) {
                backend.free(stage.saved()); // only a backward pass would need it
            }
            listener.done(rows.get(i), Pass.FORWARD);
            if (!isUnwritten(stage)) {
                listener.output(rows.get(i), out);
            }
            if (!stage.in().equals(in)) {
                backend.free(stage.in()); // joined
            }
            if (!in.equals(x) && !in.equals(out)) {
                backend.free(in);
            }
            in = out;
        }
        return in;
    }

    /// The forward pass of a training step, up to the logits.
    ///
    /// @param pictures `(N, C, H, W)`
    /// @param masks which units are dropped
    /// @return a stage for each layer but the softmax, in order; the last one's output is the logits, `(N, classes)`
    public List<Stage> forward(Tensor pictures, DropoutMasks masks) {
        return forward(pictures, 0, masks);
    }

    /// The forward pass of a training step from a layer on, where those before it are frozen and already computed.
    ///
    /// @param features the input of that layer, `(N, …)`
    /// @param from its row's index
    /// @param masks which units are dropped; they do not depend on `from`
    /// @return as from [#forward(Tensor, DropoutMasks)]
    public List<Stage> forward(Tensor features, int from, DropoutMasks masks) {
        List<Stage> stages = new ArrayList<>();
        int examples = features.shape().dim(0);
        Tensor x = taken(features, from);
        int to = architecture.rows().size() - 1;
        for (int i = from; i < to; i++) {
            Stage stage = stage(i, from, to, x, examples, Optional.of(masks));
            listener.done(stage.row(), Pass.FORWARD);
            stages.add(stage);
            x = stage.out();
        }
        return stages;
    }

    /// What this rank computes of the input of a pass.
    private Tensor taken(Tensor x, int from) {
        if (division == null) {
            return x;
        }
        if (from > 0) {
            throw new IllegalStateException("a divided network computes from its first row on, found row " + from);
        }
        return division.take(x);
    }

    /// @param from the first row of the pass
    /// @param to the index after its last row's
    /// @param examples of the pass, over all ranks if the network is divided
    /// @param masks which units are dropped; empty at test time
    private Stage stage(int index, int from, int to, Tensor given, int examples, Optional<DropoutMasks> masks) {
        if (division == null) {
            return ownStage(index, from, to, given, examples, masks);
        }
        Row row = architecture.rows().get(index);
        Tensor x = division.joinsInput(row) ? division.join(row, given, examples) : given;
        Stage stage = ownStage(index, from, to, x, examples, masks);
        if (!division.joinsOutput(row)) {
            return stage;
        }
        Tensor joined = division.joinUnits(stage.out(), row.out().dim(0));
        backend.free(stage.out());
        return stage(row, x, joined);
    }

    private Stage ownStage(int index, int from, int to, Tensor x, int examples, Optional<DropoutMasks> masks) {
        List<Row> rows = architecture.rows();
        Row row = rows.get(index);
        return switch (row.layer()) {
            case Conv conv -> stage(row, x, backend.convolve(
                    x, weight(row), bias(row), conv.window(), conv.groups(), isRectified(rows, index)));
            case Dense _ -> stage(row, x, backend.dense(x, weight(row), bias(row)));
            case Relu _ -> stage(row, x, index > 0 && isRectified(rows, index - 1) ? x : backend.relu(x));
            case Tanh _ -> stage(row, x, backend.tanh(x));
            case ResponseNorm lrn -> stage(
                    row, x, index + 1 < to && isFused(index) ? x : backend.normalize(x, lrn.norm()));
            case Flatten _ -> stage(row, x, backend.flatten(x));
            case L2Norm _ -> stage(row, x, backend.l2Normalize(x));
            case Softmax _ -> stage(row, x, backend.softmax(x));
            case Dropout dropout when masks.isPresent() -> dropped(index, dropout, x, examples, masks.get());
            case Dropout dropout -> stage(row, x, switch (dropout.scaling()) {
                case AT_TEST -> backend.scale(x, (float) (1 - dropout.rate()));
                case AT_TRAINING -> x;
            });
            case MaxPool pool when index > from && isFused(index - 1) -> {
                LocalResponseNorm norm = ((ResponseNorm) rows.get(index - 1).layer()).norm();
                yield stage(row, x, backend.normalizeMaxPool(x, norm, pool.window()));
            }
            case MaxPool pool -> {
                Pooled pooled = backend.maxPool(x, pool.window());
                yield new Stage(row, x, pooled.output(), pooled.argmax());
            }
        };
    }

    private static Stage stage(Row row, Tensor in, Tensor out) {
        return new Stage(row, in, out, out);
    }

    private Stage dropped(int index, Dropout dropout, Tensor x, int examples, DropoutMasks masks) {
        double kept = switch (dropout.scaling()) {
            case AT_TEST -> 1;
            case AT_TRAINING -> 1 / (1 - dropout.rate());
        };
        Tensor mask = backend.upload(x.shape(), division == null
                ? masks.draw(index, x.shape(), dropout.rate(), (float) kept)
                : division.mask(masks, index, x.shape(), examples, dropout.rate(), (float) kept));
        return new Stage(architecture.rows().get(index), x, backend.multiply(x, mask), mask);
    }

    /// A convolution's output before its ReLU, `(N, K, H', W')`. A [Stage] only has the output of the ReLU.
    ///
    /// @param row of a convolution
    /// @param x its input
    public Tensor linear(Row row, Tensor x) {
        Conv conv = (Conv) row.layer();
        return backend.convolve(x, weight(row), bias(row), conv.window(), conv.groups());
    }

    /// Whether a row is a convolution with a ReLU after it: both are computed at once.
    static boolean isRectified(List<Row> rows, int index) {
        return rows.get(index).layer() instanceof Conv && rows.get(index + 1).layer() instanceof Relu;
    }

    /// Whether a row is a normalization with a pooling after it and the backend computes both at once.
    private boolean isFused(int index) {
        List<Row> rows = architecture.rows();
        return rows.get(index).layer() instanceof ResponseNorm lrn
                && rows.get(index + 1).layer() instanceof MaxPool
                && backend.fusesNormalizeMaxPool(lrn.norm());
    }

    // --- backward --------------------------------------------------------------------------------------------------

    /// Receives each parameter's gradient as soon as it is known, last layer first, so that an all-reduce can run while
    /// the backward pass continues.
    public interface GradientSink {
        void accept(Parameter parameter, Tensor gradient);

        /// Receives what the gradients of a dense layer are computed from, so that other devices can be sent these instead:
        /// `Σ dy · xᵀ` over the examples for the weight, and `Σ dy` for the bias.
        ///
        /// @param x what the layer read, `(N, F)`, and `dy` the gradient by its output, `(N, K)`; both are only valid now
        /// @return whether the sink computes the gradients; if not, it is given them
        default boolean acceptFactors(Parameter weight, Parameter bias, Tensor x, Tensor dy) {
            return false;
        }
    }

    /// The backward pass of a training step, down to the first layer with weights. It frees each stage's output once it
    /// is no longer needed.
    ///
    /// @param stages from [#forward]; only the pictures and the logits may be used afterwards
    /// @param dLogits the gradient of the loss by the logits
    public void backward(List<Stage> stages, Tensor dLogits, GradientSink sink) {
        Tensor dy = division == null ? dLogits : division.ownGradient(dLogits);
        int first = 0;
        while (!(stages.get(first).row().layer() instanceof Weighted)) {
            first++;
        }
        for (int i = stages.size() - 1; i > first;) {
            Stage stage = stages.get(i);
            learn(stage, dy, sink);
            boolean fused = stage.row().layer() instanceof MaxPool && isUnwritten(stages.get(i - 1));
            int before = fused ? i - 2 : i - 1;
            boolean throughRelu = stages.get(before).row().layer() instanceof Relu
                    && continuesThroughRelu(stage.row().layer());
            Tensor dx = fused
                    ? backend.normalizeMaxPoolGradient(stage.in(), stage.out(), dy,
                            ((ResponseNorm) stages.get(i - 1).row().layer()).norm(),
                            ((MaxPool) stage.row().layer()).window(), throughRelu)
                    : inputGradient(stage, dy, throughRelu);
            if (!dy.equals(dLogits)) { // that one is the caller's
                backend.free(dy);
            }
            if (division != null && division.joinsInput(stage.row())) {
                Tensor joined = dx;
                dx = division.split(stage.row(), joined);
                backend.free(joined);
                backend.free(stage.in());
            }
            for (int next = throughRelu ? before - 1 : before; i > next; i--) {
                if (i < stages.size() - 1) {
                    free(stages.get(i));
                }
                listener.done(stages.get(i).row(), Pass.BACKWARD_DATA);
            }
            dy = dx;
        }
        learn(stages.get(first), dy, sink); // its input needs no gradient
    }

    /// Frees a stage's output, unless it is also its input.
    private void free(Stage stage) {
        if (!stage.out().equals(stage.in())) {
            backend.free(stage.out());
            if (!stage.saved().equals(stage.out())) {
                backend.free(stage.saved());
            }
        }
    }

    private void learn(Stage stage, Tensor dy, GradientSink sink) {
        Row row = stage.row();
        switch (row.layer()) {
            case Conv conv -> emit(row, backend.convolveParameterGradients(
                    stage.in(), dy, row.weightShape(), conv.window(), conv.groups()), sink);
            case Dense _ -> {
                if (sink.acceptFactors(parameter(row, false), parameter(row, true), stage.in(), dy)) {
                    listener.done(row, Pass.BACKWARD_WEIGHTS);
                } else {
                    emit(row, backend.denseParameterGradients(stage.in(), dy), sink);
                }
            }
            case Relu _,Tanh _,ResponseNorm _,MaxPool _,Flatten _,L2Norm _,Dropout _,Softmax _ -> {}
        }
    }

    private void emit(Row row, ParameterGradients gradients, GradientSink sink) {
        listener.done(row, Pass.BACKWARD_WEIGHTS);
        sink.accept(parameter(row, false), gradients.weight());
        sink.accept(parameter(row, true), gradients.bias());
    }

    /// Whether a stage is a normalization that was computed together with the pooling after it.
    private static boolean isUnwritten(Stage stage) {
        return stage.row().layer() instanceof ResponseNorm && stage.out().equals(stage.in());
    }

    /// Whether a layer's gradient is computed together with that of a ReLU before the layer.
    static boolean continuesThroughRelu(Layer layer) {
        return switch (layer) {
            case Conv _,ResponseNorm _,MaxPool _ -> true;
            case Dense _,Relu _,Tanh _,Flatten _,L2Norm _,Dropout _,Softmax _ -> false;
        };
    }

    private Tensor inputGradient(Stage stage, Tensor dy, boolean throughRelu) {
        Tensor x = stage.in();
        Tensor y = stage.out();
        return switch (stage.row().layer()) {
            case Conv conv -> backend.convolveInputGradient(
                    dy, weight(stage.row()), x, conv.window(), conv.groups(), throughRelu);
            case Dense _ -> backend.denseInputGradient(dy, weight(stage.row()));
            case Relu _ -> backend.reluGradient(y, dy);
            case Tanh _ -> backend.tanhGradient(y, dy);
            case ResponseNorm lrn -> backend.normalizeGradient(x, y, dy, lrn.norm(), throughRelu);
            case MaxPool pool -> backend.maxPoolGradient(
                    x, dy, new Pooled(y, stage.saved()), pool.window(), throughRelu);
            case Flatten _ -> backend.unflatten(dy, x.shape());
            case L2Norm _ -> backend.l2NormalizeGradient(x, y, dy);
            case Dropout _ -> backend.multiply(dy, stage.saved());
            case Softmax _ -> throw new IllegalStateException("the softmax has its gradient with the loss");
        };
    }

    private Tensor weight(Row row) {
        return parameter(row, false).value();
    }

    private Tensor bias(Row row) {
        return parameter(row, true).value();
    }

    private Parameter parameter(Row row, boolean bias) {
        return Objects.requireNonNull(parameters.get(Parameter.name(row.name(), bias)));
    }
}

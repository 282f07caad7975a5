package net.alexnet.nn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Conv;
import net.alexnet.nn.Layer.Dense;
import net.alexnet.nn.Layer.Dropout;
import net.alexnet.nn.Layer.Flatten;
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

/// An architecture with its parameters on a backend, and the walk through it.
///
/// Every tensor belongs to the scope that is open when it is made, the parameters too: a network that is to outlive a
/// scope is made outside of it.
public final class Network {
    /// Values that the memory in which fresh weights are drawn is larger by than the largest of them: an allocator that keeps what was freed
    /// then finds place in it for a tensor of that size, aligned, such as its velocity. Else it would stay unused, 151 MB for the
    /// paper's fc6.
    private static final int ALIGNMENT = 1 << 10;

    private final Architecture architecture;
    private final Backend backend;
    private final Map<String, Parameter> parameters;
    private final LayerListener listener;

    private <E extends Exception> Network(Architecture architecture, Backend backend, Values<E> values) throws E {
        this.architecture = architecture;
        this.backend = backend;
        this.parameters = new LinkedHashMap<>();
        this.listener = LayerListener.NONE;
        for (Row row : architecture.rows()) {
            if (row.layer() instanceof Weighted weighted) {
                Shape weight = row.weightShape();
                add(weighted.name(), row, false, weight, values);
                add(weighted.name(), row, true, Shape.of(weight.dim(0)), values);
            }
        }
    }

    private Network(Network other, LayerListener listener) {
        this.architecture = other.architecture;
        this.backend = other.backend;
        this.parameters = other.parameters;
        this.listener = listener;
    }

    private <E extends Exception> void add(String layer, Row row, boolean bias, Shape shape, Values<E> values)
            throws E {
        Parameter parameter = new Parameter(layer, bias, values.of(new ParameterPlace(layer, row, bias, shape)));
        parameters.put(parameter.name(), parameter);
    }

    private interface Values<E extends Exception> {
        Tensor of(ParameterPlace place) throws E;
    }

    private record ParameterPlace(String layer, Row row, boolean bias, Shape shape) {
        String name() {
            return layer + (bias ? ".bias" : ".weight");
        }
    }

    /// A network with fresh weights, a function of the seed alone.
    public static Network initialize(
            Architecture architecture, Initialization initialization, long seed, Backend backend) {
        return fresh(architecture, initialization, seed, backend, _ -> Optional.empty());
    }

    /// A network of which some layers start with given parameters and the others with fresh ones.
    ///
    /// @param weights holds the given parameters, as for [#of]
    /// @param given whether a layer of this name takes them
    /// @throws WeightFileException if one of those is missing or of another shape
    public static Network warm(
            Architecture architecture, Initialization initialization, long seed, WeightFile weights,
            Predicate<String> given, Backend backend) throws WeightFileException {
        return fresh(architecture, initialization, seed, backend, place -> given.test(place.layer())
                ? Optional.of(backend.upload(place.shape(), weights.values(place.name(), place.shape())))
                : Optional.empty());
    }

    private interface Given<E extends Exception> {
        Optional<Tensor> of(ParameterPlace place) throws E;
    }

    private static <E extends Exception> Network fresh(
            Architecture architecture, Initialization initialization, long seed, Backend backend, Given<E> given)
            throws E {
        long largest = architecture.rows().stream().mapToLong(Row::parameters).max().orElseThrow();
        // One piece of native memory for all: arrays of this size would stay in Java's heap as garbage.
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(ValueLayout.JAVA_FLOAT, largest + ALIGNMENT);
            return new Network(architecture, backend, place -> {
                Optional<Tensor> there = given.of(place);
                if (there.isPresent()) {
                    return there.get();
                }
                MemorySegment values = memory.asSlice(0, Float.BYTES * place.shape().elements());
                initialization.draw(architecture, place.row(), place.bias(), seed, values);
                Tensor parameter = backend.zeros(place.shape());
                backend.assign(parameter, values);
                return parameter;
            });
        }
    }

    /// A network with given parameters.
    ///
    /// @param weights holds a tensor of each parameter's name and shape; the parameters may lie in it, if it was opened so
    /// @throws WeightFileException if one is missing or of another shape
    public static Network of(Architecture architecture, WeightFile weights, Backend backend)
            throws WeightFileException {
        return new Network(architecture, backend,
                place -> backend.upload(place.shape(), weights.values(place.name(), place.shape())));
    }

    /// The same network, with the same parameters, which tells a listener of every layer's pass.
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

    /// The parameters under their names, to be saved.
    public List<NamedTensor> entries() {
        return parameters().stream()
                .map(p -> new NamedTensor(p.name(), p.value().shape(), () -> backend.view(p.value())))
                .toList();
    }

    // --- forward ---------------------------------------------------------------------------------------------------

    /// What a layer read and wrote in one forward pass, kept for the way back. A convolution with a ReLU behind it writes what
    /// comes out of the ReLU, whose own input and output are that same tensor. A norm that the backend computes together with
    /// the pooling behind it writes nothing: its output is its input, and the pooling's input that of the norm.
    ///
    /// @param saved what its gradient needs besides: the mask of a dropout, the argmax of a pooling; else the output
    public record Stage(Row row, Tensor in, Tensor out, Tensor saved) {}

    /// Probabilities of the classes at test time.
    ///
    /// @param pictures `(N, C, H, W)`
    /// @return `(N, classes)`
    public Tensor probabilities(Tensor pictures) {
        return outputs(pictures, 0, architecture.rows().size());
    }

    /// What comes out of a stretch of the layers at test time.
    ///
    /// @param x what goes into the first of them, `(N, …)`; it stays
    /// @param from the first row's index
    /// @param to the index after the last row's, above `from`; a convolution and the ReLU behind it are not to be parted
    /// @return `(N, …)`, of the shape that the last of these rows gives
    public Tensor outputs(Tensor x, int from, int to) {
        Objects.checkFromToIndex(from, to, architecture.rows().size());
        if (from == to || (to < architecture.rows().size() && rectified(to - 1))) {
            throw new IllegalArgumentException("rows " + from + " to " + to
                    + " are not a stretch that can be computed by itself");
        }
        Tensor in = x;
        for (int i = from; i < to; i++) {
            Stage stage = stage(i, from, to, in, this::rescaled);
            Tensor out = stage.out();
            if (!stage.saved().equals(out)) {
                backend.free(stage.saved()); // only a backward pass would need it
            }
            listener.done(architecture.rows().get(i), Pass.FORWARD);
            if (!in.equals(x) && !in.equals(out)) {
                backend.free(in); // nothing goes back this way
            }
            in = out;
        }
        return in;
    }

    /// The forward pass of a training step, up to the logits.
    ///
    /// @param pictures `(N, C, H, W)`
    /// @param masks which units are dropped
    /// @return one stage per layer but the softmax, in order; the last one's output is the logits, `(N, classes)`
    public List<Stage> forward(Tensor pictures, DropoutMasks masks) {
        return forward(pictures, 0, masks);
    }

    /// The forward pass of a training step from a layer on: those before it are frozen, and their work is done.
    ///
    /// @param features what goes into that layer, `(N, …)`
    /// @param from its row's index
    /// @param masks which units are dropped; a layer's masks are the same wherever the walk begins
    /// @return as from [#forward(Tensor, DropoutMasks)]
    public List<Stage> forward(Tensor features, int from, DropoutMasks masks) {
        List<Stage> stages = new ArrayList<>();
        Tensor x = features;
        int to = architecture.rows().size() - 1;
        for (int i = from; i < to; i++) {
            Stage stage = stage(i, from, to, x, (at, dropout, in) -> dropped(at, dropout, in, masks));
            listener.done(stage.row(), Pass.FORWARD);
            stages.add(stage);
            x = stage.out();
        }
        return stages;
    }

    private interface DropoutRule {
        Stage apply(int index, Dropout dropout, Tensor x);
    }

    private Stage rescaled(int index, Dropout dropout, Tensor x) {
        Row row = architecture.rows().get(index);
        return switch (dropout.scaling()) {
            case AT_TEST -> plain(row, x, backend.scale(x, (float) (1 - dropout.rate())));
            case AT_TRAINING -> plain(row, x, x);
        };
    }

    private Stage dropped(int index, Dropout dropout, Tensor x, DropoutMasks masks) {
        double kept = switch (dropout.scaling()) {
            case AT_TEST -> 1;
            case AT_TRAINING -> 1 / (1 - dropout.rate());
        };
        Tensor mask = backend.upload(
                x.shape(), masks.draw(index, x.shape(), dropout.rate(), (float) kept));
        return new Stage(architecture.rows().get(index), x, backend.multiply(x, mask), mask);
    }

    /// @param from the first row of the walk
    /// @param to the index after its last row's
    private Stage stage(int index, int from, int to, Tensor x, DropoutRule rule) {
        Row row = architecture.rows().get(index);
        return switch (row.layer()) {
            case Conv conv when rectified(index) -> plain(
                    row, x, backend.convolveRelu(x, weight(conv), bias(conv), conv.window(), conv.groups()));
            case Conv _ -> plain(row, x, linear(row, x));
            case Dense dense -> plain(row, x, backend.dense(x, weight(dense), bias(dense)));
            case Relu _ -> plain(row, x, index > 0 && rectified(index - 1) ? x : backend.relu(x));
            case Tanh _ -> plain(row, x, backend.tanh(x));
            case ResponseNorm lrn -> plain(
                    row, x, index + 1 < to && pooledAtOnce(index) ? x : backend.normalize(x, lrn.norm()));
            case Flatten _ -> plain(row, x, backend.flatten(x));
            case Softmax _ -> plain(row, x, backend.softmax(x));
            case Dropout dropout -> rule.apply(index, dropout, x);
            case MaxPool pool when index > from && pooledAtOnce(index - 1) -> plain(
                    row, x, backend.normalizeMaxPool(x, norm(index - 1), pool.window()));
            case MaxPool pool -> {
                Pooled pooled = backend.maxPool(x, pool.window());
                yield new Stage(row, x, pooled.output(), pooled.argmax());
            }
        };
    }

    /// A convolution's output before any neuron, `(N, K, H', W')`: what a stage holds has already been through the ReLU behind
    /// it, if there is one.
    ///
    /// @param row of a convolution
    /// @param x its input
    public Tensor linear(Row row, Tensor x) {
        Conv conv = (Conv) row.layer();
        return backend.convolve(x, weight(conv), bias(conv), conv.window(), conv.groups());
    }

    /// Whether a row is a convolution with a ReLU behind it: both are computed at once, and no memory holds what is between
    /// them. A softmax ends every table, so there is always a next row.
    private boolean rectified(int index) {
        List<Row> rows = architecture.rows();
        return rows.get(index).layer() instanceof Conv && rows.get(index + 1).layer() instanceof Relu;
    }

    /// Whether a row is a norm with a pooling behind it and the backend computes both at once.
    private boolean pooledAtOnce(int index) {
        List<Row> rows = architecture.rows();
        return rows.get(index).layer() instanceof ResponseNorm lrn
                && rows.get(index + 1).layer() instanceof MaxPool
                && backend.fusesNormalizeMaxPool(lrn.norm());
    }

    private LocalResponseNorm norm(int index) {
        return ((ResponseNorm) architecture.rows().get(index).layer()).norm();
    }

    private static Stage plain(Row row, Tensor in, Tensor out) {
        return new Stage(row, in, out, out);
    }

    // --- backward --------------------------------------------------------------------------------------------------

    /// Receives each parameter's gradient as soon as it is known, last layer first: others may be summed over processes
    /// while the walk goes on.
    public interface GradientSink {
        void accept(Parameter parameter, Tensor gradient);
    }

    /// The backward pass of a training step, down to the first layer with weights. What a stage wrote is freed as soon as the walk has passed it.
    ///
    /// @param stages what [#forward] gave; but for the pictures and the logits their tensors cannot be used afterwards
    /// @param dLogits the gradient of the loss by the logits
    public void backward(List<Stage> stages, Tensor dLogits, GradientSink sink) {
        Tensor dy = dLogits;
        int first = 0;
        while (!(stages.get(first).row().layer() instanceof Weighted)) {
            first++;
        }
        for (int i = stages.size() - 1; i > first;) {
            Stage stage = stages.get(i);
            learn(stage, dy, sink);
            boolean throughNorm = nothingBetween(stages.get(i - 1));
            int before = throughNorm ? i - 2 : i - 1;
            boolean throughRelu = stages.get(before).row().layer() instanceof Relu && !isValueByValue(stage);
            Tensor dx = throughNorm
                    ? throughNorm(stage, stages.get(i - 1), dy, throughRelu)
                    : throughRelu ? inputGradientThroughRelu(stage, dy) : inputGradient(stage, dy);
            if (!dy.equals(dLogits)) { // that one is the caller's
                backend.free(dy); // or all of them would live until the step ends
            }
            for (int next = throughRelu ? before - 1 : before; i > next; i--) {
                if (i < stages.size() - 1) {
                    free(stages.get(i));
                }
                listener.done(stages.get(i).row(), Pass.BACKWARD_DATA);
            }
            dy = dx;
        }
        learn(stages.get(first), dy, sink); // what went in needs no gradient
    }

    /// Frees what a stage wrote, unless it is what the stage before wrote.
    private void free(Stage stage) {
        if (!stage.out().equals(stage.in())) {
            backend.free(stage.out());
            if (!stage.saved().equals(stage.out())) {
                backend.free(stage.saved());
            }
        }
    }

    private void learn(Stage stage, Tensor dy, GradientSink sink) {
        switch (stage.row().layer()) {
            case Conv conv -> emit(
                    stage.row(),
                    conv,
                    backend.convolveParameterGradients(
                            stage.in(), dy, stage.row().weightShape(), conv.window(), conv.groups()),
                    sink);
            case Dense dense -> emit(stage.row(), dense, backend.denseParameterGradients(stage.in(), dy), sink);
            case Relu _,Tanh _,ResponseNorm _,MaxPool _,Flatten _,Dropout _,Softmax _ -> {}
        }
    }

    private void emit(Row row, Weighted layer, ParameterGradients gradients, GradientSink sink) {
        listener.done(row, Pass.BACKWARD_WEIGHTS);
        sink.accept(parameter(layer.name() + ".weight"), gradients.weight());
        sink.accept(parameter(layer.name() + ".bias"), gradients.bias());
    }

    /// Whether a norm wrote nothing because the pooling behind it was computed at once.
    private static boolean nothingBetween(Stage stage) {
        return stage.row().layer() instanceof ResponseNorm && stage.out().equals(stage.in());
    }

    /// The gradient by the input of a norm, from that by the output of the pooling behind it.
    private Tensor throughNorm(Stage pooled, Stage normalized, Tensor dy, boolean throughRelu) {
        return backend.normalizeMaxPoolGradient(pooled.in(), pooled.out(), dy,
                ((ResponseNorm) normalized.row().layer()).norm(), ((MaxPool) pooled.row().layer()).window(),
                throughRelu);
    }

    /// Whether a layer's gradient goes on through a ReLU in a pass of its own: nothing is gained by doing both at once.
    private static boolean isValueByValue(Stage stage) {
        return switch (stage.row().layer()) {
            case Conv _,ResponseNorm _,MaxPool _ -> false;
            case Dense _,Relu _,Tanh _,Flatten _,Dropout _,Softmax _ -> true;
        };
    }

    /// The gradient by the input of the ReLU that the layer's input came out of.
    private Tensor inputGradientThroughRelu(Stage stage, Tensor dy) {
        Tensor x = stage.in();
        Tensor y = stage.out();
        return switch (stage.row().layer()) {
            case Conv conv -> backend.convolveInputGradientThroughRelu(
                    dy, weight(conv), x, conv.window(), conv.groups());
            case ResponseNorm lrn -> backend.normalizeGradientThroughRelu(x, y, dy, lrn.norm());
            case MaxPool pool -> backend.maxPoolGradientThroughRelu(
                    x, dy, new Pooled(y, stage.saved()), pool.window());
            case Dense _,Relu _,Tanh _,Flatten _,Dropout _,Softmax _ -> throw new IllegalStateException(
                    stage.row().name() + " goes back alone");
        };
    }

    private Tensor inputGradient(Stage stage, Tensor dy) {
        Tensor x = stage.in();
        Tensor y = stage.out();
        return switch (stage.row().layer()) {
            case Conv conv -> backend.convolveInputGradient(
                    dy, weight(conv), x.shape(), conv.window(), conv.groups());
            case Dense dense -> backend.denseInputGradient(dy, weight(dense));
            case Relu _ -> backend.reluGradient(y, dy);
            case Tanh _ -> backend.tanhGradient(y, dy);
            case ResponseNorm lrn -> backend.normalizeGradient(x, y, dy, lrn.norm());
            case MaxPool pool -> backend.maxPoolGradient(x, dy, new Pooled(y, stage.saved()), pool.window());
            case Flatten _ -> backend.unflatten(dy, x.shape());
            case Dropout _ -> backend.multiply(dy, stage.saved());
            case Softmax _ -> throw new IllegalStateException("softmax goes back with the loss");
        };
    }

    // --- parameters ------------------------------------------------------------------------------------------------

    private Tensor weight(Weighted layer) {
        return parameter(layer.name() + ".weight").value();
    }

    private Tensor bias(Weighted layer) {
        return parameter(layer.name() + ".bias").value();
    }

    private Parameter parameter(String name) {
        Parameter found = parameters.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no parameter " + name + "; there are " + parameters.keySet());
        }
        return found;
    }
}

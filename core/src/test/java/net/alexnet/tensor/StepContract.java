package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.tensor.Backend.Loss;
import net.alexnet.tensor.Backend.ParameterGradients;
import net.alexnet.tensor.Backend.Pooled;
import net.alexnet.tensor.LocalResponseNorm.Region;
import org.junit.jupiter.api.Test;

/// All operations together, as a training step has them: each takes what another made, in whatever layout.
interface StepContract extends Contract {
    /// The parameters of a network of one convolution in two towers and one fully connected layer, and their momentumBuffers.
    record Learner(Tensor weight, Tensor bias, Tensor dense, Tensor denseBias, List<Tensor> momentumBuffers) {
        static Learner on(Backend engine) {
            List<Tensor> parameters = new ArrayList<>();
            List<Tensor> momentumBuffers = new ArrayList<>();
            for (Shape shape : List.of(Shape.of(6, 2, 3, 3), Shape.of(6), Shape.of(5, 6 * 4 * 3), Shape.of(5))) {
                parameters.add(engine.scale(Contract.normal(engine, 20 + parameters.size(), shape), .1f));
                momentumBuffers.add(engine.zeros(shape));
            }
            return new Learner(
                    parameters.get(0), parameters.get(1), parameters.get(2), parameters.get(3), momentumBuffers);
        }

        List<Tensor> parameters() {
            return List.of(weight, bias, dense, denseBias);
        }
    }

    /// conv → relu → LRN across → LRN within → pool → tanh → dropout → dense → loss, and all the way back.
    ///
    /// @param x `(3, 4, 9, 8)`
    /// @param mask `(3, 72)`
    /// @return every tensor of the step by name, the gradients by the parameters last
    private static Map<String, Tensor> pass(Backend engine, Learner learner, Tensor x, Tensor mask) {
        Window window = new Window(3, 1, 1, Rounding.CEIL);
        Window pool = new Window(3, 2, 0, Rounding.FLOOR);
        LocalResponseNorm across = new LocalResponseNorm(Region.ACROSS_CHANNELS, 5, 2, 1, .75, 2);
        LocalResponseNorm within = new LocalResponseNorm(Region.WITHIN_CHANNEL, 3, 2, 1, .75, 1);

        Tensor y1 = engine.convolve(x, learner.weight, learner.bias, window, 2);
        Tensor y2 = engine.relu(y1);
        Tensor y3 = engine.normalize(y2, across);
        Tensor y4 = engine.normalize(y3, within);
        Pooled pooled = engine.maxPool(y4, pool);
        Tensor y5 = engine.tanh(pooled.output());
        Tensor y6 = engine.multiply(engine.flatten(y5), mask);
        Tensor logits = engine.dense(y6, learner.dense, learner.denseBias);
        Loss loss = engine.crossEntropy(logits, new int[] {4, 0, 2});

        ParameterGradients dense = engine.denseParameterGradients(y6, loss.gradient());
        Tensor dy6 = engine.denseInputGradient(loss.gradient(), learner.dense);
        Tensor dy5 = engine.unflatten(engine.multiply(dy6, mask), y5.shape());
        Tensor dy4 = engine.maxPoolGradient(y4, engine.tanhGradient(y5, dy5), pooled, pool, false);
        Tensor dy3 = engine.normalizeGradient(y3, y4, dy4, within, false);
        Tensor dy2 = engine.normalizeGradient(y2, y3, dy3, across, false);
        Tensor dy1 = engine.reluGradient(y2, dy2);
        ParameterGradients conv = engine.convolveParameterGradients(x, dy1, learner.weight.shape(), window, 2);
        Tensor dx = engine.convolveInputGradient(dy1, learner.weight, x, window, 2, false);

        Map<String, Tensor> made = new LinkedHashMap<>();
        made.put("y1", y1);
        made.put("y2", y2);
        made.put("y3", y3);
        made.put("y4", y4);
        made.put("pooled", pooled.output());
        made.put("y5", y5);
        made.put("y6", y6);
        made.put("logits", logits);
        made.put("probabilities", engine.softmax(logits));
        made.put("loss", loss.value());
        made.put("dlogits", loss.gradient());
        made.put("dy6", dy6);
        made.put("dy5", dy5);
        made.put("dy4", dy4);
        made.put("dy3", dy3);
        made.put("dy2", dy2);
        made.put("dy1", dy1);
        made.put("dx", dx);
        made.put("dweight", conv.weight());
        made.put("dbias", conv.bias());
        made.put("ddense", dense.weight());
        made.put("ddenseBias", dense.bias());
        return made;
    }

    private static Tensor pictures(Backend engine) {
        return Contract.normal(engine, 30, Shape.of(3, 4, 9, 8));
    }

    private static Tensor mask(Backend engine) {
        float[] mask = Samples.normal(Shape.of(3, 72), 31);
        for (int at = 0; at < mask.length; at++) {
            mask[at] = mask[at] > 0 ? 1 : 0;
        }
        return engine.upload(Shape.of(3, 72), mask);
    }

    @Test
    default void aWholeStepAgreesWithTheReference() {
        agrees(engine -> pass(engine, Learner.on(engine), pictures(engine), mask(engine)));
    }

    @Test
    default void tenStepsOfTrainingAgreeWithTheReference() {
        Closeness.assertClose("losses", losses(reference(), 10), losses(backend(), 10));
    }

    @Test
    default void trainingLearns() {
        float[] losses = losses(backend(), 40);
        assertThat(losses[39]).isLessThan(losses[0] / 4);
    }

    @Test
    default void theSameStepsGiveTheSameBits() {
        assertThat(losses(backend(), 5)).isEqualTo(losses(backend(), 5));
    }

    private static float[] losses(Backend engine, int steps) {
        float[] losses = new float[steps];
        try (Scope _ = engine.scope()) {
            Learner learner = Learner.on(engine);
            for (int step = 0; step < steps; step++) {
                losses[step] = step(engine, learner);
            }
        }
        return losses;
    }

    /// One training step in a scope of its own; gives the loss.
    private static float step(Backend engine, Learner learner) {
        try (Scope _ = engine.scope()) {
            Map<String, Tensor> made = pass(engine, learner, pictures(engine), mask(engine));
            List<Tensor> gradients = List.copyOf(made.values()).subList(made.size() - 4, made.size());
            for (int at = 0; at < gradients.size(); at++) {
                engine.update(learner.parameters().get(at), learner.momentumBuffers().get(at), gradients.get(at), .9f,
                        .0005f, .1f);
            }
            return engine.download(made.getOrDefault("loss", learner.bias()))[0];
        }
    }

    @Test
    default void stepsLeaveNoTensorBehind() {
        Learner learner = Learner.on(backend());
        step(backend(), learner);
        long before = backend().liveTensors();
        for (int step = 0; step < 50; step++) {
            step(backend(), learner);
        }
        assertThat(backend().liveTensors()).isEqualTo(before);
    }

    @Test
    default void noOperationChangesItsArguments() {
        Learner learner = Learner.on(backend());
        Tensor x = pictures(backend());
        Tensor mask = mask(backend());
        List<Tensor> given = new ArrayList<>(learner.parameters());
        given.addAll(List.of(x, mask));
        List<float[]> before = given.stream().map(this::values).toList();
        Map<String, Tensor> made = pass(backend(), learner, x, mask);
        List<float[]> first = made.values().stream().map(this::values).toList();

        pass(backend(), learner, x, mask);
        made.values().forEach(tensor -> {
            backend().statistics(tensor);
            backend().relu(tensor);
            backend().tanh(tensor);
            backend().scale(tensor, 3);
            backend().multiply(tensor, tensor);
        });

        assertThat(given.stream().map(this::values).toList()).as("arguments").usingRecursiveComparison()
                .isEqualTo(before);
        assertThat(made.values().stream().map(this::values).toList()).as("results, given on as arguments")
                .usingRecursiveComparison().isEqualTo(first);
    }
}

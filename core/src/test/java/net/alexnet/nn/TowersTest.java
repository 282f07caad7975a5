package net.alexnet.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import module java.base;
import net.alexnet.data.loader.Rank;
import net.alexnet.distributed.Group;
import net.alexnet.distributed.ThreadRanks;
import net.alexnet.io.NamedTensor;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Layer.DropoutScaling;
import net.alexnet.nn.Network.Stage;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Two towers on two ranks against the same network on one, on the reference backend.
@Timeout(120)
class TowersTest {
    private static final int IMAGES = 3;

    /// @param probabilities at test time
    /// @param gradients by the parameters' names
    /// @param left tensors that are there after the backward pass
    private record Computed(Rank rank, List<Float> logits, List<Float> probabilities, Map<String, float[]> gradients,
            long left) {}

    static List<AlexNet> networks() {
        AlexNet small = AlexNet.small().withSize(8, 1, 0.04).withClasses(5);
        AlexNet paper = AlexNet.paper().withSize(67, 3, 0.04).withClasses(6);
        return List.of(
                small.withDropout(.5, DropoutScaling.AT_TEST),
                small.withDropout(.5, DropoutScaling.AT_TRAINING),
                small.withHead(List.of("conv4", "fc7"), false),
                small.withTowers(1).withLayers(AlexNet.Activation.TANH, false, false),
                paper,
                AlexNet.of(Variant.TORCHVISION).withSize(67, 3, 0.04).withClasses(4), // joins right after a ReLU
                AlexNet.of(Variant.ORIGINAL).withSize(67, 3, 0.04).withClasses(7),
                AlexNet.of(Variant.TORCHVISION).withSize(67, 3, 0.04).withTowers(2).withClasses(4));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void towersComputeWhatOneDeviceComputes(AlexNet net) throws Exception {
        Computed one;
        try (Backend backend = new ReferenceBackend()) {
            one = compute(network(net, backend), Group.SOLO, backend);
        }
        for (Future<Computed> future : ThreadRanks.run(2, ReferenceBackend::new,
                (group, backend) -> compute(network(net, backend).keepTower(group), group, backend))) {
            Computed two = future.get();
            assertThat(two.logits).isEqualTo(one.logits);
            assertThat(two.probabilities).isEqualTo(one.probabilities);
            assertThat(two.left).isEqualTo(one.left);
            assertThat(two.gradients.keySet()).isEqualTo(one.gradients.keySet());
            one.gradients.forEach((name, expected) -> {
                float[] found = Objects.requireNonNull(two.gradients.get(name));
                int begin = two.rank.number() == 0 ? 0 : expected.length - found.length; // its rows
                double size = 0;
                double differs = 0;
                for (int i = 0; i < found.length; i++) {
                    size += Math.pow(expected[begin + i], 2);
                    differs += Math.pow((double) expected[begin + i] - found[i], 2);
                }
                assertThat(Math.sqrt(differs)).as(name).isLessThanOrEqualTo(1e-6 * Math.sqrt(size));
            });
        }
    }

    private static Network network(AlexNet net, Backend backend) {
        return Network.initialize(net.architecture(), Initialization.HE, 3, backend);
    }

    private static Computed compute(Network network, Group group, Backend backend) {
        try (Scope _ = backend.scope()) {
            Shape input = network.architecture().input();
            float[] values = new float[IMAGES * (int) input.elements()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.sin(i * .37);
            }
            Tensor pictures = backend.upload(input.batch(IMAGES), values);
            List<Stage> stages = network.forward(pictures, new DropoutMasks(5, 2));
            List<Float> logits = list(backend.download(stages.getLast().out()));
            Map<String, float[]> gradients = new TreeMap<>();
            Tensor dLogits = backend.crossEntropy(stages.getLast().out(), new int[] {0, 3, 1}).gradient();
            network.backward(stages, dLogits, (parameter, gradient) -> {
                gradients.put(parameter.name(), backend.download(gradient));
                backend.free(gradient);
            });
            long before = backend.liveTensors();
            List<Float> probabilities = list(backend.download(network.probabilities(pictures)));
            assertThat(backend.liveTensors()).isEqualTo(before + 1);
            return new Computed(group.rank(), logits, probabilities, gradients, before);
        }
    }

    private static List<Float> list(float[] values) {
        return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
    }

    /// What each rank has, and that the whole parameters come back.
    @Test
    void aTowerHasHalfOfEachLayer() throws Exception {
        AlexNet net = AlexNet.small().withSize(8, 1, 0.04).withClasses(5);
        List<float[]> whole;
        try (Backend backend = new ReferenceBackend()) {
            whole = network(net, backend).entries().stream().map(NamedTensor::floats).toList();
        }
        List<List<float[]>> all = new ArrayList<>();
        for (Future<List<float[]>> rank : ThreadRanks.run(2, ReferenceBackend::new, (group, backend) -> {
            Network tower = network(net, backend).keepTower(group);
            assertThat(backend.liveTensors()).isEqualTo(tower.parameters().size());
            long own = tower.parameters().stream().mapToLong(it -> it.value().shape().elements()).sum();
            assertThat(own).isEqualTo(tower.architecture().parameters());
            assertThat((long) group.sum((double) own)[0]).isEqualTo(net.architecture().parameters());
            return tower.entries().stream().map(NamedTensor::floats).toList();
        })) {
            all.add(rank.get());
        }
        for (int i = 0; i < whole.size(); i++) {
            assertThat(all.getFirst().get(i)).containsExactly(whole.get(i)); // of the rank that leads
        }
    }

    /// Half of the weights, and half of the maps to read in all layers but conv3, fc6, fc7 and fc8.
    @Test
    void thePapersTowersReadEachOtherInFourLayers() {
        Architecture whole = AlexNet.paper().architecture();
        Architecture part = Towers.part(whole, new Rank(1, 2));
        assertThat(part.parameters() * 2).isEqualTo(whole.parameters());
        assertThat(part.multiplyAdds() * 2).isEqualTo(whole.multiplyAdds());
        List<String> joined = new ArrayList<>();
        for (int i = 1; i < part.rows().size(); i++) {
            if (!part.rows().get(i).in().equals(part.rows().get(i - 1).out())) {
                joined.add(part.rows().get(i).name());
            }
        }
        assertThat(joined).containsExactly("conv3", "fc6", "fc7", "fc8");
    }

    @Test
    void refusesWhatHasNoTowers() {
        assertThatThrownBy(() -> Towers.part(AlexNet.of(Variant.CAFFE).architecture(), new Rank(0, 2)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("norm1");
        assertThatThrownBy(() -> Towers.part(AlexNet.paper().architecture(), new Rank(0, 3)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("found 3");
        assertThatThrownBy(() -> Towers.part(AlexNet.paper().withTowers(1).architecture(), new Rank(0, 2)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("norm1");
        assertThatThrownBy(
                () -> Towers.part(AlexNet.of(Variant.TORCHVISION).withHead(List.of("conv1"), false).architecture(),
                        new Rank(0, 2)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("pool0");
    }

    @Test
    void aNetworkOnOneDeviceIsItself() {
        try (Backend backend = new ReferenceBackend()) {
            Network network = network(AlexNet.small().withSize(8, 1, 0.04), backend);
            Tensor weight = network.parameters().getFirst().value();
            assertThat(network.isTower()).isFalse();
            assertThat(network.ownRows(weight)).isSameAs(weight);
            assertThatThrownBy(() -> network.keepTower(Group.SOLO)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}

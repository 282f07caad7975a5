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

/// A network that is divided between ranks against the same network on one, on the reference backend.
@Timeout(120)
class DivisionTest {
    /// @param probabilities at test time
    /// @param gradients by the parameters' names, whole ones on the rank that leads
    /// @param left tensors that are there after the backward pass
    private record Computed(Rank rank, List<Float> logits, List<Float> probabilities, Map<String, float[]> gradients,
            long left) {}

    /// Keeps a rank's part of a network.
    private interface Keep {
        Network part(Network whole, Group group);
    }

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
        assertSame(net, 2, 3, Network::keepTower, 0);
    }

    /// Convolutions may have one tower or two, and a dropout may come before the first dense layer.
    static List<AlexNet> anyNetworks() {
        List<AlexNet> all = new ArrayList<>(networks());
        all.add(AlexNet.of(Variant.CAFFE).withSize(67, 3, 0.04).withClasses(6));
        return all;
    }

    /// The pictures and the units are divided unevenly by three. The copy of a rank's pictures is left.
    @ParameterizedTest
    @MethodSource("anyNetworks")
    void ranksThatShareUnitsComputeWhatOneDeviceComputes(AlexNet net) throws Exception {
        assertSame(net, 2, 4, Network::keepUnits, 1);
        assertSame(net, 3, 5, Network::keepUnits, 1);
    }

    /// As the last batch of an epoch may be.
    @Test
    void fewerPicturesThanRanksAreComputedByAll() throws Exception {
        for (AlexNet net : List.of(networks().getFirst(), networks().getLast())) {
            assertSame(net, 3, 2, Network::keepUnits, 0);
            assertSame(net, 4, 1, Network::keepUnits, 0);
        }
    }

    private static void assertSame(AlexNet net, int world, int images, Keep keep, int left) throws Exception {
        Computed one;
        try (Backend backend = new ReferenceBackend()) {
            one = compute(network(net, backend), images, Group.SOLO, backend);
        }
        for (Future<Computed> future : ThreadRanks.run(world, ReferenceBackend::new, (group, backend) -> compute(
                keep.part(network(net, backend), group), images, group, backend))) {
            Computed found = future.get();
            assertThat(found.logits).isEqualTo(one.logits);
            assertThat(found.probabilities).isEqualTo(one.probabilities);
            assertThat(found.left).isEqualTo(one.left + left);
            assertThat(found.gradients.keySet()).isEqualTo(one.gradients.keySet());
            if (found.rank.number() == 0) {
                one.gradients.forEach((name, expected) -> assertNear(name, expected,
                        Objects.requireNonNull(found.gradients.get(name))));
            }
        }
    }

    private static void assertNear(String name, float[] expected, float[] found) {
        assertThat(found).as(name).hasSameSizeAs(expected);
        double size = 0;
        double differs = 0;
        for (int i = 0; i < found.length; i++) {
            size += Math.pow(expected[i], 2);
            differs += Math.pow((double) expected[i] - found[i], 2);
        }
        assertThat(size).as(name).isPositive();
        assertThat(Math.sqrt(differs)).as(name).isLessThanOrEqualTo(1e-6 * Math.sqrt(size));
    }

    private static Network network(AlexNet net, Backend backend) {
        return Network.initialize(net.architecture(), Initialization.HE, 3, backend);
    }

    private static Computed compute(Network network, int images, Group group, Backend backend) {
        try (Scope _ = backend.scope()) {
            Shape input = network.architecture().input();
            float[] values = new float[images * (int) input.elements()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.sin(i * .37);
            }
            Tensor pictures = backend.upload(input.batch(images), values);
            List<Stage> stages = network.forward(pictures, new DropoutMasks(5, 2));
            List<Float> logits = list(backend.download(stages.getLast().out()));
            Map<String, float[]> gradients = new TreeMap<>();
            Tensor dLogits = backend.crossEntropy(stages.getLast().out(),
                    IntStream.range(0, images).map(i -> i * 3 % 4).toArray()).gradient();
            network.backward(stages, dLogits, (parameter, gradient) -> {
                if (!network.isDivided(parameter.layer())) {
                    group.sum(gradient).await();
                }
                gradients.put(parameter.name(), network.whole(new NamedTensor(parameter.name(), gradient.shape(),
                        () -> backend.view(gradient))).floats());
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

    /// Convolutions are whole, and units are divided.
    @Test
    void aRankHasItsUnitsOfDenseLayers() {
        Architecture whole = AlexNet.paper().architecture();
        Architecture part = Hybrid.part(whole, new Rank(1, 3));
        for (int i = 0; i < whole.rows().size() - 1; i++) {
            long all = whole.rows().get(i).parameters();
            long own = part.rows().get(i).parameters();
            if (whole.rows().get(i).layer() instanceof Layer.Dense dense) {
                assertThat(own).isEqualTo(all / dense.units() * (dense.units() * 2 / 3 - dense.units() / 3));
            } else {
                assertThat(own).isEqualTo(all);
            }
        }
        assertThatThrownBy(() -> Hybrid.part(AlexNet.paper().withClasses(3).architecture(), new Rank(0, 4)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("fc8");
        assertThatThrownBy(() -> Hybrid.part(AlexNet.small().withHead(List.of(), true).architecture(), new Rank(0, 2)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("l2norm");
    }

    @Test
    void aNetworkOnOneDeviceIsItself() {
        try (Backend backend = new ReferenceBackend()) {
            Network network = network(AlexNet.small().withSize(8, 1, 0.04), backend);
            Tensor weight = network.parameters().getFirst().value();
            assertThat(network.isDivided()).isFalse();
            assertThat(network.ownRows("conv1.weight", weight)).isSameAs(weight);
            assertThatThrownBy(() -> network.keepTower(Group.SOLO)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}

package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.condition.OS.LINUX;

import module java.base;
import net.alexnet.data.loader.Rank;
import net.alexnet.distributed.Group;
import net.alexnet.distributed.GroupException;
import net.alexnet.distributed.Ranks;
import net.alexnet.distributed.Rendezvous;
import net.alexnet.inference.Engines;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.DropoutMasks;
import net.alexnet.nn.Layer.DropoutScaling;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.train.SgdOptimizer;
import net.alexnet.train.TrainingStep;
import net.alexnet.train.config.SgdConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Ranks in threads of one process, over TCP.
@EnabledOnOs(LINUX)
@Timeout(60)
class TorchGroupTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private interface Work<T> {
        T with(Group group, TorchBackend backend) throws Exception;
    }

    private static Ranks ranks(int number, int world, int port, Ranks.Wire wire) {
        return new Ranks(new Rendezvous(new Rank(number, world), number, world, "127.0.0.1", port, false, 0, ""),
                TIMEOUT, wire);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static <T> List<T> run(int world, Ranks.Wire wire, Work<T> work) throws Exception {
        int port = freePort();
        List<T> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(world)) {
            List<Callable<T>> all = IntStream.range(0, world).mapToObj(number -> (Callable<T>) () -> {
                try (TorchBackend backend = TorchBackend.open("cpu", 1);
                        Group group = Engines.find().join(ranks(number, world, port, wire), backend)) {
                    T result = work.with(group, backend);
                    group.sum(0); // no rank leaves while another waits for it
                    return result;
                }
            }).toList();
            for (Future<T> one : threads.invokeAll(all)) {
                results.add(one.get());
            }
        }
        return results;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void addsUpGathersAndShares(int world) throws Exception {
        List<String> seen = run(world, Ranks.Wire.FLOAT32, (group, backend) -> {
            int number = group.rank().number();
            Tensor values = backend.upload(Shape.of(2, 3, 2, 2), new float[24]);
            backend.assign(values, floats(24, i -> i + 100 * number));
            Group.Sum sum = group.sum(values);
            Tensor other = backend.upload(Shape.of(1), new float[] {number + 1});
            group.sum(other).await(); // two are on their way at once
            sum.await();
            float[] gathered = group.gather(Arrays.copyOf(new float[] {number, number, number}, number + 1));
            Tensor first = backend.upload(Shape.of(2), new float[] {number + 5, 7});
            group.broadcast(first);
            group.requireSame("the recipe", "same");
            return Arrays.toString(backend.download(values)) + Arrays.toString(backend.download(other))
                    + Arrays.toString(group.sum(1, number, .5)) + Arrays.toString(gathered)
                    + Arrays.toString(backend.download(first)) + group.broadcastText("text of " + number)
                    + group.broadcastText("");
        });
        assertThat(seen).hasSize(world);
        assertThat(new HashSet<>(seen)).hasSize(1);
        float[] sums = floats(24, i -> world * i + 100 * IntStream.range(0, world).sum());
        StringBuilder gathered = new StringBuilder();
        for (int rank = 0; rank < world; rank++) {
            gathered.append((rank + ".0, ").repeat(rank + 1));
        }
        assertThat(seen.getFirst()).isEqualTo(Arrays.toString(sums)
                + Arrays.toString(new float[] {IntStream.rangeClosed(1, world).sum()})
                + Arrays.toString(new double[] {world, IntStream.range(0, world).sum(), .5 * world})
                + "[" + gathered.substring(0, gathered.length() - 2) + "]" + "[5.0, 7.0]" + "text of 0");
    }

    /// Rank 1 gets the second part of what each rank has.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void addsUpPartsForTheirRanks(int world) throws Exception {
        List<float[]> parts = run(world, Ranks.Wire.FLOAT32,
                (group, _) -> group.reduceScatter(floats(2 * world, i -> i + 100 * group.rank().number())));
        int hundreds = 100 * IntStream.range(0, world).sum();
        for (int rank = 0; rank < world; rank++) {
            assertThat(parts.get(rank)).containsExactly(2 * rank * world + hundreds,
                    (2 * rank + 1) * world + hundreds);
        }
    }

    private static float[] floats(int count, IntUnaryOperator value) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = value.applyAsInt(i);
        }
        return values;
    }

    /// Relative to how far it moved, a rounded sum has an error of 8 bits. A rank's 3 or 4 pictures are 1 or 2 micro-batches.
    @ParameterizedTest
    @CsvSource({"FLOAT32, 7", "BFLOAT16, 7", "FLOAT32, 3", "BFLOAT16, 3", "FLOAT32, 2"})
    void aStepOfTwoRanksIsThatOfOne(Ranks.Wire wire, int microBatch) throws Exception {
        AlexNet table = AlexNet.small().withSize(28, 3, .25).withDropout(.5, DropoutScaling.AT_TEST);
        List<float[]> start;
        List<float[]> one;
        try (TorchBackend backend = TorchBackend.open("cpu", 1)) {
            start = after(table, Group.SOLO, backend, 0, 7);
            one = after(table, Group.SOLO, backend, 1, 7);
        }
        List<List<float[]>> two = run(2, wire, (group, backend) -> after(table, group, backend, 1, microBatch));
        for (int i = 0; i < one.size(); i++) {
            assertThat(Arrays.equals(two.get(1).get(i), two.get(0).get(i))).isTrue(); // AssertJ needs minutes
            double moved = 0;
            double differs = 0;
            for (int k = 0; k < one.get(i).length; k++) {
                moved += Math.pow(one.get(i)[k] - start.get(i)[k], 2);
                differs += Math.pow(one.get(i)[k] - two.get(0).get(i)[k], 2);
            }
            assertThat(Math.sqrt(differs)).as("parameter %d", i)
                    .isLessThanOrEqualTo((wire == Ranks.Wire.FLOAT32 ? 1e-4 : 1e-2) * Math.sqrt(moved));
        }
    }

    private static List<float[]> after(AlexNet table, Group group, Backend backend, int steps, int microBatch) {
        int examples = 7;
        Network network = Network.initialize(table.architecture(), table.initialization(), 3, backend);
        TrainingStep step = new TrainingStep(network, 0,
                new SgdOptimizer(network, new SgdConfig(.01, .9, 0, 1, false)), group, false);
        int end = group.rank().end(examples);
        for (int i = 0; i < steps; i++) {
            try (Scope _ = backend.scope()) {
                int begin = group.rank().begin(examples);
                for (; begin + microBatch < end; begin += microBatch) {
                    int first = begin;
                    step.add(() -> pictures(backend, first, microBatch), labels(first, microBatch), examples,
                            new DropoutMasks(5, i, first), (_, loss) -> loss);
                }
                step.run(pictures(backend, begin, end - begin), labels(begin, end - begin), examples,
                        new DropoutMasks(5, i, begin), 1, (_, loss) -> loss);
            }
        }
        return network.parameters().stream().map(parameter -> backend.download(parameter.value())).toList();
    }

    private static Tensor pictures(Backend backend, int begin, int count) {
        int length = 28 * 28 * 3;
        float[] values = new float[count * length];
        for (int k = 0; k < values.length; k++) {
            values[k] = (float) Math.sin((begin * length + k) * .37);
        }
        return backend.upload(Shape.of(count, 3, 28, 28), values);
    }

    private static int[] labels(int begin, int count) {
        return IntStream.range(begin, begin + count).map(k -> k % 3).toArray();
    }

    @Test
    void aRankWithAnotherValueIsNamed() {
        assertThatThrownBy(() -> run(3, Ranks.Wire.FLOAT32, (group, _) -> {
            group.requireSame("the recipe", group.rank().number() == 2 ? "other" : "same");
            return "";
        })).hasMessageContaining("the recipe of rank 2");
    }

    @Test
    void anotherWorldIsRefused() throws Exception {
        assertThatThrownBy(() -> join(new Rank(0, 2), new Rank(1, 3)))
                .hasCauseInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("WORLD_SIZE");
    }

    @Test
    void aRankThatDoesNotComeIsNamed() throws Exception {
        assertThatThrownBy(() -> join(new Rank(0, 2))).hasCauseInstanceOf(GroupException.class)
                .hasMessageContaining("rank 1");
    }

    @Test
    void aRankThatIsGoneIsNoticed() {
        assertThatThrownBy(() -> run(2, Ranks.Wire.FLOAT32, (group, _) -> {
            if (group.rank().number() == 0) {
                throw new IllegalStateException("killed");
            }
            group.sum(1);
            group.sum(1);
            return "";
        })).rootCause().hasMessageContaining("killed");
    }

    private static void join(Rank... ranks) throws Exception {
        int port = freePort();
        try (ExecutorService threads = Executors.newFixedThreadPool(ranks.length)) {
            List<Callable<String>> all = Arrays.stream(ranks).map(rank -> (Callable<String>) () -> {
                try (TorchBackend backend = TorchBackend.open("cpu", 1);
                        Group _ = Engines.find().join(
                                ranks(rank.number(), rank.world(), port, Ranks.Wire.FLOAT32), backend)) {
                    return "joined";
                }
            }).toList();
            for (Future<String> one : threads.invokeAll(all)) {
                one.get();
            }
        }
    }
}

package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import module java.base;
import net.alexnet.data.loader.Rank;
import net.alexnet.distributed.Group;
import net.alexnet.distributed.ThreadRanks;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.DropoutMasks;
import net.alexnet.nn.Layer.DropoutScaling;
import net.alexnet.nn.Network;
import net.alexnet.nn.TinyNetworks;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.reference.ReferenceBackend;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.RecipeReader;
import net.alexnet.train.config.SgdConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Ranks in threads on the reference backend.
@Timeout(120)
class RanksTest {
    private static final AlexNet DROPPING = TinyNetworks.of(3).withDropout(.5, DropoutScaling.AT_TEST);

    @TempDir
    private Path folder;

    // --- one step --------------------------------------------------------------------------------------------------

    /// Dropout is on; with more ranks than examples some have none.
    @ParameterizedTest
    @CsvSource({"8, 2, false", "7, 2, false", "8, 3, false", "7, 4, false", "2, 3, false", "1, 4, false", "8, 2, true",
        "7, 3, true", "2, 3, true", "1, 4, true"})
    void aStepOfManyRanksIsThatOfOne(int examples, int world, boolean factors) throws Exception {
        List<float[]> start = after(Group.SOLO, new ReferenceBackend(), examples, 0, factors);
        List<float[]> one = after(Group.SOLO, new ReferenceBackend(), examples, 1, factors);
        List<List<float[]>> all = new ArrayList<>();
        for (Future<List<float[]>> rank : ThreadRanks.run(world, ReferenceBackend::new,
                (group, backend) -> after(group, backend, examples, 1, factors))) {
            all.add(rank.get());
        }
        for (int i = 0; i < one.size(); i++) {
            double moved = 0;
            double differs = 0;
            for (int k = 0; k < one.get(i).length; k++) {
                moved += Math.pow(one.get(i)[k] - start.get(i)[k], 2);
                differs += Math.pow(one.get(i)[k] - all.getFirst().get(i)[k], 2);
            }
            assertThat(Math.sqrt(differs)).as("parameter %d", i).isLessThanOrEqualTo(1e-5 * Math.sqrt(moved));
            for (List<float[]> rank : all) {
                assertThat(rank.get(i)).containsExactly(all.getFirst().get(i));
            }
        }
    }

    /// The sums of the micro-batches go to the others, once each.
    @Test
    void gradientsAreSummedOverRanksOncePerUpdate() {
        List<Tensor> summed = new ArrayList<>();
        Group counting = (Group) java.lang.reflect.Proxy.newProxyInstance(Group.class.getClassLoader(),
                new Class<?>[] {Group.class}, (_, method, arguments) -> {
                    if (arguments != null && arguments[0] instanceof Tensor tensor) {
                        summed.add(tensor);
                    }
                    return method.invoke(Group.SOLO, arguments);
                });
        try (Backend backend = new ReferenceBackend(); Scope _ = backend.scope()) {
            Network network = Network.initialize(DROPPING.architecture(), DROPPING.initialization(), 3, backend);
            TrainingStep step = new TrainingStep(network, 0, new SgdOptimizer(network, SgdConfig.paper()), counting,
                    false);
            Tensor x = backend.zeros(Shape.of(2, 1, TinyNetworks.INPUT, TinyNetworks.INPUT));
            for (int i = 0; i < 3; i++) {
                step.add(() -> backend.scale(x, 1), new int[2], 8, new DropoutMasks(5, 0, 2 * i), (_, loss) -> loss);
                assertThat(summed).isEmpty();
            }
            step.run(x, new int[2], 8, new DropoutMasks(5, 0, 6), 1, (_, loss) -> loss);
            assertThat(summed).hasSameSizeAs(network.parameters()).doesNotHaveDuplicates();
        }
    }

    /// Of five layers with filters only, the sums of gradients travel.
    @Test
    void factorsReplaceTheGradientsOfDenseLayers() throws Exception {
        List<Integer> summed = new ArrayList<>();
        for (Future<List<Integer>> rank : ThreadRanks.run(2, ReferenceBackend::new, (group, backend) -> {
            List<Integer> sizes = new ArrayList<>();
            Group counting = (Group) java.lang.reflect.Proxy.newProxyInstance(Group.class.getClassLoader(),
                    new Class<?>[] {Group.class}, (_, method, arguments) -> {
                        if (arguments != null && arguments[0] instanceof Tensor tensor) {
                            sizes.add(tensor.shape().rank());
                        }
                        return method.invoke(group, arguments);
                    });
            after(counting, backend, 4, 1, true);
            return sizes;
        })) {
            summed.addAll(rank.get());
        }
        assertThat(summed).containsExactlyInAnyOrderElementsOf(Stream.of(4, 1)
                .flatMap(size -> Collections.nCopies(2 * 5, size).stream()).toList());
    }

    private static List<float[]> after(Group group, Backend backend, int examples, int steps, boolean factors)
            throws Exception {
        Network network = Network.initialize(DROPPING.architecture(), DROPPING.initialization(), 3, backend);
        SgdOptimizer optimizer = new SgdOptimizer(network, new SgdConfig(.1, .9, 0, 1, false));
        TrainingStep step = new TrainingStep(network, 0, optimizer, group, factors);
        Rank rank = group.rank();
        int count = rank.end(examples) - rank.begin(examples);
        int pixels = TinyNetworks.INPUT * TinyNetworks.INPUT;
        for (int i = 0; i < steps; i++) {
            try (Scope _ = backend.scope()) {
                if (count == 0) {
                    step.runWithoutExamples(1);
                    continue;
                }
                float[] values = new float[count * pixels];
                int[] labels = new int[count];
                for (int k = 0; k < values.length; k++) {
                    values[k] = (float) Math.sin((rank.begin(examples) * pixels + k) * .37);
                }
                for (int k = 0; k < count; k++) {
                    labels[k] = (rank.begin(examples) + k) % 3;
                }
                step.run(backend.upload(Shape.of(count, 1, TinyNetworks.INPUT, TinyNetworks.INPUT), values), labels,
                        examples, new DropoutMasks(5, i, rank.begin(examples)), 1, (_, loss) -> loss);
            }
        }
        return network.parameters().stream().map(parameter -> backend.download(parameter.value())).toList();
    }

    // --- the loop --------------------------------------------------------------------------------------------------

    private record Ended(TrainingState state, List<float[]> parameters, RecordingProgress progress) {}

    private interface Change {
        void to(TinyRun run, int rank);
    }

    /// A run of ranks; only rank 0's folder may be written.
    private List<Future<Ended>> run(int world, Recipe recipe, Change change) throws Exception {
        return ThreadRanks.run(world, ReferenceBackend::new, (group, backend) -> {
            int rank = group.rank().number();
            TinyRun run = new TinyRun(rank == 0 ? folder : folder.resolve("never"), recipe, backend,
                    new RecordingProgress());
            run.group = group;
            change.to(run, rank);
            TrainingState state = run.run().state();
            return new Ended(state, run.parameters(), run.progress);
        });
    }

    @ParameterizedTest
    @CsvSource({"2, 0", "3, 0", "5, 0", "2, 3", "3, 1", "5, 1"})
    void ranksLearnWhatOneLearns(int world, int microBatch) throws Exception {
        Ended solo = run(1, TinyRun.recipe(12), (_, _) -> {}).getFirst().get();
        List<Ended> runs = new ArrayList<>();
        for (Future<Ended> rank : run(world, TinyRun.inMicroBatches(TinyRun.recipe(12), microBatch),
                (_, _) -> {})) {
            runs.add(rank.get());
        }
        for (Ended run : runs) {
            assertThat(run.state().step()).isEqualTo(solo.state().step());
            assertThat(run.state().validationError()).isEqualTo(solo.state().validationError());
            for (int i = 0; i < run.parameters().size(); i++) {
                assertThat(run.parameters().get(i)).containsExactly(runs.getFirst().parameters().get(i));
            }
        }
        RecordingProgress told = runs.getFirst().progress();
        assertThat(told.epochs).hasSize(12);
        for (int i = 0; i < 12; i++) {
            assertThat(told.epochs.get(i).loss()).isCloseTo(solo.progress().epochs.get(i).loss(), within(1e-3));
            assertThat(told.epochs.get(i).top1Error()).isEqualTo(solo.progress().epochs.get(i).top1Error());
        }
        assertThat(runs.get(1).progress().saved).isEmpty();
        assertThat(folder.resolve("never")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"3, data", "2, towers"})
    void aStopOnOneRankStopsAllAfterTheSameStep(int world, String parallel) throws Exception {
        for (Future<Ended> rank : run(world, parallel(parallel, TinyRun.recipe(12)),
                (run, number) -> run.stop = step -> number == world - 1 && step >= 4)) {
            assertThat(rank.get().state().step()).isEqualTo(4);
        }
        assertThat(folder.resolve("checkpoints")).isDirectoryContaining(path -> path.toString().endsWith("4"));
    }

    /// With micro-batches of one picture, one rank has read some of its step when the pictures are gone.
    @ParameterizedTest
    @CsvSource({"0, data", "1, data", "0, towers", "1, towers"})
    void picturesThatOneRankCannotReadEndAllAndSaveTheState(int microBatch, String parallel) throws Exception {
        List<Future<Ended>> ranks = run(2,
                parallel(parallel, TinyRun.inMicroBatches(TinyRun.recipe(12), microBatch)),
                (run, number) -> run.gone = () -> number == 1 && run.progress.validated > 0);
        assertThatThrownBy(ranks.get(1)::get).hasRootCauseMessage("no such file");
        assertThatThrownBy(ranks.get(0)::get).cause().isInstanceOf(IOException.class)
                .hasMessageContaining("another rank");
        assertThat(folder.resolve("checkpoints")).isNotEmptyDirectory();
    }

    /// Of 8 pictures, one rank has two micro-batches and two have one.
    @ParameterizedTest
    @CsvSource({"2, 0, data", "3, 2, data", "2, 2, towers"})
    void aLossThatIsNoNumberEndsAll(int world, int microBatch, String parallel) throws Exception {
        Recipe wild = TinyRun.recipe(12, new SgdConfig(1e20, 0, 0, 1, false),
                new net.alexnet.train.config.Schedule.Constant(), new Recipe.Checkpoints(10, 0, 9),
                new Recipe.Monitor(1, 1, 1000, 0));
        for (Future<Ended> rank : run(world,
                parallel(parallel, TinyRun.inMicroBatches(wild, microBatch)), (_, _) -> {})) {
            assertThatThrownBy(rank::get).cause().isInstanceOf(DivergedException.class);
        }
    }

    private static Recipe parallel(String how, Recipe recipe) {
        return RecipeReader.read("tiny", RecipeReader.write(recipe), Map.of("parallel", how));
    }

    /// The weights of one tower are not finite after the last update, which no loss shows.
    @Test
    void aTowerThatIsNoNumberEndsBoth() throws Exception {
        for (Future<Ended> rank : run(2, parallel("towers", TinyRun.recipe(12)), (run, number) -> run.stop = step -> {
            if (step == 4 && number == 1) {
                run.backend.assign(run.tower().parameters().getFirst().value(), nan(run));
            }
            return step == 4;
        })) {
            assertThatThrownBy(rank::get).cause().isInstanceOf(DivergedException.class);
        }
    }

    private static float[] nan(TinyRun run) {
        float[] values = run.backend.download(run.tower().parameters().getFirst().value());
        Arrays.fill(values, Float.NaN);
        return values;
    }

    @Test
    void aRankThatIsGoneEndsTheOthers() throws Exception {
        List<Future<Ended>> ranks = run(3, TinyRun.recipe(12), (run, number) -> run.stop = step -> {
            if (number == 1 && step == 3) {
                throw new IllegalStateException("killed");
            }
            return false;
        });
        assertThatThrownBy(ranks.get(1)::get).hasRootCauseMessage("killed");
        assertThatThrownBy(ranks.get(0)::get).cause().hasMessageContaining("gone");
        assertThatThrownBy(ranks.get(2)::get).cause().hasMessageContaining("gone");
    }
}

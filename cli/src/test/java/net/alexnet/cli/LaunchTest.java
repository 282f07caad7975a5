package net.alexnet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.condition.OS.LINUX;

import module java.base;
import net.alexnet.io.Hashes;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `launch`: ranks are processes, and a run that was disturbed ends with the bits of one that was not.
@EnabledOnOs(LINUX)
@Timeout(180)
class LaunchTest {
    private static final int STEPS = 60;

    @TempDir
    static Path root;

    private static Path pictures;
    private static Path recipe;
    private static String undisturbed;

    @TempDir
    Path runs;

    private record Ended(int code, String out, String err) {}

    @BeforeAll
    static void trainUndisturbed() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 20, 1);
        recipe = ToyRecipe.in(root);
        Ended ended = end(launch(root.resolve("runs"), 2));
        assertThat(ended.code).as("%s", ended).isZero();
        assertThat(ended.out.lines()).filteredOn(line -> line.contains("run:")).hasSize(1); // rank 0's only
        assertThat(ended.err).doesNotContain("start again"); // ranks wait for the one that prepares the pictures
        undisturbed = weights(root.resolve("runs"));
    }

    private static Process launch(Path runs, int processes, Object... options) throws IOException {
        return launch("data", runs, processes, options);
    }

    private static Process launch(String parallel, Path runs, int processes, Object... options) throws IOException {
        List<Object> arguments = new ArrayList<>(List.of("launch", "--processes", processes));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("train", "--data", pictures, "--recipe", recipe, "--runs", runs, "--epochs", 10,
                "--max-steps", STEPS, "--threads", 1, "--set", "checkpoints.every_steps=5", "--set",
                "parallel=" + parallel,
                "--rank-timeout", 20));
        return ProgramProcess.of(Main.class, arguments.toArray()).start();
    }

    private static Ended end(Process process) throws Exception {
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<String> out = readers.submit(() -> new String(process.getInputStream().readAllBytes(), UTF_8));
            Future<String> err = readers.submit(() -> new String(process.getErrorStream().readAllBytes(), UTF_8));
            return new Ended(process.waitFor(), out.get(), err.get());
        }
    }

    private static String weights(Path runs) throws IOException {
        return Hashes.hex(modelFile(runs)) + Hashes.hex(modelFile(runs).resolveSibling("momentum.safetensors"));
    }

    /// The ranks of a launcher, once the run has saved something.
    private List<ProcessHandle> ranks(Process launcher) throws Exception {
        while (launcher.isAlive()) {
            try (Stream<Path> all = Files.exists(runs) ? Files.walk(runs) : Stream.empty()) {
                if (all.anyMatch(path -> path.endsWith("state.json.sha256"))) {
                    return launcher.children().sorted(Comparator.comparingLong(ProcessHandle::pid)).toList();
                }
            } catch (UncheckedIOException e) {
                // a checkpoint was renamed meanwhile
            }
            Thread.sleep(5);
        }
        throw new AssertionError("the launcher has ended: " + end(launcher));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aKilledRankChangesNothing(int rank) throws Exception {
        Process launcher = launch(runs, 2);
        ranks(launcher).get(rank).destroyForcibly();
        Ended ended = end(launcher);
        assertThat(ended.code).as("%s", ended).isZero();
        assertThat(ended.err).contains("rank " + rank, "signal 9");
        assertThat(weights(runs)).isEqualTo(undisturbed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"towers", "hybrid"})
    void aKilledRankOfADividedNetworkChangesNothing(String parallel) throws Exception {
        Path undisturbedParts = root.resolve(parallel);
        Ended whole = end(launch(parallel, undisturbedParts, 2));
        assertThat(whole.code).as("%s", whole).isZero();
        Process launcher = launch(parallel, runs, 2);
        ranks(launcher).get(1).destroyForcibly();
        Ended ended = end(launcher);
        assertThat(ended.code).as("%s", ended).isZero();
        assertThat(ended.err).contains("rank 1", "signal 9");
        assertThat(weights(runs)).isEqualTo(weights(undisturbedParts));
        assertThat(RunFiles.latest(runs).folder().resolve("recipe.yaml")).content().contains("parallel: " + parallel);
        assertThat(Files.size(modelFile(runs))).isEqualTo(Files.size(modelFile(root.resolve("runs"))));
    }

    private static Path modelFile(Path runs) throws IOException {
        return RunFiles.latest(runs).folder().resolve("checkpoints/step-%08d/model.safetensors".formatted(STEPS));
    }

    /// Two launchers, as on two hosts that share the folder of runs. The death of a rank does not change the result.
    @Test
    void twoHosts() throws Exception {
        String address = NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                .filter(one -> one instanceof Inet4Address && !one.isLoopbackAddress()).map(InetAddress::getHostAddress)
                .findFirst().orElse("");
        assumeFalse(address.isEmpty(), "this machine has the loopback address only");
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Process first = launch(runs, 1, "--nodes", 2, "--node", 0, "--master", address + ":" + port);
        Process second = launch(runs, 1, "--nodes", 2, "--node", 1, "--master", address + ":" + port);
        ranks(first);
        second.children().forEach(ProcessHandle::destroyForcibly);
        Ended ended = end(first);
        Ended other = end(second);
        assertThat(ended.code).as("%s %s", ended, other).isZero();
        assertThat(other.code).as("%s %s", ended, other).isZero();
        assertThat(weights(runs)).isEqualTo(undisturbed);
    }

    @Test
    void threeRanksOfAnUnevenBatchFinish() throws Exception {
        Ended ended = end(launch(runs, 3));
        assertThat(ended.code).as("%s", ended).isZero();
        assertThat(weights(runs)).isNotEmpty();
    }

    @Test
    void picturesThatCannotBeUsedEndItAtOnce() throws Exception {
        Path empty = Files.createDirectories(root.resolve("empty"));
        Ended ended = end(ProgramProcess.of(Main.class, "launch", "--processes", 2, "train", "--data", empty, "--runs",
                runs, "--threads", 1).start());
        assertThat(ended.code).as("%s", ended).isEqualTo(1);
        assertThat(ended.err).contains(empty + " holds no pictures").doesNotContain("start again");
    }

    @Test
    void ranksWithoutALauncherEnd() throws Exception {
        Process launcher = launch(runs, 2);
        List<ProcessHandle> ranks = ranks(launcher);
        launcher.destroyForcibly().waitFor();
        for (ProcessHandle rank : ranks) {
            rank.onExit().get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void sigtermSavesOnce() throws Exception {
        Process launcher = launch(runs, 2);
        List<ProcessHandle> ranks = ranks(launcher);
        ProgramProcess.signal(launcher, 15); // destroy() closes the streams, too
        Ended ended = end(launcher);
        assertThat(ended.code).as("%s", ended).isEqualTo(143);
        assertThat(ranks).noneMatch(ProcessHandle::isAlive);
        Ended resumed = end(ProgramProcess.of(Main.class, "train", "--resume", runs.resolve("latest"), "--json",
                "--threads", 1, "--max-steps", STEPS).start());
        assertThat(resumed.code).as("%s", resumed).isZero();
    }

    @ParameterizedTest
    @CsvSource({"RANK=1, WORLD_SIZE", "RANK=2;WORLD_SIZE=2;MASTER_ADDR=a;MASTER_PORT=1, RANK"})
    void anEnvironmentWithoutSenseIsMisuse(String variables, String named) throws Exception {
        ProcessBuilder builder = ProgramProcess.of(Main.class, "train", "--data", pictures);
        for (String variable : variables.split(";", -1)) {
            builder.environment().put(variable.split("=", -1)[0], variable.split("=", -1)[1]);
        }
        Ended ended = end(builder.start());
        assertThat(ended.code).isEqualTo(2);
        assertThat(ended.err.lines()).filteredOn(line -> line.startsWith("alexnet:")).singleElement().asString()
                .contains(named);
    }

    @ParameterizedTest
    @CsvSource({"classify x, train", "--nodes 2 train, --master", "--node 1 train, --node",
        "--processes 0 train, --processes", "--nodes 2 --master here train, HOST:PORT"})
    void misuse(String arguments, String named) {
        List<String> all = new ArrayList<>(List.of("launch"));
        if (!arguments.contains("--processes")) {
            all.addAll(List.of("--processes", "2"));
        }
        all.addAll(List.of(arguments.split(" ", -1)));
        Result result = Result.of(all.toArray());
        assertThat(result.exitCode()).as("%s", result).isEqualTo(2);
        assertThat(result.err()).contains(named);
    }
}

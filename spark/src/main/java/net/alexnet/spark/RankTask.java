package net.alexnet.spark;

import module java.base;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskKilledException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Function1;
import scala.jdk.javaapi.CollectionConverters;

/// A task of a barrier stage: runs one rank as a process of its own, to its end.
///
/// @param command the program and its arguments
/// @param run names the run over all its attempts
/// @param attempt how often the ranks were started before
record RankTask(List<String> command, String run, int attempt)
        implements
            Function1<scala.collection.Iterator<Integer>, scala.collection.Iterator<String>>,
            Serializable {
    private static final Logger LOG = LoggerFactory.getLogger(RankTask.class);
    private static final Duration POLL = Duration.ofMillis(200);

    /// The exit code of a rank whose connection to another rank failed.
    private static final int OTHER_RANK = 75;

    private static final String ERROR = "alexnet: ";

    /// How long such a rank's task waits for the failure of the other one, which is the cause.
    private static final Duration GRACE = Duration.ofSeconds(5);

    /// Runs the program, and kills it when standard input ends, as it does when the executor has died. A
    /// rank that outlived its executor would keep the run's lock, and the next attempt could not begin.
    private static final String WATCHED = """
            exec 3<&0
            "$@" </dev/null 3<&- &
            rank=$!
            { read -r _ <&3; kill -9 $rank; } >/dev/null 2>&1 &
            wait $rank
            code=$?
            kill $!
            exit $code
            """;

    /// What Spark reports of a rank that ended by a failure.
    private static final Pattern FAILURE = Pattern.compile("rank \\d+ of \\d+ ended with code (\\d+).*");

    /// A rank that ended by a failure.
    ///
    /// @param code its exit code
    /// @param text which rank, its code and why
    record Failure(int code, String text) {
        /// Finds the failure in what Spark reports of a stage.
        static Optional<Failure> in(String report) {
            return FAILURE.matcher(report).results().findFirst()
                    .map(found -> new Failure(Integer.parseInt(found.group(1)), found.group()));
        }
    }

    /// Runs the rank.
    ///
    /// @return what rank 0 wrote to its standard output; empty for the others
    @Override
    public scala.collection.Iterator<String> apply(scala.collection.Iterator<Integer> partition) {
        try {
            BarrierTaskContext context = BarrierTaskContext.get();
            return CollectionConverters.asScala(List.of(run(context, meet(context))).iterator());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new TaskKilledException("interrupted");
        }
    }

    /// The address `host:port` of every rank. Only rank 0's port is used: it is free.
    private static List<String> meet(BarrierTaskContext context) throws IOException {
        String host = SparkEnv.get().blockManager().blockManagerId().host();
        try (ServerSocket free = new ServerSocket(0)) {
            return List.of(context.allGather(host + ":" + free.getLocalPort()));
        }
    }

    private String run(BarrierTaskContext context, List<String> addresses) throws IOException, InterruptedException {
        int rank = context.partitionId();
        ProcessBuilder builder = new ProcessBuilder(
                Stream.concat(Stream.of("sh", "-c", WATCHED, "rank"), command.stream()).toList());
        builder.environment().putAll(environment(rank, addresses));
        Process process = builder.start();
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<String> said = readers.submit(
                    () -> new String(process.getInputStream().readAllBytes(), Charset.defaultCharset()));
            Future<String> last = readers.submit(() -> log(process, rank));
            try {
                int code = await(context, process);
                if (code != 0) {
                    throw new IllegalStateException("rank " + rank + " of " + addresses.size() + " ended with code "
                            + code + ": " + last.get());
                }
                return rank == 0 ? said.get() : "";
            } catch (ExecutionException e) {
                throw new IOException("cannot read what rank " + rank + " says", e.getCause());
            } finally {
                process.getOutputStream().close(); // this kills it
                process.waitFor();
            }
        }
    }

    private static int await(BarrierTaskContext context, Process process) throws InterruptedException {
        while (!process.waitFor(POLL)) {
            requireWanted(context);
        }
        long until = System.nanoTime() + GRACE.toNanos();
        while (process.exitValue() == OTHER_RANK && System.nanoTime() < until) {
            requireWanted(context);
            Thread.sleep(POLL);
        }
        return process.exitValue();
    }

    /// Spark does not interrupt the tasks of a stage of which one has failed; it marks them.
    private static void requireWanted(BarrierTaskContext context) {
        if (context.isInterrupted()) {
            throw new TaskKilledException("the stage has ended");
        }
    }

    /// Writes what a rank reports to the executor's log.
    ///
    /// @return why it ended: the last line with which this project's program reports an error, else the last one
    private static String log(Process process, int rank) throws IOException {
        String last = "";
        try (BufferedReader lines = process.errorReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                LOG.info("rank {}: {}", rank, line);
                if (line.startsWith(ERROR) || !(line.isBlank() || last.startsWith(ERROR))) {
                    last = line;
                }
            }
        }
        return last;
    }

    /// Torchrun's environment of a rank.
    private Map<String, String> environment(int rank, List<String> addresses) {
        List<String> hosts = addresses.stream().map(address -> address.substring(0, address.lastIndexOf(':'))).toList();
        String host = hosts.get(rank);
        String first = addresses.getFirst();
        return Map.of("RANK", Integer.toString(rank),
                "WORLD_SIZE", Integer.toString(hosts.size()),
                "LOCAL_RANK", Integer.toString(Collections.frequency(hosts.subList(0, rank), host)),
                "LOCAL_WORLD_SIZE", Integer.toString(Collections.frequency(hosts, host)),
                "MASTER_ADDR", hosts.getFirst(),
                "MASTER_PORT", first.substring(first.lastIndexOf(':') + 1),
                "TORCHELASTIC_USE_AGENT_STORE", "False",
                "TORCHELASTIC_RESTART_COUNT", Integer.toString(attempt),
                "TORCHELASTIC_RUN_ID", run,
                "TORCH_CPP_LOG_LEVEL", "ERROR");
    }
}

package net.alexnet.spark;

import module java.base;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.reflect.ClassTag;

/// Trains one network with a process for each task of a barrier stage. It does what `alexnet launch` does, on the hosts
/// that Spark gives: when a rank, a task or an executor is lost, all ranks start again from the last checkpoint.
///
/// ```java
/// TrainingRanks.of(spark, 4).run(List.of("/opt/alexnet/alexnet", "train", "--data", "/shared/pictures", "--runs", "/shared/runs"));
/// ```
///
/// The program must be on every host, as must the pictures; the folder of runs must be shared. The ranks find each other
/// by torchrun's environment. Their standard error is in the executors' logs. They need Linux. Their memory is outside
/// the executors' heap (`spark.executor.memoryOverhead`). A job that is canceled kills its ranks; `train --resume`
/// goes on from the last checkpoint.
///
/// A value: each method returns a changed copy.
public final class TrainingRanks {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingRanks.class);

    /// Exit codes of a rank whose failure would come again: wrong use, and a failure that the program knows.
    private static final Set<Integer> FINAL = Set.of(2, 76);

    /// How long the first executor of an application may take to come, and a lost one to be replaced.
    private static final Duration FIRST = Duration.ofMinutes(1);

    /// How long the others may take after the first.
    private static final Duration OTHERS = Duration.ofSeconds(10);

    private final JavaSparkContext spark;
    private final int ranks;
    private final int maxRestarts;

    private TrainingRanks(JavaSparkContext spark, int ranks, int maxRestarts) {
        this.spark = spark;
        this.ranks = ranks;
        this.maxRestarts = maxRestarts;
    }

    /// Ranks in the executors of a session, with at most three restarts.
    ///
    /// @param ranks one for each task; all must run at the same time
    public static TrainingRanks of(SparkSession session, int ranks) {
        if (ranks < 1) {
            throw new IllegalArgumentException("ranks must be at least 1, found " + ranks);
        }
        return new TrainingRanks(JavaSparkContext.fromSparkContext(session.sparkContext()), ranks, 3);
    }

    /// How often all ranks are started again after a failure, at least 0.
    public TrainingRanks maxRestarts(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("restarts must be at least 0, found " + count);
        }
        return new TrainingRanks(spark, ranks, count);
    }

    /// Runs a command as every rank, to the end of the training.
    ///
    /// @param command a program on the executors' hosts and its arguments, such as `/opt/alexnet/alexnet train`
    /// @return what rank 0 wrote to its standard output
    /// @throws IllegalStateException if Spark cannot run that many tasks at once, or this version of Java corrupts its data
    /// @throws IOException if a rank failed for a reason that would come again, or no restart is left
    public String run(List<String> command) throws IOException, InterruptedException {
        JavaVersion.require();
        if (spark.getConf().getBoolean("spark.dynamicAllocation.enabled", false)) {
            throw new IllegalStateException("training needs executors that stay: start the application with"
                    + " --conf spark.dynamicAllocation.enabled=false");
        }
        String run = UUID.randomUUID().toString();
        for (int attempt = 0;; attempt++) {
            requireSlots(attempt > 0);
            try {
                return attempt(new RankTask(List.copyOf(command), run, attempt));
            } catch (SparkException e) {
                String failure = failure(e);
                if (attempt == maxRestarts || RankTask.Failure.in(failure).map(RankTask.Failure::code)
                        .filter(FINAL::contains).isPresent()) {
                    throw new IOException("training has failed: " + failure, e);
                }
                LOG.warn("{}; all ranks start again, from the last checkpoint if there is one ({} of {})", failure,
                        attempt + 1, maxRestarts);
            }
        }
    }

    /// @throws SparkException if a task or an executor was lost
    private String attempt(RankTask task) throws SparkException {
        List<Integer> numbers = IntStream.range(0, ranks).boxed().toList();
        Object said = spark.parallelize(numbers, ranks).rdd().barrier()
                .mapPartitions(task, false, ClassTag.apply(String.class)).collect();
        return ((String[]) said)[0];
    }

    /// What has failed, if the ranks may start again: Spark does not repeat such a stage by itself.
    ///
    /// @throws IOException if it is another failure, such as a canceled job
    private static String failure(SparkException e) throws IOException {
        String report = String.valueOf(e.getMessage());
        Optional<RankTask.Failure> rank = RankTask.Failure.in(report);
        if (rank.isPresent()) {
            return rank.get().text();
        }
        String line = report.lines().findFirst().orElse("");
        if (!report.contains("barrier ResultStage")) {
            throw new IOException("Spark has ended the training: " + line, e);
        }
        return line.replaceFirst(".*Most recent failure reason: ", "");
    }

    /// Waits for executors that are about to come. Spark itself would try for ten minutes.
    ///
    /// @param replaced whether one was lost, which takes as long to be replaced as the first took to come
    private void requireSlots(boolean replaced) throws InterruptedException {
        SparkContext context = spark.sc();
        long start = System.nanoTime();
        Duration patience = context.isLocal() ? Duration.ZERO : FIRST;
        int slots = slots(context);
        while (slots < ranks && System.nanoTime() - start < patience.toNanos()) {
            if (slots > 0 && !replaced && patience.equals(FIRST)) {
                patience = OTHERS.plusNanos(System.nanoTime() - start);
            }
            Thread.sleep(200);
            slots = slots(context);
        }
        if (slots < ranks) {
            throw new IllegalStateException("training with " + ranks + " ranks needs as many tasks at once, and the"
                    + " executors run " + slots + ": ask for fewer ranks, or for more executors or cores");
        }
    }

    private static int slots(SparkContext context) {
        return context.maxNumConcurrentTasks(context.resourceProfileManager().defaultResourceProfile());
    }
}

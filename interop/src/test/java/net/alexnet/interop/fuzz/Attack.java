package net.alexnet.interop.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.alexnet.io.MappedWeights;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;

/// Tries of one format. A try must end with what was read, or a [WeightFileException] that names the file; within five
/// seconds of the processor's time; and having allocated no more than the file's size and 64 MiB, values included.
final class Attack {
    private static final long MAX_NANOS = 5_000_000_000L;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Target target;
    private final Path file;
    private final List<byte[]> valid;

    /// How many tries ended how: for saying how deep they went.
    private final TreeMap<String, Integer> ends = new TreeMap<>();
    private long tries;
    private long most;

    Attack(Target target, Path folder) throws IOException {
        this.target = target;
        this.file = folder.resolve("spoilt");
        this.valid = target.valid();
        target.prepare(folder);
    }

    /// One try, a function of the seed.
    void attempt(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] spoilt = target.spoil(valid.get(random.nextInt(valid.size())), random);
        Files.write(file, spoilt);
        long start = THREADS.getCurrentThreadCpuTime();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        String end = read();
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        long nanos = THREADS.getCurrentThreadCpuTime() - start;
        assertThat(nanos).as(target + ", seed " + seed + ": nanoseconds").isLessThan(MAX_NANOS);
        assertThat(allocated).as(target + ", seed " + seed + ": bytes allocated")
                .isLessThan(spoilt.length + MappedWeights.ALLOWANCE);
        ends.merge(end, 1, Integer::sum);
        most = Math.max(most, allocated);
        if (++tries % 10_000 == 0) {
            System.gc(); // mappings go with the garbage, and a process may have only so many
        }
    }

    private String read() {
        try (WeightFile read = target.open(file)) {
            for (String name : read.names()) {
                read.shape(name);
                try {
                    read.values(name);
                } catch (WeightFileException e) {
                    assertThat(e.getMessage()).contains("can be read as weights");
                }
            }
            return "read";
        } catch (WeightFileException e) {
            assertThat(e.getMessage()).startsWith(file.toString());
            String problem = e.getMessage().replaceAll("'[^']*'|[0-9]+|[^ -~]+", "#");
            return problem.substring(Math.min(problem.length(), file.toString().length()));
        }
    }

    int count(String end) {
        return ends.getOrDefault(end, 0);
    }

    int kindsOfEnds() {
        return ends.size();
    }

    @Override
    public String toString() {
        return target + ": " + tries + " tries, " + count("read") + " of them read, the others refused for "
                + (ends.size() - 1) + " reasons; at most " + most + " bytes allocated in one";
    }
}

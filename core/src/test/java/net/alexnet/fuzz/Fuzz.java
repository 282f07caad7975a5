package net.alexnet.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import net.alexnet.data.image.UnreadableImageException;

/// Gives a parser spoilt files. It must read each or refuse it by an exception that it documents: an `IOException`, an
/// [UnreadableImageException] or an [IllegalArgumentException]; within a minute of the processor's time; and having allocated
/// no more than 128 MiB and some times the file.
public final class Fuzz {
    private static final long MAX_NANOS = 60_000_000_000L;
    private static final long MAX_BYTES = 128L << 20;
    private static final int TRIES = 300;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final String name;
    private final List<byte[]> valid;
    private final Parser parser;
    private int tries;
    private int read;
    private long slowest;
    private long most;

    /// What reads a file.
    @FunctionalInterface
    public interface Parser {
        /// Reads the file as a user's program would.
        void read(byte[] file) throws Exception;
    }

    /// @param valid files that the parser reads
    public Fuzz(String name, List<byte[]> valid, Parser parser) {
        this.name = name;
        this.valid = valid;
        this.parser = parser;
    }

    /// Some hundred files, always the same; then others by chance for the minutes of the system property `fuzz.minutes`.
    public void run() throws Exception {
        for (byte[] file : valid) {
            parser.read(file);
        }
        double minutes = Double.parseDouble(System.getProperty("fuzz.minutes", "0"));
        long end = System.nanoTime() + (long) (minutes * 60e9);
        for (long seed = 0; seed < TRIES; seed++) {
            attempt(seed);
        }
        while (System.nanoTime() < end) {
            attempt(ThreadLocalRandom.current().nextLong());
        }
        if (minutes > 0) {
            System.out.println(this);
        }
        assertThat(read).as(toString()).isBetween(1, tries - 1); // else the mutations would be too weak, or too strong
    }

    private void attempt(long seed) {
        Random random = new Random(seed);
        byte[] spoilt = new Mutation(random).of(valid.get(random.nextInt(valid.size())));
        String what = name + ", seed " + seed;
        long start = THREADS.getCurrentThreadCpuTime();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            parser.read(spoilt);
            read++;
        } catch (IOException | UnreadableImageException | IllegalArgumentException e) {
            assertThat(e.getMessage()).as(what).isNotBlank();
        } catch (Throwable e) {
            throw new AssertionError(what + ": " + e, e);
        }
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        long nanos = THREADS.getCurrentThreadCpuTime() - start;
        assertThat(nanos).as(what + ": nanoseconds").isLessThan(MAX_NANOS);
        assertThat(allocated).as(what + ": bytes allocated").isLessThan(MAX_BYTES + 16L * spoilt.length);
        tries++;
        slowest = Math.max(slowest, nanos);
        most = Math.max(most, allocated);
    }

    @Override
    public String toString() {
        return "fuzz %s: %,d files, %,d of them read; the slowest took %d ms, the largest %,d KiB".formatted(
                name, tries, read, slowest / 1_000_000, most >> 10);
    }
}

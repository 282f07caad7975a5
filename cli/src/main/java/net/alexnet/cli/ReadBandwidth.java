package net.alexnet.cli;

import module java.base;

/// How fast threads read memory. One picture needs each weight once, so this bounds its time.
final class ReadBandwidth {
    /// A shorter reading would end before all threads have begun.
    private static final long LEAST_BYTES = 64 << 20;

    /// Of 64 bytes, a line of the cache, memory sends all if one is read. A sum of all values would measure the additions.
    private static final int LINE = 64 / Long.BYTES;

    private static final AtomicLong SINK = new AtomicLong(); // so that no compiler drops the sums

    private final List<long[]> parts = new ArrayList<>();
    private final long passes;

    /// @param bytes that are read over and over, at least 8
    /// @param threads that share them, at least 1
    ReadBandwidth(long bytes, int threads) {
        long values = bytes / Long.BYTES;
        for (int thread = 0; thread < threads; thread++) {
            long[] part = new long[Math.toIntExact((thread + 1) * values / threads - thread * values / threads)];
            Arrays.fill(part, thread); // pages that were never written are all the same one
            parts.add(part);
        }
        this.passes = Math.max(1, LEAST_BYTES / bytes);
    }

    /// Reads all bytes once, or a few of them several times.
    ///
    /// @return bytes per second
    double measure() {
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newFixedThreadPool(parts.size())) {
            parts.forEach(part -> threads.execute(() -> read(part)));
        } // which waits for all
        double seconds = (System.nanoTime() - start) / 1e9;
        return passes * parts.stream().mapToLong(part -> part.length).sum() * Long.BYTES / seconds;
    }

    private void read(long[] part) {
        for (long pass = 0; pass < passes; pass++) {
            SINK.addAndGet(sum(part));
        }
    }

    private static long sum(long[] values) {
        long sum = 0;
        for (int i = 0; i < values.length; i += LINE) {
            sum += values[i];
        }
        return sum;
    }
}

package net.alexnet.cli;

import module java.base;

/// How fast threads read memory. One picture needs each weight once, so reading takes a good part of its time.
final class ReadBandwidth {
    /// A tenth of a second at 20 GB/s, so that it counts little when threads begin.
    private static final long LEAST_READ = 2L << 30;

    /// More memory would be read no faster: it is beyond most caches.
    private static final long MOST_MEMORY = 256 << 20;

    /// Of 64 bytes, a line of the cache, memory sends all if one is read. A sum of all values would measure the additions.
    private static final int LINE = 64 / Long.BYTES;

    private static final AtomicLong SINK = new AtomicLong(); // so that no compiler drops the sums

    private final List<long[]> parts = new ArrayList<>();
    private final long passes;

    /// @param bytes that are read over and over, at least 8; of more than 256 MB the first
    /// @param threads that share them, at least 1
    ReadBandwidth(long bytes, int threads) {
        long values = Math.min(bytes, MOST_MEMORY) / Long.BYTES;
        for (int thread = 0; thread < threads; thread++) {
            long[] part = new long[Math.toIntExact((thread + 1) * values / threads - thread * values / threads)];
            Arrays.fill(part, thread); // pages that were never written are all the same one
            parts.add(part);
        }
        this.passes = LEAST_READ / (values * Long.BYTES);
    }

    /// Reads all of them several times.
    ///
    /// @return bytes per second
    double measure() {
        CyclicBarrier together = new CyclicBarrier(parts.size());
        List<Future<Long>> times = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(parts.size())) {
            parts.forEach(part -> times.add(threads.submit(() -> {
                together.await();
                long start = System.nanoTime();
                read(part);
                return System.nanoTime() - start;
            })));
        } // which waits for all
        long nanos = times.stream().mapToLong(Future::resultNow).max().orElseThrow();
        return passes * parts.stream().mapToLong(part -> part.length).sum() * Long.BYTES / (nanos / 1e9);
    }

    private void read(long[] part) {
        long sums = 0;
        for (long pass = 0; pass < passes; pass++) {
            sums += sum(part);
        }
        SINK.addAndGet(sums);
    }

    private static long sum(long[] values) {
        long sum = 0;
        for (int i = 0; i < values.length; i += LINE) {
            sum += values[i];
        }
        return sum;
    }
}

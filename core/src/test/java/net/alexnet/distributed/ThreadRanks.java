package net.alexnet.distributed;

import module java.base;
import net.alexnet.data.loader.Rank;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Tensor;

/// Ranks that are threads of one process, each with a backend of its own.
public final class ThreadRanks {
    private final int world;
    private final CyclicBarrier barrier;
    private final Object[] given;

    private ThreadRanks(int world) {
        this.world = world;
        this.barrier = new CyclicBarrier(world);
        this.given = new Object[world];
    }

    /// What a rank does.
    public interface Work<T> {
        T with(Group group, Backend backend) throws Exception;
    }

    /// Runs ranks to their ends.
    ///
    /// @param backend makes a rank's
    /// @return what each rank returned, or its failure
    public static <T> List<Future<T>> run(int world, Supplier<Backend> backend, Work<T> work)
            throws InterruptedException {
        ThreadRanks ranks = new ThreadRanks(world);
        try (ExecutorService threads = Executors.newFixedThreadPool(world)) {
            List<Callable<T>> all = IntStream.range(0, world).mapToObj(number -> (Callable<T>) () -> {
                Rank rank = new Rank(number, world);
                try (Member member = ranks.new Member(rank, backend.get())) {
                    return work.with(member, member.backend);
                } catch (Exception | Error e) {
                    ranks.barrier.reset(); // the others learn that this rank is gone
                    throw e;
                }
            }).toList();
            return threads.invokeAll(all, 60, TimeUnit.SECONDS);
        }
    }

    private Object[] exchange(int rank, Object value) {
        try {
            given[rank] = value;
            barrier.await(30, TimeUnit.SECONDS);
            Object[] all = given.clone();
            barrier.await(30, TimeUnit.SECONDS);
            return all;
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new GroupException("a rank is gone", e);
        }
    }

    private final class Member implements Group {
        private final Rank rank;
        private final Backend backend;

        Member(Rank rank, Backend backend) {
            this.rank = rank;
            this.backend = backend;
        }

        @Override
        public Rank rank() {
            return rank;
        }

        @Override
        public Sum sum(Tensor tensor) {
            Object[] all = exchange(rank.number(), backend.download(tensor));
            float[] sums = new float[((float[]) all[0]).length];
            for (Object one : all) {
                float[] values = (float[]) one;
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += values[i];
                }
            }
            return () -> backend.assign(tensor, sums);
        }

        @Override
        public double[] sum(double... values) {
            double[] sums = new double[values.length];
            for (Object one : exchange(rank.number(), values)) {
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += ((double[]) one)[i];
                }
            }
            return sums;
        }

        @Override
        public float[] gather(float[] values) {
            float[] all = new float[0];
            for (Object one : exchange(rank.number(), values)) {
                float[] next = (float[]) one;
                float[] joined = Arrays.copyOf(all, all.length + next.length);
                System.arraycopy(next, 0, joined, all.length, next.length);
                all = joined;
            }
            return all;
        }

        @Override
        public float[] reduceScatter(float[] values) {
            int length = values.length / world;
            float[] sums = new float[length];
            for (Object one : exchange(rank.number(), values)) {
                for (int i = 0; i < length; i++) {
                    sums[i] += ((float[]) one)[rank.number() * length + i];
                }
            }
            return sums;
        }

        @Override
        public void broadcast(Tensor tensor) {
            backend.assign(tensor, (float[]) exchange(rank.number(), backend.download(tensor))[0]);
        }

        @Override
        public String broadcastText(String text) {
            return (String) exchange(rank.number(), text)[0];
        }

        @Override
        public void requireSame(String what, String value) {
            Object[] all = exchange(rank.number(), value);
            for (int other = 0; other < world; other++) {
                if (!all[other].equals(all[0])) {
                    throw new GroupException(what + " of rank " + other + " is not that of rank 0");
                }
            }
        }

        @Override
        public void close() {
            backend.close();
        }
    }
}

package net.alexnet.torch;

import module java.base;
import net.alexnet.data.loader.Rank;
import net.alexnet.distributed.Group;
import net.alexnet.distributed.GroupException;
import net.alexnet.distributed.Ranks;
import net.alexnet.distributed.Rendezvous;
import net.alexnet.tensor.ComputeEnvironment;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Ranks that are processes, connected by libtorch's collective operations: by Gloo on CPUs, by NCCL on GPUs ([Collectives]).
///
/// With Gloo, all ranks get the same bits of a sum, in every run of as many ranks. Gloo aborts the process if ranks disagree
/// about the size of an operation, so they compare their plans first ([#requireSame]). NCCL's own watch ends the process of a rank
/// whose peer is lost, after the timeout: this method of failing has not been tried.
final class TorchGroup implements Group {
    private final Rank rank;
    private final Ranks.Wire wire;
    private final TorchBackend backend;
    private final TorchStore store;
    private final org.bytedeco.pytorch.Backend group;
    private long shared;

    private TorchGroup(Rank rank, Ranks.Wire wire, TorchBackend backend, TorchStore store,
            org.bytedeco.pytorch.Backend group) {
        this.rank = rank;
        this.wire = wire;
        this.backend = backend;
        this.store = store;
        this.group = group;
    }

    /// Joins the ranks of a run; returns when all are there.
    ///
    /// @throws GroupException if one does not come, or was started with another number of ranks
    static TorchGroup join(Ranks ranks, TorchBackend backend) {
        if (backend.rounds()) {
            throw new IllegalArgumentException("several ranks compute in float32, found " + backend.describe());
        }
        Rendezvous at = ranks.rendezvous();
        Rank rank = at.rank();
        if (!System.getProperty("os.name").equals("Linux")) {
            throw new IllegalArgumentException("several ranks need Linux: this libtorch has no Gloo for "
                    + System.getProperty("os.name") + ". Train with one process here");
        }
        torch.initLogging(); // without it, c10d does not read TORCH_CPP_LOG_LEVEL
        TorchStore store = TorchStore.of(at, ranks.timeout());
        try {
            meet(store, rank, backend.device().isCpu() ? "a CPU" : "a GPU");
            org.bytedeco.pytorch.Backend group = backend.device().isCpu()
                    ? Collectives.gloo(ranks, store)
                    : Collectives.nccl(ranks, store);
            TorchGroup joined = new TorchGroup(rank, ranks.wire(), backend, store, group);
            // Gloo aborts the process if operations of different sizes meet
            joined.requireSame("the wire format or the version", ranks.wire() + " " + ComputeEnvironment.REVISION);
            return joined;
        } catch (GroupException | IllegalArgumentException e) {
            throw e;
        } catch (LinkageError e) {
            throw new IllegalArgumentException("the library of collective operations cannot be loaded (" + firstLine(e)
                    + "): install NVIDIA's NCCL, or use --device cpu", e);
        } catch (RuntimeException e) {
            throw new GroupException("rank " + rank.number() + " of " + rank.world()
                    + " cannot connect to the others (" + firstLine(e)
                    + "): check that all were started, and that the hosts reach each other", e);
        }
    }

    /// Every rank says how many it expects, before Gloo would wait for some that never come.
    private static void meet(TorchStore store, Rank rank, String device) {
        String own = rank.world() + " on " + device;
        store.set("world/" + rank.number(), own);
        if (store.add("rank/" + rank.number(), 1) > 1) {
            throw new IllegalArgumentException("rank " + rank.number()
                    + " was started twice: give each process a RANK of its own");
        }
        for (int other = 0; other < rank.world(); other++) {
            String world;
            try {
                world = store.get("world/" + other);
            } catch (RuntimeException e) {
                throw new GroupException("rank " + rank.number() + ": rank " + other + " of " + rank.world()
                        + " did not come: check that it was started and reaches the store", e);
            }
            if (!world.equals(own)) {
                throw new IllegalArgumentException("rank " + other + " was started with WORLD_SIZE=" + world + ", rank "
                        + rank.number() + " with " + own
                        + ": start all with the same number, on the same kind of device");
            }
        }
    }

    @Override
    public Rank rank() {
        return rank;
    }

    // --- tensors ---------------------------------------------------------------------------------------------------

    @Override
    public Sum sum(Tensor tensor) {
        try (var _ = new PointerScope()) {
            var values = flat(tensor);
            var sent = wire == Ranks.Wire.BFLOAT16 ? values.to(ScalarType.BFloat16) : values;
            InFlight flight = new InFlight(group.allreduce(new TensorVector(sent)), values, sent);
            return flight::await;
        } catch (RuntimeException e) {
            throw gone(e);
        }
    }

    /// A tensor's memory as it lies, the same order on every rank.
    private org.bytedeco.pytorch.Tensor flat(Tensor tensor) {
        var handle = backend.handle(tensor);
        return handle.as_strided(new long[] {handle.numel()}, new long[] {1});
    }

    /// An all-reduce, and what it reads and writes until it is done.
    private final class InFlight {
        private final Work work;
        private final org.bytedeco.pytorch.Tensor values;
        private final org.bytedeco.pytorch.Tensor sent;

        InFlight(Work work, org.bytedeco.pytorch.Tensor values, org.bytedeco.pytorch.Tensor sent) {
            this.work = new Work(work).retainReference();
            this.values = new org.bytedeco.pytorch.Tensor(values).retainReference();
            this.sent = new org.bytedeco.pytorch.Tensor(sent).retainReference();
        }

        void await() {
            try {
                work._wait();
                if (wire == Ranks.Wire.BFLOAT16) {
                    values.copy_(sent);
                }
            } catch (RuntimeException e) {
                throw gone(e);
            } finally {
                work.releaseReference();
                values.releaseReference();
                sent.releaseReference();
            }
        }
    }

    @Override
    public void broadcast(Tensor tensor) {
        collective(() -> {
            BroadcastOptions options = new BroadcastOptions();
            options.rootRank(0);
            return group.broadcast(new TensorVector(flat(tensor)), options);
        });
    }

    private void collective(Supplier<Work> operation) {
        try (var _ = new PointerScope()) {
            operation.get()._wait();
        } catch (RuntimeException e) {
            throw gone(e);
        }
    }

    // --- numbers ---------------------------------------------------------------------------------------------------

    @Override
    public double[] sum(double... values) {
        double[] sums = new double[values.length];
        try (var _ = new PointerScope()) {
            var tensor = torch.empty(new long[] {values.length},
                    TorchTransfer.host(ScalarType.Double), new MemoryFormatOptional());
            new DoublePointer(tensor.data_ptr()).put(values);
            var summed = onDevice(tensor);
            group.allreduce(new TensorVector(summed))._wait();
            new DoublePointer(onHost(summed).data_ptr()).get(sums);
        } catch (RuntimeException e) {
            throw gone(e);
        }
        return sums;
    }

    @Override
    public float[] gather(float[] values) {
        double[] lengths = new double[rank.world()];
        lengths[rank.number()] = values.length;
        lengths = sum(lengths);
        int room = (int) Arrays.stream(lengths).max().orElseThrow();
        float[] all = new float[(int) Arrays.stream(lengths).sum()];
        try (var _ = new PointerScope()) {
            var own = floats(room);
            new FloatPointer(own.data_ptr()).put(values);
            var rows = onDevice(floats((long) room * rank.world()));
            group._allgather_base(rows, onDevice(own))._wait();
            FloatPointer from = new FloatPointer(onHost(rows).data_ptr());
            int to = 0;
            for (int other = 0; other < rank.world(); other++) {
                from.position((long) other * room).get(all, to, (int) lengths[other]);
                to += (int) lengths[other];
            }
        } catch (RuntimeException e) {
            throw gone(e);
        }
        return all;
    }

    @Override
    public float[] reduceScatter(float[] values) {
        int length = values.length / rank.world();
        float[] sums = new float[length];
        try (var _ = new PointerScope()) {
            var sent = floats(values.length);
            new FloatPointer(sent.data_ptr()).put(values);
            var received = onDevice(floats(values.length));
            group.alltoall_base(received, onDevice(sent), new LongVector(), new LongVector())._wait(); // equal parts
            float[] parts = new float[values.length];
            new FloatPointer(onHost(received).data_ptr()).get(parts);
            for (int i = 0; i < parts.length; i++) {
                sums[i % length] += parts[i]; // in the order of the ranks
            }
        } catch (RuntimeException e) {
            throw gone(e);
        }
        return sums;
    }

    /// A tensor of Java's memory where the library of collective operations reads it; on a CPU the same tensor.
    private org.bytedeco.pytorch.Tensor onDevice(org.bytedeco.pytorch.Tensor host) {
        return backend.device().isCpu()
                ? host
                : Layout.empty(Layout.shape(host), backend.device().options(host.scalar_type())).copy_(host);
    }

    /// A tensor's values in Java's memory, once they are there; on a CPU the same tensor.
    private static org.bytedeco.pytorch.Tensor onHost(org.bytedeco.pytorch.Tensor tensor) {
        return tensor.cpu();
    }

    private static org.bytedeco.pytorch.Tensor floats(long count) {
        return Layout.empty(Shape.of((int) Math.max(1, count)), TorchTransfer.host(ScalarType.Float)).zero_();
    }

    // --- texts -----------------------------------------------------------------------------------------------------

    @Override
    public String broadcastText(String text) {
        String key = "text/" + shared++;
        try {
            if (isRankZero()) {
                store.set(key, text.isEmpty() ? "-" : "+" + text); // an empty value cannot be read back
                return text;
            }
            return store.get(key).substring(1);
        } catch (RuntimeException e) {
            throw gone(e);
        }
    }

    @Override
    public void requireSame(String what, String value) {
        boolean differs = !broadcastText(value).equals(value);
        double[] wrong = new double[rank.world()];
        wrong[rank.number()] = differs ? 1 : 0;
        wrong = sum(wrong);
        if (differs) {
            throw new IllegalArgumentException(what + " of rank " + rank.number()
                    + " is not that of rank 0: start all ranks with the same");
        }
        for (int other = 0; other < wrong.length; other++) {
            if (wrong[other] > 0) {
                throw new GroupException(what + " of rank " + other + " is not that of rank 0");
            }
        }
    }

    private GroupException gone(RuntimeException failure) {
        if (failure instanceof GroupException already) {
            return already;
        }
        String line = firstLine(failure);
        String what = line.contains("imed out")
                ? "no answer in time"
                : line.contains("NCCL") || line.contains("CUDA") ? line : "its connection is closed";
        return new GroupException("rank " + rank.number() + " has lost another rank of " + rank.world() + " (" + what
                + ")", failure);
    }

    /// libtorch's messages begin with the place in its source, and continue with a stack trace.
    static String firstLine(Throwable failure) {
        String line = String.valueOf(failure.getMessage()).lines().findFirst().orElse("no message");
        return line.replaceFirst("^\\[[^\\]]*\\] ", "");
    }

    @Override
    public void close() {
        group.close();
        store.close();
    }
}

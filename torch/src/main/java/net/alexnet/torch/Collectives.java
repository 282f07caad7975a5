package net.alexnet.torch;

import module java.base;
import net.alexnet.data.loader.Rank;
import net.alexnet.distributed.GroupException;
import net.alexnet.distributed.Ranks;
import net.alexnet.distributed.Rendezvous;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.gloo.Device;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;

/// libtorch's libraries of collective operations.
final class Collectives {
    private Collectives() {}

    /// Gloo, between CPUs over TCP.
    static Backend gloo(Ranks ranks, TorchStore store) {
        Rank rank = ranks.rendezvous().rank();
        ProcessGroupGloo.Options options = new ProcessGroupGloo.Options(
                new Milliseconds(ranks.timeout().toMillis()));
        options.devices(new GlooDeviceVector(device(ranks.rendezvous())));
        return QuietOutput.during(() -> new ProcessGroupGloo(store.handle(), rank.number(), rank.world(), options));
    }

    /// The network interface that leads to the other ranks, never a guess by host name.
    private static Device device(Rendezvous at) {
        String named = System.getenv("GLOO_SOCKET_IFNAME");
        if (named != null && !named.isBlank()) {
            return ProcessGroupGloo.createDeviceForInterface(named);
        }
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(at.address()), 9)); // nothing is sent
            InetAddress mine = socket.getLocalAddress();
            if (mine.isLoopbackAddress() && !at.isLocal()) {
                throw new IllegalArgumentException("MASTER_ADDR=" + at.address() + " leads to this host only (" + mine
                        .getHostAddress() + "), but the run has ranks elsewhere: use an address that the other hosts"
                        + " reach, or name the interface in GLOO_SOCKET_IFNAME");
            }
            return ProcessGroupGloo.createDeviceForHostname(mine.getHostAddress());
        } catch (IOException e) {
            throw new GroupException("MASTER_ADDR=" + at.address() + " cannot be resolved: " + e.getMessage(), e);
        }
    }

    /// NCCL, between NVIDIA's GPUs, one for each rank. This has not been run: it was written from the signatures of JavaCPP's
    /// presets, on machines without a GPU. It needs the CUDA natives and NCCL's own library.
    static Backend nccl(Ranks ranks, TorchStore store) {
        Rank rank = ranks.rendezvous().rank();
        ProcessGroupNCCL.Options options = new ProcessGroupNCCL.Options();
        options.timeout(new Milliseconds(ranks.timeout().toMillis()));
        return QuietOutput.during(() -> new ProcessGroupNCCL(store.handle(), rank.number(), rank.world(), options));
    }
}

package net.alexnet.torch;

import module java.base;
import net.alexnet.distributed.GroupException;
import net.alexnet.distributed.Rendezvous;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.global.torch;

/// c10d's store of keys and values, in which ranks find each other.
///
/// JavaCPP makes a store that C++ does not count. Handed over a second time it aborts the process, and Java's garbage collector
/// frees it while C++ uses it. So each store is taken from Java at once, and comes back counted.
public final class TorchStore implements AutoCloseable {
    /// How long a launcher waits for another.
    private static final Duration LAUNCH = Duration.ofMinutes(10);

    private final Store root;
    private final Store store;
    private final int port;

    private TorchStore(Store root, Store store, int port) {
        this.root = root;
        this.store = store;
        this.port = port;
    }

    /// Connects to the store of a run, and serves it where this is rank 0 and no launcher does.
    ///
    /// @throws GroupException if it cannot be reached
    static TorchStore of(Rendezvous at, Duration timeout) {
        boolean serves = !at.storeIsServed() && at.rank().number() == 0;
        try {
            Store root = counted(open(at.address(), at.port(), serves, timeout));
            // ranks of an earlier attempt wrote keys of their own
            return new TorchStore(root, counted(new PrefixStore("alexnet/" + at.attempt(), root)), at.port());
        } catch (RuntimeException e) {
            throw new GroupException("rank " + at.rank().number() + " cannot " + (serves ? "serve" : "reach")
                    + " the store at " + at.address() + ":" + at.port() + " (" + TorchGroup.firstLine(e)
                    + "): check MASTER_ADDR and MASTER_PORT, and whether the port is free", e);
        }
    }

    /// Serves a store for launchers and their ranks.
    ///
    /// @param port 0 for a free one
    public static TorchStore serve(int port) {
        NativeLoader.await();
        TorchLibrary.load();
        torch.initLogging();
        TCPStore root = open("0.0.0.0", port, true, LAUNCH);
        Store counted = counted(root);
        return new TorchStore(counted, counted(new PrefixStore("launch", counted)), root.getPort() & 0xffff);
    }

    /// Connects a launcher to the store that another one serves.
    public static TorchStore connect(String host, int port) {
        NativeLoader.await();
        TorchLibrary.load();
        torch.initLogging();
        Store root = counted(open(host, port, false, LAUNCH));
        return new TorchStore(root, counted(new PrefixStore("launch", root)), port);
    }

    private static TCPStore open(String host, int port, boolean serves, Duration timeout) {
        TCPStoreOptions options = new TCPStoreOptions();
        options.port((short) port).isServer(serves).waitWorkers(false).timeout(new Milliseconds(timeout.toMillis()));
        options.numWorkers(new SizeTPointer(1).put(1));
        return new TCPStore(host, options);
    }

    private static Store counted(Store made) {
        made.deallocate(false); // from here on C++ counts it, and Java must not delete it
        try (PrefixStore wrapper = new PrefixStore("", made)) {
            return wrapper.getUnderlyingStore();
        }
    }

    /// The store, to be handed to native code.
    Store handle() {
        return store;
    }

    /// The port that it is served on.
    public int port() {
        return port;
    }

    void set(String key, String value) {
        store.set(key, value);
    }

    /// Waits until the key is there.
    ///
    /// @throws RuntimeException after the store's timeout
    String get(String key) {
        return store.get_to_str(key);
    }

    /// Adds to a number, which begins at 0, and returns the sum.
    public long add(String key, long amount) {
        return store.add(key, amount);
    }

    @Override
    public void close() {
        store.close();
        root.close();
    }
}

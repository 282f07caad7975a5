package net.alexnet.server.grpc;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import module java.base;
import net.alexnet.server.HttpServer;
import net.alexnet.server.HttpSettings;
import net.alexnet.server.Limits;
import net.alexnet.server.PemFiles;
import net.alexnet.server.service.ModelService;

/// A model service over gRPC, on a port of its own. It listens where the HTTP service does, with its certificate.
public final class GrpcServer implements AutoCloseable {
    /// The most requests of a connection at a time.
    private static final int CALLS = 64;

    private final Server server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final EventLoopGroup events;
    private final MessageLimits messages;

    private GrpcServer(ModelService service, int port) throws IOException {
        HttpSettings http = service.settings().http();
        List<InetAddress> addresses = http.addresses();
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress(addresses.getFirst(), port));
        if (port != 0) {
            addresses.stream().skip(1)
                    .forEach(address -> builder.addListenAddress(new InetSocketAddress(address, port)));
        }
        if (http.tls().isPresent()) {
            PemFiles files = http.tls().get();
            builder.useTransportSecurity(files.certificates().toFile(), files.key().toFile());
        }
        // What has to be closed is made last, because what is above may fail.
        Limits limits = http.limits();
        messages = new MessageLimits(limits, service);
        builder.executor(executor).maxInboundMessageSize(limits.body()).maxInboundMetadataSize(limits.header())
                .maxConcurrentCallsPerConnection(CALLS)
                .maxConnectionIdle(limits.idleTime().toMillis(), TimeUnit.MILLISECONDS)
                .handshakeTimeout(limits.headerTime().toMillis(), TimeUnit.MILLISECONDS)
                .addStreamTracerFactory(new TooLargeMessages(service))
                .addService(ServerInterceptors.interceptForward(new InferenceService(service),
                        new TokenInterceptor(http.token(), service), messages));
        ConnectionLimit connections = new ConnectionLimit(limits.connections());
        events = new MultiThreadIoEventLoopGroup(Runtime.getRuntime().availableProcessors(),
                Thread.ofPlatform().daemon().name("grpc-", 0).factory(), NioIoHandler.newFactory());
        builder.bossEventLoopGroup(events).workerEventLoopGroup(events).channelFactory(connections::channel);
        try {
            server = builder.build().start();
        } catch (IOException e) {
            end();
            throw new IOException("cannot listen on " + http.host() + ":" + port + " for gRPC ("
                    + (e.getCause() == null ? e : e.getCause()).getMessage() + "); name another --grpc-port", e);
        }
    }

    /// Starts to answer.
    ///
    /// @param service answers; when it is closed, this server is closed with it
    /// @param port 0 for a free one, then only on the first address of the host
    /// @throws IOException if the address cannot be listened on
    public static GrpcServer start(ModelService service, int port) throws IOException {
        GrpcServer started = new GrpcServer(service, port);
        service.endsWith(started::stop);
        return started;
    }

    /// The port that it listens on.
    public int port() {
        return server.getPort();
    }

    /// Refuses new requests, and answers those it has, if that takes no longer than HTTP's patience. A second call does
    /// nothing.
    @Override
    public void close() {
        stop(HttpServer.PATIENCE);
    }

    private void stop(Duration patience) {
        server.shutdown();
        try {
            if (!server.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        end();
    }

    private void end() {
        executor.shutdownNow();
        messages.close();
        var _ = events.shutdownGracefully(0, HttpServer.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
}

package net.alexnet.server;

import module java.base;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/// A running HTTP server.
public final class HttpServer implements AutoCloseable {
    /// How long [#close()] waits for requests that are being answered.
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpSettings settings;
    private final Server server;
    private final EventStreams streams;
    private final BodyMemory memory;
    private final ExecutorService executor;
    private int port;

    private HttpServer(HttpSettings settings) {
        this.settings = settings;
        QueuedThreadPool threads = new QueuedThreadPool(24, 4);
        threads.setName("http");
        threads.setDaemon(true);
        server = new Server(threads);
        streams = new EventStreams(settings.limits());
        memory = new BodyMemory(settings.limits().bodies());
        executor = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("request-", 0).factory());
    }

    /// Starts a server.
    ///
    /// @throws IOException if an address cannot be listened on, or a file of the certificate cannot be used
    /// @throws IllegalArgumentException if others could reach the server, and the settings say neither how they are
    ///     recognized nor that anyone may call
    public static HttpServer start(HttpSettings settings, Router router) throws IOException {
        HttpServer started = new HttpServer(settings);
        try {
            started.start(router);
            return started;
        } catch (IOException | RuntimeException e) {
            started.stop(Duration.ZERO);
            throw e;
        }
    }

    private void start(Router router) throws IOException {
        HeaderDeadline headers = new HeaderDeadline(settings.limits().headerTime());
        port = settings.port();
        for (InetAddress address : settings.addresses()) {
            listen(address, headers);
        }
        Dispatcher dispatcher = new Dispatcher(router, new Access(settings, port), settings.limits(), memory, streams,
                executor);
        server.setHandler(new GracefulHandler(dispatcher));
        server.setErrorHandler(new JsonErrors());
        server.setRequestLog(this::log);
        server.addBean(new NetworkConnectionLimit(settings.limits().connections(), server));
        try {
            server.start();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the HTTP server did not start: " + e.getMessage(), e);
        }
        headers.watch(server.getScheduler());
        streams.beat(server.getScheduler());
    }

    private void listen(InetAddress address, Connection.Listener listener) throws IOException {
        ServerConnector connector = connector();
        connector.setHost(address.getHostAddress());
        connector.setPort(port);
        connector.setIdleTimeout(settings.limits().idleTime().toMillis());
        connector.setAcceptQueueSize(settings.limits().connections());
        connector.addBean(listener);
        try {
            connector.open(); // now, so that a port that is taken ends the program before anything is loaded
        } catch (IOException e) {
            throw new IOException("cannot listen on " + settings.host() + ":" + port + " ("
                    + (e.getCause() == null ? e : e.getCause()).getMessage()
                    + "); name another --port, or 0 for a free one",
                    e);
        }
        port = connector.getLocalPort();
        server.addConnector(connector);
    }

    private ServerConnector connector() throws IOException {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setUriCompliance(UriCompliance.DEFAULT.with("decoded by Router",
                UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING,
                UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR, UriCompliance.Violation.AMBIGUOUS_PATH_SEGMENT));
        http.setRequestHeaderSize(settings.limits().header());
        http.setIdleTimeout(settings.limits().idleTime().toMillis());
        if (settings.tls().isEmpty()) {
            return new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        }
        String password = UUID.randomUUID().toString(); // of a store that never leaves the memory
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStore(settings.tls().get().load(password.toCharArray()));
        tls.setKeyManagerPassword(password);
        http.addCustomizer(new SecureRequestCustomizer(false)); // Access checks the host
        return new ServerConnector(server, 1, 1, new SslConnectionFactory(tls, "http/1.1"),
                new HttpConnectionFactory(http));
    }

    private void log(Request request, Response response) {
        settings.listener().accept(new Answered(Instant.ofEpochMilli(Request.getTimeStamp(request)),
                Request.getRemoteAddr(request), request.getMethod(),
                Objects.requireNonNullElse(request.getHttpURI().getPath(), ""), response.getStatus(),
                Math.max(0, Request.getContentBytesRead(request)),
                Math.max(0, Response.getContentBytesWritten(response)),
                Duration.ofNanos(System.nanoTime() - request.getBeginNanoTime()),
                Optional.ofNullable((String) request.getAttribute(Dispatcher.FAILURE_ID)),
                Optional.ofNullable((Throwable) request.getAttribute(Dispatcher.FAILURE))));
    }

    /// The memory that its requests share; requests that come another way can share it, too.
    public BodyMemory memory() {
        return memory;
    }

    /// The port that it listens on.
    public int port() {
        return port;
    }

    /// Where a caller on this machine finds it, such as `http://localhost:8080`.
    public URI address() {
        boolean everywhere = settings.host().equals("0.0.0.0") || settings.host().equals("::");
        String host = everywhere ? "localhost" : settings.host();
        return URI.create((settings.tls().isPresent() ? "https://" : "http://")
                + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port);
    }

    /// Ends gracefully: new requests are refused with 503, event streams are closed, and requests that are being answered
    /// have some time to end. A second call does nothing.
    ///
    /// @param patience after which the connections are closed
    public void stop(Duration patience) {
        streams.close();
        server.setStopTimeout(patience.toMillis());
        try {
            server.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            // a request took longer than the patience; its connection is closed
        }
        executor.shutdownNow();
    }

    /// Ends gracefully, with [#PATIENCE].
    @Override
    public void close() {
        stop(PATIENCE);
    }
}

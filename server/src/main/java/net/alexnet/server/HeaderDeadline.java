package net.alexnet.server;

import module java.base;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.util.thread.Scheduler;

/// Closes connections whose request line and headers take too long. Jetty restarts its idle
/// timeout with each byte, so a client that sends one byte a second would keep its connection for hours. A client that
/// sends nothing is closed by the idle timeout.
final class HeaderDeadline implements Connection.Listener {
    private final Map<Connection, Progress> connections = new ConcurrentHashMap<>();
    private final Duration time;
    private final Duration pause;

    /// How far a connection was when it last answered or stood between two requests.
    private record Progress(long requests, long bytes, long since) {}

    HeaderDeadline(Duration time) {
        this.time = time;
        this.pause = time.dividedBy(10);
    }

    @Override
    public void onOpened(Connection connection) {
        if (connection instanceof ConnectionMetaData) { // HTTP's; that of TLS around it counts no requests
            connections.put(connection, new Progress(0, 0, System.nanoTime()));
        }
    }

    @Override
    public void onClosed(Connection connection) {
        connections.remove(connection);
    }

    void watch(Scheduler scheduler) {
        connections.replaceAll(this::looked);
        scheduler.schedule(() -> watch(scheduler), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Progress looked(Connection connection, Progress before) {
        long bytes = connection.getBytesIn();
        long requests = connection.getMessagesIn();
        boolean answering = requests != connection.getMessagesOut();
        if (requests > 0 && (answering || requests != before.requests() || bytes == before.bytes())) {
            return new Progress(requests, bytes, System.nanoTime());
        }
        if (System.nanoTime() - before.since() > time.toNanos()) {
            connection.getEndPoint().close();
        }
        return before;
    }
}

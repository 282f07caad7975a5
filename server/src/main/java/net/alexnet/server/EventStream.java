package net.alexnet.server;

import module java.base;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/// An open stream of server-sent events to one client. All methods may be called by any thread, and none waits for the
/// client.
///
/// Up to 256 events wait for a slow client. If there are more, those that wait are dropped and the event `reset` is sent:
/// the client should then ask for everything again.
public final class EventStream {
    private static final int MOST_WAITING = 256;
    private static final byte[] RESET = bytes("event: reset\ndata:\n\n");
    private static final byte[] COMMENT = bytes(":\n\n");

    private final Optional<String> lastEventId;
    private final List<Runnable> listeners = new ArrayList<>();
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private final Response response;
    private final Callback completion;
    private boolean started;
    private boolean writing;
    private boolean ending;
    private boolean closed;

    EventStream(Optional<String> lastEventId, Response response, Callback completion) {
        this.lastEventId = lastEventId;
        this.response = response;
        this.completion = completion;
    }

    /// The id of the last event that the client has, if it was connected before.
    public Optional<String> lastEventId() {
        return lastEventId;
    }

    /// Sends an event. Nothing happens if the stream is closed.
    ///
    /// @param event its name, for `addEventListener`; no line break
    /// @param id from which a client can resume; no line break; none if empty
    /// @param data any text; lines are kept
    public void send(String event, String id, String data) {
        if ((event + id).chars().anyMatch(c -> c == '\n' || c == '\r' || c == 0)) {
            throw new IllegalArgumentException("the name and the id of an event must be one line");
        }
        StringBuilder text = new StringBuilder();
        if (!id.isEmpty()) {
            text.append("id: ").append(id).append('\n');
        }
        text.append("event: ").append(event).append('\n');
        data.lines().forEach(line -> text.append("data: ").append(line).append('\n'));
        if (data.isEmpty()) {
            text.append("data:\n");
        }
        enqueue(bytes(text.append('\n').toString()));
    }

    /// Keeps proxies and the client from closing an idle stream, and finds out whether the client is still there.
    void beat() {
        synchronized (this) {
            if (writing || !waiting.isEmpty()) {
                return;
            }
        }
        enqueue(COMMENT);
    }

    private void enqueue(byte[] event) {
        synchronized (this) {
            if (closed || ending) {
                return;
            }
            if (waiting.size() >= MOST_WAITING) {
                waiting.clear();
                waiting.add(RESET);
            }
            waiting.add(event);
        }
        write();
    }

    /// The headers are set; what was sent until now goes out.
    void start() {
        synchronized (this) {
            started = true;
            waiting.addFirst(COMMENT); // the client learns at once that the stream is open
        }
        write();
    }

    private void write() {
        byte[] all;
        boolean last;
        synchronized (this) {
            if (!started || writing || closed || (waiting.isEmpty() && !ending)) {
                return;
            }
            writing = true;
            last = ending;
            ByteArrayOutputStream joined = new ByteArrayOutputStream();
            waiting.forEach(joined::writeBytes);
            waiting.clear();
            all = joined.toByteArray();
        }
        response.write(last, ByteBuffer.wrap(all), Callback.from(() -> written(last), this::failed));
    }

    private void written(boolean last) {
        if (last) {
            closed();
            completion.succeeded();
            return;
        }
        synchronized (this) {
            writing = false;
        }
        write();
    }

    private void failed(Throwable cause) {
        closed();
        completion.failed(cause);
    }

    private void closed() {
        List<Runnable> told;
        synchronized (this) {
            closed = true;
            waiting.clear();
            told = List.copyOf(listeners);
            listeners.clear();
        }
        told.forEach(Runnable::run);
    }

    /// Whether neither side has closed the stream, as far as is known: that a client is gone shows within two heartbeats.
    public synchronized boolean isOpen() {
        return !closed && !ending;
    }

    /// Calls a listener once when the stream is closed by either side, or now if it is.
    public void onClose(Runnable listener) {
        synchronized (this) {
            if (!closed) {
                listeners.add(listener);
                return;
            }
        }
        listener.run();
    }

    /// Sends what waits and ends the stream. The client will connect again unless it was told not to.
    public void close() {
        synchronized (this) {
            ending = true;
        }
        write();
    }

    /// The stream was never started: another answer is sent.
    void abandon() {
        closed();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

package net.alexnet.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventStreamTest {
    private static final String GET = "GET /events HTTP/1.1\r\nHost: localhost\r\n";

    private final BlockingQueue<EventStream> streams = new LinkedBlockingQueue<>();
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        Router router = Router.builder()
                .events("/events", (_, stream) -> streams.add(stream))
                .events("/refused", (_, _) -> {
                    throw new HttpFailure(404, "no such run");
                })
                .build();
        server = HttpServer.start(HttpSettings.defaults().limits(Limits.defaults().streams(3)
                .heartbeat(Duration.ofMillis(100))), router);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private EventStream opened() throws InterruptedException {
        EventStream stream = streams.poll(10, TimeUnit.SECONDS);
        assertThat(stream).isNotNull();
        return stream;
    }

    @Test
    void eventsArriveWithTheirNamesIdsAndLines() throws Exception {
        try (RawClient client = new RawClient(server.port())) {
            client.send(GET + "Last-Event-ID: 17\r\n\r\n");
            EventStream stream = opened();
            assertThat(stream.lastEventId()).contains("17");
            assertThat(client.until("\r\n\r\n")).contains("200 OK", "text/event-stream", "nosniff", "no-store");
            stream.send("line", "18", "a\nb");
            stream.send("line", "19", "");
            assertThat(client.until("id: 19\nevent: line\ndata:\n\n"))
                    .contains("id: 18\nevent: line\ndata: a\ndata: b\n\n");
            stream.close();
            client.until("0\r\n\r\n");
            assertThat(stream.isOpen()).isFalse();
        }
    }

    @Test
    void anIdleStreamHasHeartbeats() throws Exception {
        try (RawClient client = new RawClient(server.port())) {
            client.send(GET + "\r\n");
            opened();
            client.until("\r\n\r\n");
            client.until(":\n\n");
            assertThat(client.until(":\n\n")).endsWith(":\n\n");
        }
    }

    @Test
    void thereAreOnlySoManyStreamsAndAClosedOneMakesRoom() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                clients.add(new RawClient(server.port()).send(GET + "\r\n"));
                opened();
            }
            try (RawClient fourth = new RawClient(server.port())) {
                assertThat(fourth.send(GET + "\r\n").answer()).startsWith("HTTP/1.1 503").contains("Retry-After");
            }
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
        String answer = "";
        for (int i = 0; i < 100 && !answer.contains(" 200 "); i++) { // until a heartbeat fails
            try (RawClient next = new RawClient(server.port())) {
                answer = next.send(GET + "\r\n").until("\r\n\r\n");
            }
            Thread.sleep(50);
        }
        assertThat(answer).contains(" 200 ");
    }

    @Test
    void aClientThatIsGoneClosesTheStream() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        try (RawClient client = new RawClient(server.port())) {
            client.send(GET + "\r\n");
            opened().onClose(closed::countDown);
            client.until("\r\n\r\n");
        }
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aSlowClientIsToldThatEventsWereDropped() throws Exception {
        String large = "x".repeat(100_000);
        try (RawClient client = new RawClient(server.port())) {
            client.send(GET + "\r\n");
            EventStream stream = opened();
            client.until("\r\n\r\n");
            for (int i = 0; i < 1000; i++) {
                stream.send("line", "", large); // returns although the client reads nothing
            }
            stream.send("last", "", "");
            assertThat(client.until("event: last\n")).contains("event: reset\n");
        }
    }

    @Test
    void anOpeningMayBeRefused() throws Exception {
        for (int i = 0; i < 5; i++) { // more than there are places
            try (RawClient client = new RawClient(server.port())) {
                assertThat(client.send("GET /refused HTTP/1.1\r\nHost: localhost\r\n\r\n").answer())
                        .startsWith("HTTP/1.1 404").contains("no such run");
            }
        }
    }

    @Test
    void aStopEndsStreams() throws Exception {
        try (RawClient client = new RawClient(server.port())) {
            client.send(GET + "\r\n");
            EventStream stream = opened();
            client.until("\r\n\r\n");
            server.close();
            assertThat(stream.isOpen()).isFalse();
            client.until("0\r\n\r\n");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }
}

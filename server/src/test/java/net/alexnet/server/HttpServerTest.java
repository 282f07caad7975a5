package net.alexnet.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class HttpServerTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final List<Answered> answered = new CopyOnWriteArrayList<>();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private HttpServer server = start(HttpSettings.defaults());

    private HttpServer start(HttpSettings settings) {
        Router router = Router.builder()
                .get("/", _ -> Reply.text("text/html; charset=utf-8", "<p>hello"))
                .get("/runs/{run}",
                        call -> Reply.json(Map.of("run", call.segment("run"), "q", call.query("q").orElse(""))))
                .get("/runs/all", _ -> Reply.json("all"))
                .post("/echo", call -> Reply.bytes("application/octet-stream", call.body()))
                .get("/fault", _ -> {
                    throw new IllegalStateException("/home/someone/secret");
                })
                .get("/wait", _ -> {
                    entered.countDown();
                    release.await();
                    return Reply.text("text/plain", "waited");
                })
                .build();
        try {
            return HttpServer.start(settings.listener(answered::add), router);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void restart(HttpSettings settings) {
        server.close();
        server = start(settings);
    }

    @AfterEach
    void close() {
        release.countDown();
        server.close();
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    private String raw(String text) throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            return client.send(text).answer();
        }
    }

    // --- addresses -------------------------------------------------------------------------------------------------

    @Test
    void segmentsAreDecodedOnceAndTheQueryToo() throws Exception {
        assertThat(send(to("/runs/a%20b%2520?q=1%2B1")).body()).contains("\"a b%20\"", "\"1+1\"");
    }

    @Test
    void literalSegmentsWinAndASlashAtTheEndIsIgnored() throws Exception {
        assertThat(send(to("/runs/all/")).body()).isEqualTo("\"all\"");
        assertThat(send(to("/")).body()).isEqualTo("<p>hello");
    }

    @Test
    void pathsThatClimbFindNothing() throws Exception {
        for (String path : List.of("/runs/..", "/runs/%2e%2e", "/runs/a%2fb", "/runs/a%5cb", "/runs/a%00b", "/runs/%zz",
                "/runs//", "//runs/x", "/runs/%c0%ae%c0%ae", "/nothing", "/runs/.")) {
            String answer = raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            assertThat(answer).as(path).containsPattern("^HTTP/1.1 40[04] ").contains("{\"error\":");
        }
    }

    @Test
    void anotherMethodIsRefusedWithThoseThatAreAllowed() throws Exception {
        HttpResponse<String> answer = send(to("/echo").DELETE());
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains("POST");
        assertThat(send(to("/runs/x").POST(BodyPublishers.noBody())).headers().firstValue("Allow"))
                .contains("GET, HEAD");
    }

    @Test
    void aBrowserIsToldOnAPage() throws Exception {
        HttpResponse<String> page = send(to("/nothing").header("Accept", "text/html,*/*;q=0.8"));
        assertThat(page.statusCode()).isEqualTo(404);
        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.body()).startsWith("<!DOCTYPE html>");
        restart(HttpSettings.defaults().token("0123456789abcdef0123"));
        HttpResponse<String> locked = send(to("/").header("Accept", "text/html"));
        assertThat(locked.statusCode()).isEqualTo(401);
        assertThat(locked.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        assertThat(locked.body()).contains("?token=TOKEN");
    }

    @Test
    void headHasTheHeadersAndNoBody() throws Exception {
        HttpResponse<String> answer = send(to("/").method("HEAD", BodyPublishers.noBody()));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    // --- answers ---------------------------------------------------------------------------------------------------

    @Test
    void everyAnswerHasTheHeadersThatProtectAPage() throws Exception {
        for (String path : List.of("/", "/nothing", "/fault")) {
            Map<String, List<String>> headers = send(to(path)).headers().map();
            assertThat(headers).as(path).containsEntry("x-content-type-options", List.of("nosniff"))
                    .containsEntry("referrer-policy", List.of("no-referrer"))
                    .containsKeys("content-security-policy", "cross-origin-opener-policy",
                            "cross-origin-resource-policy", "permissions-policy", "cache-control");
            assertThat(headers).doesNotContainKey("server");
        }
    }

    @Test
    void aFaultOfOursIsAnIdToTheCallerAndMoreToTheLog() throws Exception {
        HttpResponse<String> answer = send(to("/fault"));
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).doesNotContain("secret", "IllegalState");
        Answered logged = logged("/fault");
        assertThat(answer.body()).contains(logged.id().orElseThrow());
        assertThat(logged.failure().orElseThrow()).hasMessageContaining("secret");
        HttpResponse<String> page = send(to("/fault").header("Accept", "text/html,*/*;q=0.8"));
        assertThat(page.statusCode()).isEqualTo(500);
        assertThat(page.body()).startsWith("<!DOCTYPE html>").doesNotContain("secret");
    }

    private Answered logged(String path) throws InterruptedException {
        for (int i = 0; i < 1000; i++) {
            for (Answered one : answered) {
                if (one.path().equals(path)) {
                    return one;
                }
            }
            Thread.sleep(5);
        }
        throw new AssertionError("nothing was logged of " + path);
    }

    @Test
    void aRequestIsALineOfJsonWithoutItsQuery() throws Exception {
        send(to("/runs/x?token=secret"));
        Answered logged = logged("/runs/x");
        assertThat(logged.json()).contains("\"path\":\"/runs/x\"", "\"status\":200", "\"method\":\"GET\"")
                .doesNotContain("secret", "\n");
        assertThat(logged.bytesOut()).isPositive();
    }

    @Test
    void whatIsNotHttpIsRefusedInTheFormOfAllErrors() throws Exception {
        assertThat(raw("NONSENSE\r\n\r\n")).startsWith("HTTP/1.1 400").contains("{\"error\":");
        assertThat(raw("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(20_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431").contains("{\"error\":");
    }

    // --- bodies ----------------------------------------------------------------------------------------------------

    @Test
    void aBodyArrivesWholeHoweverItIsSent() throws Exception {
        byte[] body = new byte[3_000_000];
        new java.util.Random(1).nextBytes(body);
        HttpRequest.Builder known = to("/echo").POST(BodyPublishers.ofByteArray(body));
        assertThat(CLIENT.send(known.build(), BodyHandlers.ofByteArray()).body()).isEqualTo(body);
        HttpRequest.Builder chunked = to("/echo").POST(BodyPublishers.ofInputStream(
                () -> new java.io.ByteArrayInputStream(body)));
        assertThat(CLIENT.send(chunked.build(), BodyHandlers.ofByteArray()).body()).isEqualTo(body);
    }

    @Test
    void aStatedLengthAboveTheLimitIsRefusedBeforeTheBodyIsRead() throws Exception {
        assertThat(raw("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 16777217\r\n\r\n"))
                .startsWith("HTTP/1.1 413").contains("16777216");
    }

    @Test
    void anAddressForGetTakesNoBody() throws Exception {
        restart(HttpSettings.defaults().token("0123456789abcdef0123"));
        assertThat(raw("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n")).startsWith("HTTP/1.1 413");
        assertThat(raw(String.join("\r\n", "GET / HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked",
                "Authorization: Bearer 0123456789abcdef0123", "", "1", "a", ""))).startsWith("HTTP/1.1 413");
    }

    @Test
    void aBodyWithoutALengthIsCounted() throws Exception {
        restart(HttpSettings.defaults().limits(Limits.defaults().body(1000)));
        String chunk = "190\r\n" + "a".repeat(400) + "\r\n";
        assertThat(raw("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk
                + chunk)).startsWith("HTTP/1.1 413").contains("1000");
    }

    @Test
    void aClientThatSendsTooMuchReadsTheAnswer() throws Exception {
        restart(HttpSettings.defaults().limits(Limits.defaults().body(1000)));
        byte[] body = new byte[8_000_000]; // more than sockets hold
        assertThat(send(to("/echo").POST(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body))))
                .statusCode()).isEqualTo(413);
    }

    @Test
    void aCompressedBodyIsInflatedAndCountedAfterwards() throws Exception {
        restart(HttpSettings.defaults().limits(Limits.defaults().body(100_000)));
        byte[] body = new byte[100_000];
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
            out.write(body);
        }
        ByteArrayOutputStream deflate = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(deflate)) {
            out.write(body);
        }
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bomb)) {
            out.write(new byte[100_001]);
        }
        assertThat(encoded("gzip", gzip.toByteArray()).body()).hasSize(100_000);
        assertThat(encoded("deflate", deflate.toByteArray()).body()).hasSize(100_000);
        assertThat(encoded("gzip", bomb.toByteArray()).statusCode()).isEqualTo(413);
        assertThat(encoded("gzip", new byte[] {1, 2, 3}).statusCode()).isEqualTo(400);
        assertThat(encoded("br", gzip.toByteArray()).statusCode()).isEqualTo(415);
    }

    private HttpResponse<String> encoded(String encoding, byte[] body) throws Exception {
        return send(to("/echo").header("Content-Encoding", encoding).POST(BodyPublishers.ofByteArray(body)));
    }

    @Test
    void allBodiesTogetherHaveALimitThatIsFreedAgain() throws Exception {
        restart(HttpSettings.defaults().limits(Limits.defaults().bodies(1000)));
        for (int i = 0; i < 3; i++) {
            assertThat(send(to("/echo").POST(BodyPublishers.ofByteArray(new byte[900]))).statusCode()).isEqualTo(200);
        }
        boolean seen = false;
        for (int i = 1; i < 20 && !seen; i++) {
            try (RawClient slow = new RawClient(server.port())) {
                slow.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 601\r\n\r\n" + "a".repeat(600));
                Thread.sleep(50L * i); // until its bytes are there; whoever comes second is refused
                HttpResponse<String> refused = send(to("/echo").POST(BodyPublishers.ofByteArray(new byte[900])));
                seen = refused.statusCode() == 503 && refused.headers().firstValue("Retry-After").isPresent()
                        && slow.send("a").answer().startsWith("HTTP/1.1 200");
            }
        }
        assertThat(seen).isTrue();
        assertThat(send(to("/echo").POST(BodyPublishers.ofByteArray(new byte[900]))).statusCode()).isEqualTo(200);
    }

    // --- slow senders ----------------------------------------------------------------------------------------------

    @Test
    void slowSendersHoldNoThreadAndAreEnded() throws Exception {
        restart(HttpSettings.defaults()
                .limits(Limits.defaults().times(Duration.ofSeconds(10), Duration.ofMillis(1500))));
        List<RawClient> slow = new ArrayList<>();
        try {
            int before = Thread.activeCount();
            for (int i = 0; i < 200; i++) {
                slow.add(new RawClient(server.port())
                        .send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\na"));
            }
            assertThat(send(to("/")).statusCode()).isEqualTo(200);
            assertThat(Thread.activeCount() - before).isLessThan(50);
            assertThat(slow.getFirst().answer()).startsWith("HTTP/1.1 408").contains("{\"error\":");
            assertThat(slow.getFirst().isClosedByServer()).isTrue();
        } finally {
            for (RawClient one : slow) {
                one.close();
            }
        }
    }

    @Test
    void headersThatTakeTooLongEndTheConnection() throws Exception {
        restart(HttpSettings.defaults().limits(Limits.defaults().times(Duration.ofMillis(500), Duration.ofSeconds(5))));
        try (RawClient silent = new RawClient(server.port());
                RawClient dribbling = new RawClient(server.port());
                RawClient second = new RawClient(server.port())) {
            assertThat(second.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").answer()).contains("hello");
            boolean closed = false;
            for (int i = 0; i < 100 && !closed; i++) {
                try {
                    dribbling.send(i == 0 ? "GET / HTTP/1.1\r\n" : "X");
                } catch (IOException e) {
                    closed = true;
                }
                Thread.sleep(50);
            }
            assertThat(closed).isTrue();
            assertThat(silent.isClosedByServer()).isTrue();
            for (int i = 0; i < 100; i++) {
                try {
                    second.send(i == 0 ? "GET / HTTP/1.1\r\n" : "X");
                    Thread.sleep(50);
                } catch (IOException e) {
                    return; // closed, too
                }
            }
            fail("a second request on a connection may take as long as it likes for its headers");
        }
    }

    @Test
    void anIdleConnectionOutlivesTheTimeForHeaders() throws Exception {
        restart(HttpSettings.defaults().limits(Limits.defaults().times(Duration.ofMillis(300), Duration.ofSeconds(5))));
        try (RawClient client = new RawClient(server.port())) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").answer()).contains("hello");
            Thread.sleep(700);
            assertThat(client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").answer()).contains("hello");
        }
    }

    @Test
    void aRequestThatWaitsForItsAnswerIsNotIdle() throws Exception {
        Limits usual = Limits.defaults();
        restart(HttpSettings.defaults().limits(new Limits(usual.header(), usual.body(), usual.bodies(),
                usual.connections(), usual.streams(), usual.headerTime(), usual.bodyTime(), Duration.ofMillis(100),
                usual.bytesPerSecond(), usual.heartbeat())));
        CompletableFuture<HttpResponse<String>> waiting = CLIENT.sendAsync(to("/wait").build(),
                BodyHandlers.ofString());
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        Thread.sleep(400);
        release.countDown();
        assertThat(waiting.get(10, TimeUnit.SECONDS).body()).isEqualTo("waited");
    }

    // --- starting and stopping -------------------------------------------------------------------------------------

    @Test
    void aStopWaitsForWhatIsBeingAnsweredAndRefusesTheRest() throws Exception {
        CompletableFuture<HttpResponse<String>> waiting = CLIENT.sendAsync(to("/wait").build(),
                BodyHandlers.ofString());
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        try (RawClient connected = new RawClient(server.port())) {
            assertThat(connected.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").answer()).contains("hello");
            Thread stopping = Thread.ofVirtual().start(() -> server.close());
            String answer = "";
            for (int i = 0; i < 500 && !answer.startsWith("HTTP/1.1 503") && stopping.isAlive(); i++) {
                try {
                    answer = connected.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").answer();
                } catch (IOException e) {
                    break; // closed, which is a refusal as well
                }
            }
            release.countDown();
            assertThat(waiting.get(10, TimeUnit.SECONDS).body()).isEqualTo("waited");
            stopping.join();
        }
        assertThatThrownBy(() -> new RawClient(server.port())).isInstanceOf(IOException.class);
    }

    @Test
    void aPortThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThatThrownBy(() -> HttpServer.start(HttpSettings.defaults().port(taken.getLocalPort()),
                    Router.builder().build()))
                    .isInstanceOf(IOException.class).hasMessageContaining(String.valueOf(taken.getLocalPort()));
        }
    }

    @Test
    void aPortThatIsTakenOnOneOfTwoAddressesIsNamed() throws Exception {
        InetAddress second = InetAddress.ofLiteral("::1");
        Assumptions.assumeTrue(HttpSettings.defaults().addresses().contains(second), "this machine has no IPv6");
        try (ServerSocket taken = new ServerSocket(0, 1, second)) {
            assertThatThrownBy(() -> HttpServer.start(HttpSettings.defaults().port(taken.getLocalPort()),
                    Router.builder().build()))
                    .isInstanceOf(IOException.class).hasMessageContaining(String.valueOf(taken.getLocalPort()));
        }
    }

    @Test
    void theLogNamesTheCauseOfAFailure() {
        Answered failed = new Answered(Instant.EPOCH, "", "GET", "/", 500, 0, 0, Duration.ZERO, Optional.of("1"),
                Optional.of(new IllegalStateException("outer", new IOException("inner"))));
        assertThat(failed.reason().orElseThrow()).contains("outer", "inner");
        assertThat(failed.json()).contains("inner");
    }

    @Test
    void aServerThatOthersReachNeedsATokenOrALeave() {
        assertThatThrownBy(() -> HttpServer.start(HttpSettings.defaults().host("0.0.0.0"), Router.builder().build()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("--token");
        assertThatThrownBy(() -> HttpSettings.defaults().token("short")).isInstanceOf(IllegalArgumentException.class);
    }
}

package net.alexnet.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AccessTest {
    private static final String TOKEN = "0123456789abcdef0123";
    private static final Router ROUTER = Router.builder()
            .get("/page", _ -> Reply.text("text/plain", "page"))
            .publicGet("/live", _ -> Reply.text("text/plain", "live"))
            .post("/act", _ -> Reply.text("text/plain", "acted"))
            .build();

    private HttpServer server = start(HttpSettings.defaults().allowedHosts(Set.of("Models.Example")));

    private static HttpServer start(HttpSettings settings) {
        try {
            return HttpServer.start(settings, ROUTER);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void close() {
        server.close();
    }

    private String status(String method, String path, String... headers) throws IOException {
        return answer(method, path, headers).substring(9, 12);
    }

    private String answer(String method, String path, String... headers) throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            return client.send(method + " " + path + " HTTP/1.1\r\nContent-Length: 0\r\n"
                    + String.join("\r\n", headers) + "\r\n\r\n").answer();
        }
    }

    @Test
    void onlyKnownHostsAreAnswered() throws Exception {
        for (String host : List.of("localhost", "localhost:1", "127.0.0.1", "[::1]", "LOCALHOST",
                "models.example:80")) {
            assertThat(status("GET", "/page", "Host: " + host)).as(host).isEqualTo("200");
        }
        for (String host : List.of("evil.example", "localhost.evil.example", "10.0.0.1", "[::2]", "",
                "localhost@evil")) {
            assertThat(status("GET", "/page", "Host: " + host)).as(host).isIn("421", "400");
        }
        assertThat(status("GET", "/live", "Host: evil.example")).isEqualTo("421");
    }

    /// Probes of Kubernetes call a container by its address.
    @Test
    void theAddressThatAConnectionLeadsToIsAKnownHost() throws Exception {
        Access access = new Access(HttpSettings.defaults().host("0.0.0.0").token(TOKEN), 8080);
        access.requireHost(HttpFields.build().put(HttpHeader.HOST, "10.1.2.3:8080"), "10.1.2.3");
        access.requireHost(HttpFields.build().put(HttpHeader.HOST, "[fd00::1]:8080"), "fd00::1");
        access.requireHost(HttpFields.build().put(HttpHeader.HOST, "[fd00::1]:8080"), "[fd00:0:0:0:0:0:0:1]");
        assertThatThrownBy(() -> access.requireHost(HttpFields.build().put(HttpHeader.HOST, "10.1.2.4"), "10.1.2.3"))
                .isInstanceOfSatisfying(HttpFailure.class, failure -> assertThat(failure.status()).isEqualTo(421));
    }

    @Test
    void otherSitesMayNotActOnIt() throws Exception {
        String host = "Host: localhost:" + server.port();
        assertThat(status("POST", "/act", host)).isEqualTo("200");
        assertThat(status("POST", "/act", host, "Sec-Fetch-Site: same-origin")).isEqualTo("200");
        assertThat(status("POST", "/act", host, "Sec-Fetch-Site: none")).isEqualTo("200");
        assertThat(status("POST", "/act", host, "Origin: http://localhost:" + server.port())).isEqualTo("200");
        assertThat(status("POST", "/act", host, "Sec-Fetch-Site: cross-site")).isEqualTo("403");
        assertThat(status("POST", "/act", host, "Sec-Fetch-Site: same-site")).isEqualTo("403");
        assertThat(status("POST", "/act", host, "Origin: http://evil.example")).isEqualTo("403");
        assertThat(status("POST", "/act", host, "Origin: null")).isEqualTo("403");
        assertThat(status("POST", "/act", host, "Origin: http://localhost:1")).isEqualTo("403");
        assertThat(status("GET", "/page", host, "Sec-Fetch-Site: cross-site")).isEqualTo("200");
    }

    @Test
    void aTokenIsAskedForExceptByProbes() throws Exception {
        server.close();
        server = start(HttpSettings.defaults().token(TOKEN));
        assertThat(status("GET", "/live", "Host: localhost")).isEqualTo("200");
        assertThat(status("GET", "/page", "Host: localhost")).isEqualTo("401");
        assertThat(status("GET", "/nothing", "Host: localhost")).isEqualTo("401");
        assertThat(status("GET", "/page", "Host: localhost", "Authorization: Bearer " + TOKEN)).isEqualTo("200");
        assertThat(status("GET", "/page", "Host: localhost", "Authorization: Bearer " + TOKEN + "4")).isEqualTo("401");
        assertThat(status("GET", "/page", "Host: localhost", "Authorization: Basic " + TOKEN)).isEqualTo("401");
        assertThat(status("GET", "/page", "Host: localhost", "Cookie: alexnet-" + server.port() + "=" + TOKEN))
                .isEqualTo("401");
    }

    @Test
    void aBrowserChangesTheTokenInItsAddressForACookie() throws Exception {
        server.close();
        server = start(HttpSettings.defaults().token(TOKEN));
        HttpClient client = HttpClient.newHttpClient();
        HttpResponse<String> login = client.send(HttpRequest.newBuilder(URI.create("http://localhost:" + server.port()
                + "/page?token=" + TOKEN + "&a=b")).build(), BodyHandlers.ofString());
        assertThat(login.statusCode()).isEqualTo(303);
        assertThat(login.headers().firstValue("Location")).contains("/page?a=b");
        String cookie = login.headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(cookie).contains("HttpOnly", "SameSite=Strict").doesNotContain(TOKEN);
        assertThat(status("GET", "/page", "Host: localhost", "Cookie: " + cookie.split(";", 2)[0])).isEqualTo("200");
        assertThat(status("GET", "/page?token=wrong", "Host: localhost")).isEqualTo("401");
        assertThat(status("POST", "/act?token=" + TOKEN, "Host: localhost")).isEqualTo("401");
    }
}

package net.alexnet.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PemFilesTest {
    private static final Path KEY = resource("key.pem");
    private static final Path CERTIFICATE = resource("certificate.pem");

    private static Path resource(String name) {
        try {
            return Path.of(PemFilesTest.class.getResource(name).toURI());
        } catch (java.net.URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aServerWithACertificateSpeaksTls() throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server",
                new PemFiles(KEY, CERTIFICATE).load("x".toCharArray()).getCertificate("server"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        Router router = Router.builder().get("/", _ -> Reply.text("text/plain", "secure")).build();
        try (HttpServer server = HttpServer.start(HttpSettings.defaults().tls(new PemFiles(KEY, CERTIFICATE)), router);
                HttpClient client = HttpClient.newBuilder().sslContext(context).build()) {
            assertThat(server.address().getScheme()).isEqualTo("https");
            assertThat(client.send(HttpRequest.newBuilder(URI.create(server.address() + "/")).build(),
                    BodyHandlers.ofString()).body()).isEqualTo("secure");
        }
    }

    @Test
    void filesThatAreSomethingElseAreNamed(@TempDir Path folder) throws Exception {
        Path other = Files.writeString(folder.resolve("other.pem"), "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n");
        assertThatThrownBy(() -> new PemFiles(other, CERTIFICATE).load("x".toCharArray()))
                .isInstanceOf(IOException.class).hasMessageContaining("other.pem").hasMessageContaining("openssl");
        assertThatThrownBy(() -> new PemFiles(KEY, KEY).load("x".toCharArray()))
                .isInstanceOf(IOException.class).hasMessageContaining("key.pem");
        assertThatThrownBy(() -> new PemFiles(folder.resolve("none"), CERTIFICATE).load("x".toCharArray()))
                .isInstanceOf(IOException.class).hasMessageContaining("none");
    }
}

package example;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import net.alexnet.ImageClassifier;
import net.alexnet.ImageReadException;

/// Answers a picture sent by POST with its most likely class: `WebServer MODEL`, then
/// `curl --data-binary @cat.jpg localhost:8080`. `WebServer MODEL PICTURE` sends itself one picture and ends.
class WebServer {
    private static final int LARGEST = 20 << 20; // bytes of a picture

    public static void main(String[] args) throws Exception {
        ImageClassifier classifier = ImageClassifier.load(Path.of(args[0]));
        int port = args.length > 1 ? 0 : 8080;
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", exchange -> answer(exchange, classifier));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        if (args.length > 1) {
            URI address = URI.create("http://localhost:" + server.getAddress().getPort());
            try (HttpClient client = HttpClient.newHttpClient()) {
                HttpRequest request = HttpRequest.newBuilder(address)
                        .POST(HttpRequest.BodyPublishers.ofFile(Path.of(args[1])))
                        .build();
                HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
                System.out.println(response.statusCode() + " " + response.body());
            }
            server.stop(0);
            classifier.close();
        }
    }

    private static void answer(HttpExchange exchange, ImageClassifier classifier) throws IOException {
        int status = 200;
        String text;
        try (exchange) {
            byte[] picture = exchange.getRequestBody().readNBytes(LARGEST + 1);
            if (picture.length > LARGEST) {
                status = 413;
                text = "a picture may have " + LARGEST + " bytes at most";
            } else {
                try {
                    text = classifier.classify(picture).best().label();
                } catch (ImageReadException e) {
                    status = 400;
                    text = e.reason();
                }
            }
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}

package net.alexnet.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// A server on this machine that says whatever a test makes it say, be it HTTP or a lie.
final class ScriptedServer implements AutoCloseable {
    /// What it says.
    @FunctionalInterface
    interface Answer {
        /// Answers one; the connection ends when it returns.
        ///
        /// @param number of the request, from 0
        void to(int number, Request request, OutputStream out) throws IOException, InterruptedException;
    }

    /// What a client asked.
    ///
    /// @param headers by lower-case names
    record Request(String path, Map<String, String> headers) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        /// Where a `Range` begins; 0 if there is none.
        int offset() {
            String range = header("range");
            return range.isEmpty() ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        }
    }

    final List<Request> requests = new CopyOnWriteArrayList<>();
    private final ServerSocket socket;
    private final Answer answer;

    ScriptedServer(Answer answer) throws IOException {
        this.answer = answer;
        this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    URI address(String path) {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort() + path);
    }

    private void serve() {
        while (true) {
            try {
                Socket connection = socket.accept();
                Thread.ofVirtual().start(() -> talk(connection));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void talk(Socket connection) {
        try (connection) {
            BufferedReader in = new BufferedReader(
                    new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
            String first = in.readLine();
            if (first == null) {
                return;
            }
            Map<String, String> headers = new TreeMap<>();
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                int colon = line.indexOf(':');
                headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
            }
            Request request = new Request(first.split(" ", -1)[1], headers);
            int number;
            synchronized (requests) {
                number = requests.size();
                requests.add(request);
            }
            answer.to(number, request, connection.getOutputStream());
            connection.getOutputStream().flush();
        } catch (IOException | InterruptedException e) {
            // the client has gone
        }
    }

    /// Writes a status line and headers.
    static void head(OutputStream out, String status, String... headers) throws IOException {
        out.write(("HTTP/1.1 " + status + "\r\nConnection: close\r\n" + (headers.length == 0
                ? ""
                : String.join("\r\n", headers) + "\r\n") + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /// What an honest server says, which knows `Range`.
    static void honest(Request request, byte[] content, OutputStream out) throws IOException {
        int offset = request.offset();
        if (offset >= content.length && offset > 0) {
            head(out, "416 Range Not Satisfiable", "Content-Length: 0", "Content-Range: bytes */" + content.length);
        } else if (offset > 0) {
            head(out, "206 Partial Content", "Content-Length: " + (content.length - offset),
                    "Content-Range: bytes " + offset + "-" + (content.length - 1) + "/" + content.length);
            out.write(content, offset, content.length - offset);
        } else {
            head(out, "200 OK", "Content-Length: " + content.length);
            out.write(content);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

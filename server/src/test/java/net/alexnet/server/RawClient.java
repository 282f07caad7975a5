package net.alexnet.server;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// A connection whose every byte the test writes itself.
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
        socket.setSoTimeout(20_000);
        in = new BufferedInputStream(socket.getInputStream());
    }

    RawClient send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return this;
    }

    /// The status line, the headers and the body of one answer with a `Content-Length`.
    String answer() throws IOException {
        String head = head();
        return head + new String(body(head), StandardCharsets.UTF_8);
    }

    /// The status line and the headers of an answer.
    String head() throws IOException {
        return until("\r\n\r\n");
    }

    /// The body behind a head.
    byte[] body(String head) throws IOException {
        return in.readNBytes(number(head, "Content-Length", 0));
    }

    /// The number in a header.
    static int number(String head, String name, int otherwise) {
        String start = name.toLowerCase(Locale.ROOT) + ":";
        return head.lines().filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                .mapToInt(line -> Integer.parseInt(line.substring(start.length()).strip())).findFirst()
                .orElse(otherwise);
    }

    /// Reads up to and including an ASCII text, or to the end of the connection.
    String until(String end) throws IOException {
        StringBuilder read = new StringBuilder();
        int next;
        while ((next = in.read()) >= 0) {
            read.append((char) next);
            if (read.length() >= end.length() && read.indexOf(end, read.length() - end.length()) >= 0) {
                break;
            }
        }
        return read.toString();
    }

    /// Whether the server closes the connection.
    boolean isClosedByServer() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

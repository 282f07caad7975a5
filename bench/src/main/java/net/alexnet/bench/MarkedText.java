package net.alexnet.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import net.alexnet.io.AtomicFiles;

/// The part of a Markdown file that a command writes, between two marks: all else in it stays.
///
/// @param command that writes it
record MarkedText(String command) {
    private String begin() {
        return "<!-- written by " + command + ": from here -->\n";
    }

    private String end() {
        return "<!-- written by " + command + ": to here -->\n";
    }

    /// Replaces the part; a file that has none gets it at its end.
    ///
    /// @throws IOException if there is one mark without the other: what is written by hand could not be told from the rest
    void write(Path file, String text) throws IOException {
        String old = Files.exists(file) ? Files.readString(file) : "# Benchmarks\n";
        byte[] bytes = merged(file, old, text).getBytes(StandardCharsets.UTF_8);
        AtomicFiles.write(file, out -> out.write(bytes));
    }

    private String merged(Path file, String old, String text) throws IOException {
        int from = old.indexOf(begin());
        int to = old.indexOf(end());
        if ((from < 0) != (to < 0) || to < from) {
            throw new IOException(
                    file + " must have the marks '" + begin().strip() + "' and, behind it, '" + end().strip()
                            + "', or neither; put back what is missing, or take both away");
        }
        return from < 0
                ? old + "\n" + begin() + text + end()
                : old.substring(0, from) + begin() + text + old.substring(to);
    }
}

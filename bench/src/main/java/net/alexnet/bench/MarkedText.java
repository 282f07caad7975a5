package net.alexnet.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import net.alexnet.files.AtomicFiles;

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
    void write(Path file, String text) throws IOException {
        String old = Files.exists(file) ? Files.readString(file) : "# Benchmarks\n";
        byte[] bytes = merged(old, text).getBytes(StandardCharsets.UTF_8);
        AtomicFiles.write(file, out -> out.write(bytes));
    }

    private String merged(String old, String text) {
        int from = old.indexOf(begin());
        int to = old.indexOf(end());
        return from < 0 || to < from
                ? old + "\n" + begin() + text + end()
                : old.substring(0, from) + begin() + text + old.substring(to);
    }
}

package net.alexnet.cli;

import module java.base;
import net.alexnet.io.Texts;
import org.jspecify.annotations.Nullable;

/// The connection between a command and its user.
///
/// @param out takes results, and nothing else
/// @param err takes progress, warnings and errors
/// @param raw the same without [#sanitized], to draw bars with
/// @param watched whether a person is watching `err`, so that a line may be drawn over
/// @param interruption whether the user wants the command to end
record Terminal(PrintWriter out, PrintWriter err, PrintWriter raw, boolean watched, ShutdownSignal interruption) {
    private static final char REPLACEMENT = '\uFFFD';
    private static final Pattern LINE_BREAK = Pattern.compile("\\R");

    /// A writer that replaces what [Texts#steers] names by U+FFFD: text that comes from a file must not steer the terminal.
    /// What `println` gets is one line, or a name with a line break in it could forge one.
    static PrintWriter sanitized(PrintWriter out) {
        return new PrintWriter(new FilterWriter(out) {
            @Override
            public void write(int character) throws IOException {
                super.write(sanitized((char) character));
            }

            @Override
            public void write(char[] characters, int offset, int length) throws IOException {
                write(new String(characters, offset, length), 0, length);
            }

            @Override
            public void write(String text, int offset, int length) throws IOException {
                StringBuilder plain = new StringBuilder(length);
                text.substring(offset, offset + length).chars().forEach(one -> plain.append(sanitized((char) one)));
                super.write(plain.toString(), 0, length);
            }
        }, true) {
            @Override
            public void println(@Nullable String text) {
                super.println(LINE_BREAK.matcher(String.valueOf(text)).replaceAll(" "));
            }

            @Override
            public void println(@Nullable Object object) {
                println(String.valueOf(object));
            }
        };
    }

    private static char sanitized(char one) {
        boolean layout = one == '\n' || one == '\t' || System.lineSeparator().indexOf(one) >= 0;
        return Texts.steers(one) && !layout ? REPLACEMENT : one;
    }
}

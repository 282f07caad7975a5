package net.alexnet.cli;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;

/// Text that came out of a file must not steer the terminal: control characters and those that turn the direction of writing
/// become U+FFFD, the sign for what cannot be shown.
final class TerminalSanitizer {
    private static final char SHOWN = '\uFFFD';

    private TerminalSanitizer() {}

    static String text(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            plain.append(plain(text.charAt(i)));
        }
        return plain.toString();
    }

    /// A writer that does it to everything.
    static PrintWriter writer(PrintWriter out) {
        return new PrintWriter(new FilterWriter(out) {
            @Override
            public void write(int character) throws IOException {
                super.write(plain((char) character));
            }

            @Override
            public void write(char[] characters, int offset, int length) throws IOException {
                write(new String(characters, offset, length), 0, length);
            }

            @Override
            public void write(String text, int offset, int length) throws IOException {
                super.write(text(text.substring(offset, offset + length)), 0, length);
            }
        }, true);
    }

    private static char plain(char one) {
        boolean layout = one == '\n' || one == '\t' || System.lineSeparator().indexOf(one) >= 0;
        boolean turns = (one >= '\u202A' && one <= '\u202E') || (one >= '\u2066' && one <= '\u2069');
        return turns || (Character.isISOControl(one) && !layout) ? SHOWN : one;
    }
}

package net.alexnet.cli;

import java.io.PrintWriter;
import java.lang.reflect.Constructor;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/// What lies between a command and its user.
///
/// @param out results, and nothing else
/// @param err progress, warnings and errors
/// @param raw the same without [TerminalSanitizer], for what draws
/// @param watched whether a person is watching `err`, so that a line may be drawn over
/// @param interruption whether the user wants the command to end
record Terminal(PrintWriter out, PrintWriter err, PrintWriter raw, boolean watched, ShutdownSignal interruption) {
    /// Hands the terminal to the commands that take one.
    record Factory(Terminal terminal) implements IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            for (Constructor<?> constructor : type.getDeclaredConstructors()) {
                if (constructor.getParameterCount() == 1 && constructor.getParameterTypes()[0] == Terminal.class) {
                    return type.cast(constructor.newInstance(terminal));
                }
            }
            return CommandLine.defaultFactory().create(type);
        }
    }
}

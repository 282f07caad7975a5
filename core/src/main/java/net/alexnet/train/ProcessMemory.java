package net.alexnet.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/// What the operating system counts of this process, where it tells in `/proc` (Linux); empty elsewhere.
public final class ProcessMemory {
    private static final Path PROC = Path.of("/proc/self");

    private final Path folder;

    private ProcessMemory(Path folder) {
        this.folder = folder;
    }

    /// Of this process.
    public static ProcessMemory own() {
        return new ProcessMemory(PROC);
    }

    /// From files in the form of those in `/proc/self`.
    static ProcessMemory in(Path folder) {
        return new ProcessMemory(folder);
    }

    /// The bytes of physical memory that the process holds now: engine, Java's heap, tensors, mapped files.
    public OptionalLong resident() {
        return kilobytes("VmRSS:");
    }

    /// The most that it held since it began, or since [#resetPeak()].
    public OptionalLong peak() {
        return kilobytes("VmHWM:");
    }

    /// Begins to look for a new peak. Does nothing where the system has no such thing.
    public void resetPeak() {
        try {
            if (Files.exists(folder.resolve("clear_refs"))) {
                Files.writeString(folder.resolve("clear_refs"), "5"); // man 5 proc: resets VmHWM alone
            }
        } catch (IOException e) {
            // not allowed here: the peak is that since the process began
        }
    }

    /// How many pages of memory the system has had to provide or map since the process began, without reading a disk.
    public OptionalLong minorFaults() {
        Optional<String> stat = read("stat");
        if (stat.isEmpty()) {
            return OptionalLong.empty();
        }
        String behindName = stat.get().substring(stat.get().lastIndexOf(')') + 1).strip(); // a name may have blanks
        String[] fields = behindName.split(" ", -1);
        return fields.length > 7 ? number(fields[7]) : OptionalLong.empty(); // the 10th of all, man 5 proc
    }

    private OptionalLong kilobytes(String key) {
        Optional<String> line = read("status").stream().flatMap(String::lines).filter(one -> one.startsWith(key))
                .findFirst();
        if (line.isEmpty()) {
            return OptionalLong.empty();
        }
        OptionalLong found = number(line.get().substring(key.length()).replace("kB", "").strip());
        return found.isPresent() ? OptionalLong.of(1024 * found.getAsLong()) : found;
    }

    private static OptionalLong number(String text) {
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private Optional<String> read(String file) {
        try {
            return Optional.of(Files.readString(folder.resolve(file)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}

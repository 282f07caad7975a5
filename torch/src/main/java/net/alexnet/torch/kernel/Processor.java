package net.alexnet.torch.kernel;

import module java.base;

/// What Linux says of an x86 processor.
public final class Processor {
    private Processor() {}

    /// Whether it has an extension.
    ///
    /// @param flag as in /proc/cpuinfo, like `fma`
    /// @return empty where that is not known
    public static Optional<Boolean> has(String flag) {
        if (!System.getProperty("os.arch").equals("amd64")) {
            return Optional.empty();
        }
        try (BufferedReader lines = Files.newBufferedReader(Path.of("/proc/cpuinfo"))) {
            return lines.lines().filter(line -> line.startsWith("flags")).findFirst()
                    .map(flags -> (flags + " ").contains(" " + flag + " "));
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty(); // not Linux
        }
    }
}

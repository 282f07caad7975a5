package net.alexnet.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// What a reading was taken on.
final class Machine {
    private Machine() {}

    /// Processor, cores, memory and system.
    static String describe() throws IOException {
        return String.format(Locale.ROOT, "%s, %d cores, %s, %s %s", processor(),
                Runtime.getRuntime().availableProcessors(), memory(), System.getProperty("os.name"),
                System.getProperty("os.version"));
    }

    private static String processor() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.exists(info)) {
            return System.getProperty("os.arch");
        }
        List<String> lines = Files.readAllLines(info);
        String flags = field(lines, "flags");
        String vectors = flags.contains("avx512f") ? ", AVX-512" : flags.contains("avx2") ? ", AVX2" : "";
        return field(lines, "model name") + vectors;
    }

    private static String field(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("");
    }

    private static String memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? String.format(Locale.ROOT, "%.0f GiB", system.getTotalMemorySize() / (double) (1 << 30))
                : "memory unknown";
    }
}

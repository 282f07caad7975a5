package net.alexnet.train;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import module java.base;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.MemoryPlan;
import net.alexnet.tensor.EngineMemory;
import net.alexnet.train.config.Recipe;

/// Compares the memory of a training step with what the machine has.
public final class MemoryNeeds {
    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final Pattern AVAILABLE = Pattern.compile("MemAvailable:\\s+(\\d+) kB");

    private MemoryNeeds() {}

    /// Says what to do if a step needs more memory than there is.
    ///
    /// @param threads that compute
    /// @param engine that computes
    /// @param available bytes
    /// @return a sentence or two; empty if there is enough
    public static Optional<String> warning(Recipe recipe, int threads, EngineMemory engine, long available) {
        long needed = needed(recipe, recipe.picturesAtOnce(), threads, engine);
        if (needed <= available) {
            return Optional.empty();
        }
        String problem = String.format(Locale.ROOT, "a training step needs %s, and this machine has %s free, so the"
                + " system may end the run: ", gigabytes(needed), gigabytes(available));
        for (int images = recipe.picturesAtOnce() / 2; images >= 1; images /= 2) {
            long fewer = needed(recipe, images, threads, engine);
            if (fewer <= available) {
                return Optional.of(problem + String.format(Locale.ROOT, "set micro_batch=%d, which needs %s", images,
                        gigabytes(fewer)));
            }
        }
        return Optional.of(problem + "close other programs, or choose a smaller network");
    }

    private static long needed(Recipe recipe, int images, int threads, EngineMemory engine) {
        Architecture architecture = recipe.network().architecture();
        return MemoryPlan.of(architecture, recipe.batch(), images, TrainingRun.INPUTS, threads, engine).total();
    }

    private static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }

    /// The bytes that this process may still get: of the machine, or of its container if that is less.
    public static long available() {
        long free = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getFreeMemorySize();
        try (Stream<String> lines = Files.lines(MEMINFO)) {
            // what Linux has cached counts as free
            long cached = lines.map(AVAILABLE::matcher).filter(Matcher::find)
                    .mapToLong(found -> 1024 * Long.parseLong(found.group(1))).findFirst().orElse(free);
            long total = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
            return Math.max(free, Math.min(cached, total));
        } catch (IOException | UncheckedIOException e) {
            return free; // not Linux
        }
    }
}

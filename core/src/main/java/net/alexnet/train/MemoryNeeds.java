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
    private static final Pattern NUMBER = Pattern.compile("(\\w+):?\\s+(\\d+)");

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
                return Optional.of(problem + String.format(Locale.ROOT, "set %smicro_batch=%d, which needs %s",
                        recipe.parallel() == Recipe.Parallel.FACTORS ? "parallel=data and " : "", images,
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

    /// The bytes that this process may still get, of the machine or of its container; empty where the system does not say.
    public static OptionalLong available() {
        try {
            Map<String, Long> machine = numbers(Path.of("/proc/meminfo"), 1024);
            OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
            Path container = Path.of("/sys/fs/cgroup/memory.stat");
            long cached = Files.isReadable(container)
                    ? numbers(container, 1).getOrDefault("inactive_file", 0L)
                    : 0;
            return OptionalLong.of(available(machine.getOrDefault("MemAvailable", 0L),
                    machine.getOrDefault("MemTotal", 0L), system.getTotalMemorySize(),
                    system.getFreeMemorySize() + cached));
        } catch (IOException | UncheckedIOException e) {
            return OptionalLong.empty(); // not Linux
        }
    }

    /// @param machine bytes that the machine has left, what it only caches included
    /// @param installed bytes of the machine
    /// @param limit of the container; that of the machine where there is none
    /// @param container bytes that the container has left, likewise
    static long available(long machine, long installed, long limit, long container) {
        return limit < installed ? Math.min(machine, container) : machine;
    }

    /// The numbers of lines such as `MemTotal:  24 kB` or `inactive_file 24`.
    private static Map<String, Long> numbers(Path file, long unit) throws IOException {
        Map<String, Long> numbers = new HashMap<>();
        for (String line : Files.readAllLines(file)) {
            Matcher matcher = NUMBER.matcher(line);
            if (matcher.lookingAt()) {
                numbers.put(matcher.group(1), unit * Long.parseLong(matcher.group(2)));
            }
        }
        return numbers;
    }
}

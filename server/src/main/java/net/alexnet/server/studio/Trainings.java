package net.alexnet.server.studio;

import module java.base;
import net.alexnet.server.HttpFailure;
import org.jspecify.annotations.Nullable;

/// Trainings that the page started, one at a time; the others wait. Each is a process of its own,
/// so nothing that the page does can harm it. Safe for use by many threads.
final class Trainings implements AutoCloseable {
    private static final int LINES = 40; // of what a training printed
    private static final int MOST_WAITING = 50;
    private static final int PATIENCE = 3; // minutes in which a training that is stopped should save

    /// What the JVM says of the module that our kernels are written with.
    private static final String INCUBATOR = "WARNING: Using incubator modules: jdk.incubator.vector";

    private final List<String> program;
    private final List<Training> all = new ArrayList<>();
    private final ExecutorService executor = Executors
            .newSingleThreadExecutor(Thread.ofPlatform().daemon().name("trainings").factory());

    /// @param program the command that starts this program, to which a training's arguments are
    ///     added
    Trainings(List<String> program) {
        this.program = List.copyOf(program);
    }

    /// How far a training is.
    enum State {
        WAITING, RUNNING, STOPPING, DONE, STOPPED, FAILED
    }

    /// What must hold when a training starts.
    @FunctionalInterface
    interface Check {
        /// Does nothing if it holds.
        ///
        /// @throws HttpFailure if it does not
        void run() throws IOException, HttpFailure;
    }

    /// A training.
    static final class Training {
        private final int number;
        private final String title;
        private final List<String> arguments;
        private final Check check;
        private final Deque<String> printed = new ArrayDeque<>();
        private State state = State.WAITING;
        private @Nullable Process process;

        private Training(int number, String title, List<String> arguments, Check check) {
            this.number = number;
            this.title = title;
            this.arguments = arguments;
            this.check = check;
        }

        private synchronized boolean waits() {
            return state == State.WAITING;
        }

        private synchronized boolean runs() {
            return state == State.RUNNING || state == State.STOPPING;
        }

        private synchronized void fail(String reason) {
            if (state != State.STOPPED) { // while it waited
                say("the training did not start: " + reason);
                state = State.FAILED;
            }
        }

        private synchronized void say(String line) {
            if (printed.size() == LINES) {
                printed.removeFirst();
            }
            printed.add(line);
        }

        private synchronized Report report() {
            return new Report(number, title, state.name().toLowerCase(Locale.ROOT), List.copyOf(printed));
        }
    }

    /// What is known of a training.
    ///
    /// @param number by which it is named
    /// @param printed the last lines that it printed
    record Report(int number, String title, String state, List<String> printed) {}

    /// Adds a training to those that wait.
    ///
    /// @param arguments of the program
    /// @param check is run just before the program, which may be long after this call
    /// @return empty if too many wait
    synchronized Optional<Report> add(String title, List<String> arguments, Check check) {
        if (all.stream().filter(one -> one.state == State.WAITING).count() >= MOST_WAITING) {
            return Optional.empty();
        }
        Training training = new Training(all.size() + 1, title, List.copyOf(arguments), check);
        all.add(training);
        executor.execute(() -> work(training));
        return Optional.of(training.report());
    }

    /// Whether a training with these arguments waits or runs.
    synchronized boolean isPending(List<String> arguments) {
        return all.stream().anyMatch(one -> one.arguments.equals(arguments)
                && (one.state == State.WAITING || one.state == State.RUNNING || one.state == State.STOPPING));
    }

    /// All trainings, the newest first.
    synchronized List<Report> all() {
        return all.reversed().stream().map(Training::report).toList();
    }

    /// Stops a training, which saves a checkpoint first. One that waits does not begin.
    ///
    /// @return empty if there is none of this number
    synchronized Optional<Report> stop(int number) {
        if (number < 1 || number > all.size()) {
            return Optional.empty();
        }
        Training training = all.get(number - 1);
        synchronized (training) {
            if (training.state == State.WAITING) {
                training.state = State.STOPPED;
            } else if (training.state == State.RUNNING && training.process != null) {
                training.state = State.STOPPING;
                training.process.toHandle().destroy(); // the process's own would close what it prints to
            }
            return Optional.of(training.report());
        }
    }

    private void work(Training training) {
        try {
            if (!training.waits()) {
                return;
            }
            training.check.run(); // holds no lock, since it may take long
            Process process;
            synchronized (training) {
                if (!training.waits()) {
                    return;
                }
                List<String> command = new ArrayList<>(program);
                command.addAll(training.arguments);
                process = new ProcessBuilder(command).redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(new File(isWindows() ? "NUL" : "/dev/null")))
                        .start();
                training.process = process;
                training.state = State.RUNNING;
            }
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                lines.lines().filter(line -> !line.equals(INCUBATOR)).forEach(training::say);
            }
            int code = process.waitFor();
            synchronized (training) {
                training.state = code == 0
                        ? State.DONE
                        : training.state == State.STOPPING ? State.STOPPED : State.FAILED;
            }
        } catch (IOException | UncheckedIOException | HttpFailure e) {
            training.fail(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isWindows() {
        return File.separatorChar == '\\';
    }

    /// Stops the training that runs, which saves a checkpoint, and waits for its end. Those that wait do not begin.
    ///
    /// @return what the training printed last, such as how to continue it; empty if none ran
    Optional<String> stop() {
        List<Training> left;
        synchronized (this) {
            left = List.copyOf(all);
        }
        Optional<Training> running = left.stream().filter(Training::runs).findFirst();
        for (int number = 1; number <= left.size(); number++) {
            stop(number);
        }
        if (running.isEmpty()) {
            executor.shutdownNow();
            return Optional.empty();
        }
        executor.shutdown();
        try {
            if (!executor.awaitTermination(PATIENCE, TimeUnit.MINUTES)) {
                return Optional.empty();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return running.get().report().printed().reversed().stream().findFirst();
    }

    @Override
    public void close() {
        var _ = stop();
    }
}

package net.alexnet.cli;

import module java.base;
import net.alexnet.torch.TorchStore;

/// The ranks of one host as processes of this program: started together, watched, ended together, and started again from their
/// last checkpoint after a failure.
///
/// Launchers of several hosts count attempts in their store. One whose rank fails raises the count; all see it, end their
/// ranks and start them for the next attempt.
final class RankProcesses {
    private static final Duration POLL = Duration.ofMillis(200);

    /// How long ranks may take to end after SIGTERM. Ranks that lost another have nothing to save.
    private static final Duration GRACE = Duration.ofSeconds(5);

    private static final String ATTEMPT = "attempt";
    private static final String DONE = "done";
    private static final String GIVEN_UP = "given up";
    private static final String LEFT = "left";

    private final List<String> command;
    private final PrintWriter err;
    private final BooleanSupplier stop;
    private final TorchStore store;
    private final Hosts hosts;
    private final int maxRestarts;
    private final String run = UUID.randomUUID().toString();
    private boolean signaled;

    /// The ranks of all hosts.
    ///
    /// @param address of the store, for all hosts
    /// @param port of the store
    /// @param processes on each host
    /// @param nodes hosts
    /// @param node which host this is
    record Hosts(String address, int port, int processes, int nodes, int node) {
        int world() {
            return processes * nodes;
        }

        int rank(int local) {
            return node * processes + local;
        }
    }

    /// A rank that ended.
    private record Ended(int local, int code) {}

    /// @param stop polled: whether the user wants all to save and end
    RankProcesses(List<String> command, PrintWriter err, BooleanSupplier stop, TorchStore store, Hosts hosts,
            int maxRestarts) {
        this.command = command;
        this.err = err;
        this.stop = stop;
        this.store = store;
        this.hosts = hosts;
        this.maxRestarts = maxRestarts;
    }

    /// Runs the ranks to their end.
    ///
    /// @return the exit code: 0 if all have finished
    int run() throws IOException, InterruptedException {
        while (true) {
            int attempt = (int) store.add(ATTEMPT, 0);
            List<Process> ranks = new ArrayList<>();
            Optional<Ended> failure;
            try {
                for (int local = 0; local < hosts.processes; local++) {
                    ranks.add(start(local, attempt));
                }
                failure = watch(ranks, attempt);
            } finally {
                end(ranks);
            }
            if (failure.isEmpty() && store.add(ATTEMPT, 0) == attempt) {
                return finish(attempt);
            }
            Optional<Integer> last = failure.flatMap(ended -> giveUp(ended, attempt));
            if (last.isPresent() || store.add(GIVEN_UP, 0) > 0) {
                leave();
                return last.orElse(1);
            }
        }
    }

    /// Waits until the other hosts are done too: this one may serve the store.
    private int finish(int attempt) throws InterruptedException {
        store.add(DONE, 1);
        while (store.add(DONE, 0) < hosts.nodes) {
            if (store.add(ATTEMPT, 0) > attempt) {
                err.println("launch: another host failed after this one had finished; it has to be started again");
                leave();
                return 1;
            }
            Thread.sleep(POLL);
        }
        leave();
        return 0;
    }

    /// Host 0 serves the store, so it leaves last, or after a while.
    private void leave() throws InterruptedException {
        store.add(LEFT, 1);
        long until = System.nanoTime() + 2 * GRACE.toNanos();
        while (hosts.node == 0 && store.add(LEFT, 0) < hosts.nodes && System.nanoTime() < until) {
            Thread.sleep(POLL);
        }
    }

    /// Reports a failure, and says whether it is the last: the exit code if so.
    private Optional<Integer> giveUp(Ended failure, int attempt) {
        int rank = hosts.rank(failure.local);
        String how = failure.code > 128
                ? "was ended by signal " + (failure.code - 128) + (failure.code == 137 ? " (out of memory?)" : "")
                : "ended with code " + failure.code;
        boolean last = attempt >= maxRestarts || failure.code == 2 || failure.code == LaunchCommand.NO_RESTART;
        err.println("launch: rank " + rank + " of " + hosts.world() + " " + how + (last
                ? attempt >= maxRestarts && maxRestarts > 0 ? "; no restart is left" : ""
                : "; all ranks start again, from the last checkpoint if there is one (" + (attempt + 1) + " of "
                        + maxRestarts + ")"));
        if (last) {
            store.add(GIVEN_UP, 1);
        }
        if (store.add("failed/" + attempt, 1) == 1) { // the first host that sees a failure
            store.add(ATTEMPT, 1);
        }
        return last ? Optional.of(failure.code == 2 ? 2 : 1) : Optional.empty();
    }

    /// Waits until all ranks have ended well, one has failed, or another host has raised the attempt.
    ///
    /// @return the failure that is the cause, of this host
    private Optional<Ended> watch(List<Process> ranks, int attempt) throws InterruptedException {
        long lostSince = 0;
        while (true) {
            if (stop.getAsBoolean() && !signaled) {
                signaled = true;
                ranks.forEach(Process::destroy); // SIGTERM: they agree, save and end
            }
            List<Ended> ended = new ArrayList<>();
            for (int local = 0; local < ranks.size(); local++) {
                if (!ranks.get(local).isAlive()) {
                    ended.add(new Ended(local, ranks.get(local).exitValue()));
                }
            }
            if (signaled
                    ? ended.size() == ranks.size()
                    : ended.stream().allMatch(one -> one.code == 0)
                            && ended.size() == ranks.size()) {
                return Optional.empty();
            }
            Optional<Ended> cause = ended.stream().filter(one -> one.code != 0 && one.code != LaunchCommand.OTHER_RANK)
                    .findFirst();
            Optional<Ended> lost = ended.stream().filter(one -> one.code == LaunchCommand.OTHER_RANK).findFirst();
            if (!signaled && cause.isPresent()) {
                return cause;
            }
            if (!signaled && hosts.nodes > 1 && store.add(ATTEMPT, 0) > attempt) {
                return Optional.empty();
            }
            if (!signaled && lost.isPresent()) { // the cause follows, unless it hangs
                lostSince = lostSince == 0 ? System.nanoTime() : lostSince;
                if (System.nanoTime() - lostSince > GRACE.toNanos()) {
                    return lost;
                }
            }
            Thread.sleep(POLL);
        }
    }

    private static void end(List<Process> ranks) throws InterruptedException {
        ranks.forEach(Process::destroy);
        long until = System.nanoTime() + GRACE.toNanos();
        for (Process rank : ranks) {
            if (!rank.waitFor(Math.max(1, until - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                rank.destroyForcibly().waitFor();
            }
        }
    }

    /// Starts a rank, with torchrun's environment.
    private Process start(int local, int attempt) throws IOException {
        List<String> line = TrainingCommand.program();
        line.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(line).inheritIO();
        Map<String, String> environment = builder.environment();
        environment.put("RANK", Integer.toString(hosts.rank(local)));
        environment.put("WORLD_SIZE", Integer.toString(hosts.world()));
        environment.put("LOCAL_RANK", Integer.toString(local));
        environment.put("LOCAL_WORLD_SIZE", Integer.toString(hosts.processes));
        environment.put("GROUP_RANK", Integer.toString(hosts.node));
        environment.put("MASTER_ADDR", hosts.address);
        environment.put("MASTER_PORT", Integer.toString(hosts.port));
        environment.put("TORCHELASTIC_USE_AGENT_STORE", "True");
        environment.put("TORCHELASTIC_RESTART_COUNT", Integer.toString(attempt));
        environment.put("TORCHELASTIC_RUN_ID", run);
        environment.putIfAbsent("TORCH_CPP_LOG_LEVEL", "ERROR");
        return builder.start();
    }
}

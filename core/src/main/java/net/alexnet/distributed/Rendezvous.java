package net.alexnet.distributed;

import module java.base;
import net.alexnet.data.loader.Rank;

/// Where the ranks of a run meet, and which of them this process is: what a launcher says in the environment. Launchers are
/// torchrun and those that set its variables (Kubeflow, `alexnet launch`), Slurm's `srun`, and Open MPI's `mpirun`.
///
/// @param rank of this process
/// @param localRank its number among the processes of this host, from 0
/// @param localWorld how many processes of the run this host has, at least 1
/// @param address host name or address of the store
/// @param port of the store, 1 to 65535
/// @param storeIsServed whether a launcher serves the store; else rank 0 does
/// @param attempt how often the run was restarted, from 0: ranks of different attempts never meet
/// @param run names the run over all its attempts; empty if the launcher names none
public record Rendezvous(Rank rank, int localRank, int localWorld, String address, int port, boolean storeIsServed,
        int attempt, String run) {
    private static final String RANK = "RANK";
    private static final String WORLD = "WORLD_SIZE";
    private static final String ADDRESS = "MASTER_ADDR";
    private static final String PORT = "MASTER_PORT";

    /// What torchrun calls every run that was given no name.
    private static final String NO_NAME = "none";

    /// Jobs of one host take different ports: this one plus the job's number, modulo [#PORTS].
    private static final int FIRST_PORT = 20_000;

    private static final int PORTS = 10_000;

    public Rendezvous {
        if (localWorld < 1 || localRank < 0 || localRank >= localWorld || localWorld > rank.world()) {
            throw new IllegalArgumentException("a host cannot have local rank " + localRank + " of " + localWorld
                    + " in a run of " + rank.world() + " ranks: check LOCAL_RANK and LOCAL_WORLD_SIZE");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(PORT + " must be 1 to 65535, found " + port);
        }
    }

    /// Reads the environment. It is empty for a process that no launcher started.
    ///
    /// @throws IllegalArgumentException if a launcher's variables are there in part only, or make no sense
    public static Optional<Rendezvous> of(Map<String, String> environment) {
        if (environment.containsKey(RANK) || environment.containsKey(WORLD)) {
            return Optional.of(torchrun(environment));
        }
        if (environment.containsKey("SLURM_STEP_NUM_TASKS") && number(environment, "SLURM_STEP_NUM_TASKS") > 1) {
            return Optional.of(slurm(environment));
        }
        if (environment.containsKey("OMPI_COMM_WORLD_RANK")) {
            return Optional.of(openMpi(environment));
        }
        return Optional.empty();
    }

    private static Rendezvous torchrun(Map<String, String> environment) {
        List<String> missing = Stream.of(RANK, WORLD, ADDRESS, PORT).filter(name -> !environment.containsKey(name))
                .toList();
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("the environment has " + (environment.containsKey(RANK) ? RANK : WORLD)
                    + " but not " + String.join(", ", missing) + ": a launcher sets all of RANK, WORLD_SIZE,"
                    + " MASTER_ADDR and MASTER_PORT. Set the others too, or unset these");
        }
        return new Rendezvous(rank(environment, RANK, WORLD), number(environment, "LOCAL_RANK", 0),
                number(environment, "LOCAL_WORLD_SIZE", 1), text(environment, ADDRESS), number(environment, PORT),
                "True".equals(environment.get("TORCHELASTIC_USE_AGENT_STORE")),
                number(environment, "TORCHELASTIC_RESTART_COUNT", 0),
                environment.getOrDefault("TORCHELASTIC_RUN_ID", NO_NAME).replaceFirst("^" + NO_NAME + "$", ""));
    }

    private static Rendezvous slurm(Map<String, String> environment) {
        String job = text(environment, "SLURM_JOB_ID");
        return new Rendezvous(rank(environment, "SLURM_PROCID", "SLURM_STEP_NUM_TASKS"),
                number(environment, "SLURM_LOCALID", 0), tasks(environment),
                Optional.ofNullable(environment.get(ADDRESS))
                        .orElseGet(() -> firstHost(text(environment, "SLURM_STEP_NODELIST"))),
                Optional.ofNullable(environment.get(PORT)).map(port -> number(environment, PORT))
                        .orElseGet(() -> FIRST_PORT + number(environment, "SLURM_JOB_ID") % PORTS),
                false, number(environment, "SLURM_RESTART_COUNT", 0),
                job + "." + environment.getOrDefault("SLURM_STEP_ID", "0"));
    }

    /// The tasks of this host: `SLURM_STEP_TASKS_PER_NODE` is a list such as `2(x3),1`, of which the node's own is not marked,
    /// so it counts only where all hosts have as many.
    private static int tasks(Map<String, String> environment) {
        String all = environment.getOrDefault("SLURM_STEP_TASKS_PER_NODE", "1");
        Matcher matcher = Pattern.compile("(\\d+)(?:\\(x\\d+\\))?").matcher(all);
        return matcher.matches()
                ? Integer.parseInt(matcher.group(1))
                : number(environment, "SLURM_LOCALID", 0) + 1;
    }

    /// The first host of Slurm's short form: `node[03-07,12],login` begins with `node03`.
    static String firstHost(String hosts) {
        Matcher matcher = Pattern.compile("([^\\[,]+)(?:\\[([^,\\-\\]]+)[^\\]]*\\])?([^,]*).*").matcher(hosts);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("SLURM_STEP_NODELIST names no host: '" + hosts + "'; set MASTER_ADDR");
        }
        return matcher.group(1) + (matcher.group(2) == null ? "" : matcher.group(2)) + matcher.group(3);
    }

    private static Rendezvous openMpi(Map<String, String> environment) {
        Rank rank = rank(environment, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE");
        int local = number(environment, "OMPI_COMM_WORLD_LOCAL_SIZE", 1);
        if (!environment.containsKey(ADDRESS) && local < rank.world()) {
            throw new IllegalArgumentException("mpirun started ranks on several hosts and does not say where they meet:"
                    + " set MASTER_ADDR to the first host (mpirun -x MASTER_ADDR=HOST)");
        }
        return new Rendezvous(rank, number(environment, "OMPI_COMM_WORLD_LOCAL_RANK", 0), local,
                environment.getOrDefault(ADDRESS, "127.0.0.1"), number(environment, PORT, FIRST_PORT), false, 0, "");
    }

    private static Rank rank(Map<String, String> environment, String number, String world) {
        try {
            return new Rank(number(environment, number), number(environment, world));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(number + " and " + world + ": " + e.getMessage(), e);
        }
    }

    private static String text(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("the environment needs " + name);
        }
        return value.strip();
    }

    private static int number(Map<String, String> environment, String name, int usual) {
        return environment.containsKey(name) ? number(environment, name) : usual;
    }

    private static int number(Map<String, String> environment, String name) {
        String value = text(environment, name);
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be a whole number, found '" + value + "'", e);
        }
    }

    /// Whether all ranks are on this host.
    public boolean isLocal() {
        return localWorld == rank.world();
    }
}

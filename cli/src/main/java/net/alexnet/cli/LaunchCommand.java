package net.alexnet.cli;

import module java.base;
import net.alexnet.io.Texts;
import net.alexnet.torch.TorchStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet launch`.
@Command(name = "launch", description = "Train with several processes, on one host or several. When one ends by a failure, all are started again from"
        + " the last checkpoint.", footer = {
            "", "Examples:",
            "  ./alexnet launch --processes 2 train --data pictures/",
            "  ./alexnet launch --processes 1 --nodes 2 --node 0 --master 10.0.0.1:29500 train --recipe cifar10",
            "  ./alexnet launch --processes 1 --nodes 2 --node 1 --master 10.0.0.1:29500 train --recipe cifar10",
            "",
            "On several hosts, start it on each with the same command but for --node. Hosts need the same",
            "pictures. The train command also runs under torchrun --no-python, srun and mpirun."})
final class LaunchCommand extends BaseCommand {
    /// The exit code of a rank whose connection to another rank failed. The launcher looks for the other rank's failure.
    static final int OTHER_RANK = 75;

    /// The exit code of a rank whose failure would come again.
    static final int NO_RESTART = 76;

    @Option(names = "--processes", paramLabel = "N", required = true, description = "Ranks on this host.")
    private int processes;

    @Option(names = "--nodes", paramLabel = "N", description = "Hosts. Default: 1.")
    private int nodes = 1;

    @Option(names = "--node", paramLabel = "K", description = "Which host this is, from 0. Default: 0.")
    private int node;

    @Option(names = "--master", paramLabel = "HOST:PORT", description = "Where all hosts meet: an address of host 0 that the others reach, and a free port there. Needed with --nodes.")
    private Optional<String> master = Optional.empty();

    @Option(names = "--max-restarts", paramLabel = "N", description = "How often all ranks are started again after a failure. Default: 3.")
    private int maxRestarts = 3;

    @Parameters(paramLabel = "train …", arity = "1..*", description = "The command that every rank runs, with its options.")
    private List<String> command = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
        within("--processes", processes, 1, 1024);
        within("--nodes", nodes, 1, 1024);
        within("--node", node, 0, nodes - 1);
        within("--max-restarts", maxRestarts, 0, 1000);
        if (!command.getFirst().equals("train")) {
            throw new IllegalArgumentException("launch runs the command train, found '" + command.getFirst() + "'");
        }
        if (nodes > 1 && master.isEmpty()) {
            throw new IllegalArgumentException("--nodes needs --master HOST:PORT, an address of host 0");
        }
        String address = master.map(LaunchCommand::host).orElse("127.0.0.1");
        int port = master.map(LaunchCommand::port).orElse(0);
        terminal().interruption().deferExit(); // a signal waits until the ranks have saved
        try (TorchStore store = store(address, port)) {
            return new RankProcesses(command, err(), terminal().interruption()::stopRequested, store,
                    new RankProcesses.Hosts(address, store.port(), processes, nodes, node), maxRestarts).run();
        }
    }

    private TorchStore store(String address, int port) throws IOException {
        try {
            return node == 0 ? TorchStore.serve(port) : TorchStore.connect(address, port);
        } catch (RuntimeException e) {
            throw new IOException(node == 0
                    ? "cannot serve port " + port + " (" + reason(e) + "): name another one in --master"
                    : "cannot reach host 0 at " + master.orElseThrow() + " (" + reason(e)
                            + "): check that its launcher runs",
                    e);
        }
    }

    private static String reason(RuntimeException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString());
    }

    private static String host(String master) {
        int colon = master.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("--master must be HOST:PORT, found " + Texts.argument(master));
        }
        return master.substring(0, colon);
    }

    private static int port(String master) {
        String port = master.substring(master.lastIndexOf(':') + 1);
        if (!port.matches("\\d{1,5}")) {
            throw new IllegalArgumentException("--master must be HOST:PORT, found " + Texts.argument(master));
        }
        return (int) within("the port of --master", Integer.parseInt(port), 1, 65_535);
    }
}

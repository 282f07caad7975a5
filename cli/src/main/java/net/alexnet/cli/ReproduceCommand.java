package net.alexnet.cli;

import module java.base;
import net.alexnet.io.Texts;
import net.alexnet.reproduce.Reproduction;
import net.alexnet.reproduce.Reproduction.Status;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet reproduce`.
@Command(name = "reproduce", description = "Test the paper's claims with runs of your own, and say how sure each result is.", footer = {
    "", "Examples:",
    "  ./alexnet reproduce                                   lists the claims, what they cost, and what is done",
    "  ./alexnet reproduce ten-views --data cifar-10/        trains five networks and compares one view with ten",
    "  ./alexnet reproduce all --data cifar-10/ --budget 8h  as much as eight hours allow; run it again to go on"})
final class ReproduceCommand extends ProgressCommand {
    private static final Pattern TIME = Pattern.compile("(\\d+(?:\\.\\d+)?)([smhd])");

    @Parameters(paramLabel = "CLAIM", arity = "0..*", description = "The claims to test, or all. Without any, they are listed.")
    private List<String> claims = List.of();

    @Option(names = "--data", paramLabel = "DIR", description = "The folder of the pictures, as for train. Default: those that the runs in --out have.")
    private @Nullable String data;

    @Option(names = "--recipe", paramLabel = "NAME|FILE", description = "The recipe that each arm changes in one thing. Default: cifar10.")
    private String recipe = "cifar10";

    @Option(names = "--out", paramLabel = "DIR", description = "The folder of the runs and the results. Default: reproduction.")
    private Path out = Path.of("reproduction");

    @Option(names = "--seeds", paramLabel = "K", description = "How many seeds of each arm. Default: as each claim is planned.")
    private @Nullable Integer seeds;

    @Option(names = "--quick", description = "One seed of each arm: a direction in the least time, without an interval.")
    private boolean quick;

    @Option(names = "--budget", paramLabel = "TIME", description = "Start no run that would not end within this time, as far as earlier runs tell, and save and stop one that takes"
            + " longer: 45m, 8h, 2d.")
    private @Nullable String budget;

    @Mixin
    private ComputeOptions compute = new ComputeOptions();

    @Override
    int run(ConsoleProgress progress) throws IOException, InterruptedException {
        if (quick && seeds != null) {
            throw new IllegalArgumentException("--quick is one seed, so --seeds cannot be given too; leave one out");
        }
        Reproduction reproduction = Reproduction.in(out).recipe(recipe).options(compute.options()).listener(progress);
        if (data != null) {
            reproduction.on(data);
        }
        if (quick) {
            reproduction.seeds(1);
        } else if (seeds != null) {
            reproduction.seeds((int) within("--seeds", seeds, 1, 100));
        }
        if (budget != null) {
            reproduction.budget(time(budget));
        }
        if (!claims.equals(List.of("all"))) {
            reproduction.claims(claims);
        }
        if (claims.isEmpty()) {
            reproduction.claims(Reproduction.ids());
            List<Status> listed = reproduction.list();
            List<String> lines = new ArrayList<>(lines(listed));
            Reproduction.Left left = reproduction.left();
            if (left.runs() > 0) {
                lines.add("all together, as claims share runs: " + Texts.count(left.runs(), "run")
                        + cost(left.epochs(), listed.getFirst().pictures(), left.hours()));
            }
            if (listed.stream().allMatch(state -> state.hours().isEmpty())) {
                lines.add("how long an epoch takes is known after the first run"
                        + (data == null ? "; --data DIR counts the pictures" : ""));
            }
            print(json(listed), lines);
            return 0;
        }
        terminal().interruption().deferExit();
        boolean complete = reproduction.run(() -> terminal().interruption().stopRequested());
        progress.clear();
        List<Status> states = reproduction.list();
        List<String> lines = new ArrayList<>(lines(states));
        lines.add("results: " + out.resolve("claims.md")
                + (complete ? "" : "; not all runs are done, the same command goes on"));
        print(json(states), lines);
        return 0;
    }

    /// A [Status] as JSON has it.
    private record Line(String claim, String section, String statement, String paper, String verdict, String result,
            int runs,
            int done, int epochs, @Nullable Integer pictures, @Nullable Double hours) {}

    private static List<Line> json(List<Status> states) {
        return states.stream().map(state -> new Line(state.id(), state.section(), state.statement(), state.paper(),
                state.verdict(), state.result(), state.runs(), state.done(), state.epochs(),
                state.pictures().isPresent() ? state.pictures().getAsInt() : null,
                state.hours().isPresent() ? state.hours().getAsDouble() : null)).toList();
    }

    private static List<String> lines(List<Status> states) {
        int width = states.stream().mapToInt(state -> state.id().length()).max().orElse(0);
        List<String> lines = new ArrayList<>();
        for (Status state : states) {
            lines.add(String.format(Locale.ROOT, "%-" + width + "s  %s", state.id(), state.statement()
                    + (state.paper().isEmpty() ? "" : " (paper: " + state.paper() + ")")));
            lines.add(String.format(Locale.ROOT, "%-" + width + "s  %s", "", state.runs() == 0
                    ? state.verdict() + ", " + state.result()
                    : state.verdict() + (state.result().equals("-") ? "" : ", " + state.result()) + "; " + state.done()
                            + " of " + state.runs() + " runs done" + cost(state)));
        }
        return lines;
    }

    /// What the missing runs cost.
    private static String cost(Status state) {
        return state.done() == state.runs() ? "" : cost(state.epochs(), state.pictures(), state.hours());
    }

    private static String cost(int epochs, OptionalInt pictures, OptionalDouble known) {
        if (known.isEmpty()) {
            return ", to train: " + (epochs == 1 ? "" : "up to ") + Texts.count(epochs, "epoch")
                    + (pictures.isPresent()
                            ? " of " + Texts.count(pictures.getAsInt(), "picture")
                            : " of the training pictures");
        }
        double hours = known.getAsDouble();
        return hours < 1
                ? String.format(Locale.ROOT, ", %.0f min to go", Math.ceil(hours * 60))
                : String.format(Locale.ROOT, ", %.1f h to go", hours);
    }

    private static Duration time(String text) {
        Matcher parts = TIME.matcher(text);
        if (!parts.matches() || Double.parseDouble(parts.group(1)) == 0) {
            throw new IllegalArgumentException(
                    "--budget must be a time above 0 such as 45m, 8h or 2d, found '" + text + "'");
        }
        double unit = switch (parts.group(2)) {
            case "s" -> 1;
            case "m" -> 60;
            case "h" -> 3600;
            default -> 86_400;
        };
        return Duration.ofMillis((long) (Double.parseDouble(parts.group(1)) * unit * 1000));
    }
}

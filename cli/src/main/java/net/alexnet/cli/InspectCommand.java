package net.alexnet.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import net.alexnet.inference.Engines;
import net.alexnet.inference.ModelCard;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.MemoryPlan;
import net.alexnet.train.TrainingRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `alexnet inspect`.
@Command(name = "inspect", mixinStandardHelpOptions = true, description = "Shows a network layer by layer: shapes, parameters, multiply-adds, and the memory that training takes; of a model file, what it says of itself.")
final class InspectCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private NetworkChoice choice = new NetworkChoice();

    @Option(names = "--threads", paramLabel = "N", description = "Threads that the memory is planned for. Default: all cores.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--json", description = "One JSON object on standard output, and nothing else there.")
    private boolean json;

    InspectCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        int batch = choice.batch();
        Architecture architecture = choice.network().architecture();
        MemoryPlan memory = MemoryPlan.of(
                architecture, batch, TrainingRun.INPUTS, Engine.threads(threads), Engines.find().memory());
        Optional<ModelCard> card = choice.card();
        if (json) {
            Map<String, Object> object = object(architecture, memory, batch);
            card.ifPresent(one -> object.put("card", ModelCardPrinter.object(one)));
            terminal.out().println(Json.of(object));
        } else {
            card.ifPresent(one -> {
                ModelCardPrinter.lines(one).forEach(terminal.out()::println);
                terminal.out().println();
            });
            table(architecture);
            memory(memory, batch);
        }
        return 0;
    }

    private void table(Architecture architecture) {
        line("layer", "output", "parameters", "multiply-adds");
        line("input", architecture.input().toString(), "", "");
        for (Row row : architecture.rows()) {
            line(row.name(), row.out().toString(), count(row.parameters()), count(row.multiplyAdds()));
        }
        line("in all", "", count(architecture.parameters()), count(architecture.multiplyAdds()));
    }

    private void line(String name, String output, String parameters, String multiplyAdds) {
        terminal.out().println(String.format(
                Locale.ROOT, "%-10s %-18s %15s %18s", name, output, parameters, multiplyAdds).stripTrailing());
    }

    private static String count(long number) {
        return number == 0 ? "" : String.format(Locale.ROOT, "%,d", number);
    }

    private void memory(MemoryPlan memory, int batch) {
        terminal.out().println();
        terminal.out().println("memory of a training step of " + count(batch) + " pictures");
        MemoryEstimate.of(memory).forEach((name, bytes) -> terminal.out()
                .println(String.format(Locale.ROOT, "  %-12s %12s", name, Text.bytes(bytes))));
        terminal.out().println(String.format(Locale.ROOT, "  %-12s %12s", "in all", Text.bytes(memory.total())));
    }

    private static Map<String, Object> object(Architecture architecture, MemoryPlan memory, int batch) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("network", architecture.name());
        object.put("classes", architecture.classes());
        object.put("parameters", architecture.parameters());
        object.put("multiply_adds", architecture.multiplyAdds());
        object.put("batch", batch);
        object.put("memory_bytes", MemoryEstimate.withTotal(memory));
        object.put("layers", architecture.rows().stream().map(InspectCommand::object).toList());
        return object;
    }

    private static Map<String, Object> object(Row row) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", row.name());
        object.put("output", row.out().dims());
        object.put("parameters", row.parameters());
        object.put("multiply_adds", row.multiplyAdds());
        return object;
    }
}

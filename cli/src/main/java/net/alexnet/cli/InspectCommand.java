package net.alexnet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import module java.base;
import net.alexnet.inference.Engines;
import net.alexnet.io.Texts;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.tensor.Precision;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `alexnet inspect`.
@Command(name = "inspect", description = "Show a network layer by layer: shapes, parameters, multiply-adds, and the memory of a training step. Of a model"
        + " file, also show its classes, preprocessing and origin.", footer = {
            "", "Examples:",
            "  ./alexnet inspect paper",
            "  ./alexnet inspect runs/latest --batch 64",
            "  ./alexnet inspect paper --batch 1024 --micro-batch 128",
            "  ./alexnet inspect alexnet.safetensors"})
final class InspectCommand extends BaseCommand {
    @Mixin
    private NetworkChoice choice = new NetworkChoice();

    @Option(names = "--micro-batch", paramLabel = "N", description = "Pictures that are computed at a time. Default: those of the recipe or the run if --batch is not given, else the whole batch.")
    private @Nullable Integer microBatch;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that the memory is planned for. Default: all cores.")
    private int threads = Runtime.getRuntime().availableProcessors();

    private record Layer(String name, List<Integer> output, long parameters, long multiplyAdds) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Inspected(String network, int classes, long parameters, long multiplyAdds, int batch,
            int microBatch, Map<String, Long> memoryBytes, List<Layer> layers, @Nullable Object card) {}

    @Override
    public Integer call() throws IOException {
        ComputeOptions.threads(threads);
        NetworkChoice.Chosen chosen = choice.open();
        if (microBatch != null) {
            chosen = chosen.withMicroBatch((int) within("--micro-batch", microBatch, 1, chosen.batch()));
        }
        Architecture architecture = chosen.network().architecture();
        Map<String, Long> memory = NetworkChoice.memory(chosen, threads, Engines.find().memory(Precision.FLOAT32));
        List<Layer> layers = architecture.rows().stream()
                .map(row -> new Layer(row.name(), row.out().dims(), row.parameters(), row.multiplyAdds())).toList();
        print(new Inspected(architecture.name(), architecture.classes(), architecture.parameters(),
                architecture.multiplyAdds(), chosen.batch(), chosen.microBatch(), memory, layers,
                chosen.card().map(ModelCardPrinter::json).orElse(null)), lines(chosen, memory));
        return 0;
    }

    private static List<String> lines(NetworkChoice.Chosen chosen, Map<String, Long> memory) {
        Architecture architecture = chosen.network().architecture();
        List<String> lines = new ArrayList<>();
        chosen.card().ifPresent(card -> {
            lines.addAll(ModelCardPrinter.lines(card));
            lines.add("");
        });
        lines.add(line("layer", "output", "parameters", "multiply-adds"));
        lines.add(line("input", architecture.input().toString(), "", ""));
        for (Row row : architecture.rows()) {
            lines.add(line(row.name(), row.out().toString(), count(row.parameters()), count(row.multiplyAdds())));
        }
        lines.add(line("in all", "", count(architecture.parameters()), count(architecture.multiplyAdds())));
        lines.add("");
        lines.add("memory of a training step of " + Texts.count(chosen.batch(), "picture")
                + (chosen.microBatch() < chosen.batch() ? ", " + chosen.microBatch() + " at a time" : ""));
        memory.forEach((name, bytes) -> lines.add(String.format(Locale.ROOT, "  %-12s %12s",
                name.equals("total") ? "in all" : name, Text.bytes(bytes))));
        return lines;
    }

    private static String line(String name, String output, String parameters, String multiplyAdds) {
        return String.format(Locale.ROOT, "%-10s %-18s %15s %18s", name, output, parameters, multiplyAdds)
                .stripTrailing();
    }

    private static String count(long number) {
        return number == 0 ? "" : String.format(Locale.ROOT, "%,d", number);
    }
}

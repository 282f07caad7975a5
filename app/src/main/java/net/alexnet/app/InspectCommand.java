package net.alexnet.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import net.alexnet.net.AlexNet;
import net.alexnet.net.Architecture;
import net.alexnet.net.Architecture.Row;
import net.alexnet.net.MemoryPlan;
import net.alexnet.recipe.Nearest;
import net.alexnet.run.RunFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet inspect`.
@Command(name = "inspect", mixinStandardHelpOptions = true, description = "Shows a network layer by layer: shapes, parameters, multiply-adds, and the memory that training takes.")
final class InspectCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "NETWORK", defaultValue = "paper", description = "paper, original, caffe, torchvision or small; a recipe's name or file; or a run's folder. Default:"
            + " ${DEFAULT-VALUE}.")
    private String name = "paper";

    @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Pictures in a step, for the memory plan. Default: ${DEFAULT-VALUE}.")
    private int batch = 128;

    @Option(names = "--classes", paramLabel = "N", description = "Another number of classes.")
    private @Nullable Integer classes;

    @Option(names = "--json", description = "One JSON object on standard output, and nothing else there.")
    private boolean json;

    InspectCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (batch < 1) {
            throw new MisuseException("--batch must be at least 1, found " + batch);
        }
        if (classes != null && classes < 2) {
            throw new MisuseException("--classes must be at least 2, found " + classes);
        }
        AlexNet network = network();
        Architecture architecture = (classes == null ? network : network.withClasses(classes)).architecture();
        MemoryPlan memory = MemoryPlan.of(architecture, batch);
        if (json) {
            terminal.out().println(Json.of(object(architecture, memory)));
        } else {
            table(architecture);
            memory(memory);
        }
        return 0;
    }

    private AlexNet network() throws IOException {
        List<String> tables = Arrays.stream(AlexNet.Table.values()).map(InspectCommand::spelled).toList();
        Optional<AlexNet.Table> table = Arrays.stream(AlexNet.Table.values())
                .filter(one -> spelled(one).equals(name))
                .findFirst();
        if (table.isPresent()) {
            return AlexNet.of(table.get());
        }
        if (Files.isDirectory(Path.of(name))) {
            return RunFolder.open(Path.of(name)).recipe().network();
        }
        if (Recipes.NAMES.contains(name) || Files.isRegularFile(Path.of(name))) {
            return Recipes.read(name, Map.of()).network();
        }
        List<String> known = Stream.concat(tables.stream(), Recipes.NAMES.stream()).distinct().sorted().toList();
        throw new MisuseException("there is no network, recipe or run '" + name + "'; "
                + Nearest.to(name, known).map(near -> "did you mean '" + near + "'? ").orElse("") + "Known: "
                + String.join(", ", known));
    }

    private static String spelled(AlexNet.Table table) {
        return table.name().toLowerCase(Locale.ROOT);
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

    private void memory(MemoryPlan memory) {
        terminal.out().println();
        terminal.out().println("memory of a training step of " + count(batch) + " pictures");
        part("parameters", memory.parameters());
        part("gradients", memory.gradients());
        part("momentum", memory.momentum());
        part("activations", memory.activations());
        part("workspace", memory.workspace());
        part("in all", memory.total());
    }

    private void part(String name, long bytes) {
        terminal.out().println(String.format(Locale.ROOT, "  %-12s %12s", name, Text.bytes(bytes)));
    }

    private Map<String, Object> object(Architecture architecture, MemoryPlan memory) {
        Map<String, Object> bytes = new LinkedHashMap<>();
        bytes.put("parameters", memory.parameters());
        bytes.put("gradients", memory.gradients());
        bytes.put("momentum", memory.momentum());
        bytes.put("activations", memory.activations());
        bytes.put("workspace", memory.workspace());
        bytes.put("total", memory.total());
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("network", architecture.name());
        object.put("classes", architecture.classes());
        object.put("parameters", architecture.parameters());
        object.put("multiply_adds", architecture.multiplyAdds());
        object.put("batch", batch);
        object.put("memory_bytes", bytes);
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

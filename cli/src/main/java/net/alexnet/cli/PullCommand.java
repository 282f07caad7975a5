package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import net.alexnet.interop.PublishedModel;
import net.alexnet.interop.PulledModels;
import net.alexnet.interop.PulledModels.Pulled;
import net.alexnet.io.AtomicFiles;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet pull`.
@Command(name = "pull", mixinStandardHelpOptions = true, description = "Fetches published weights, checks and imports them; from then on their name stands for the model. Without a name: lists what there is.")
final class PullCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final PulledModels models = PulledModels.ofUser();

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "What to fetch.")
    private @Nullable String name;

    @Option(names = "--out", paramLabel = "FILE", description = "Also writes the model to this file.")
    private @Nullable Path out;

    @Option(names = "--force", description = "Replace the file of --out if it exists.")
    private boolean force;

    @Option(names = "--progress", paramLabel = "MODE", description = "auto, plain (lines for a log) or none. Default: auto.")
    private ConsoleProgress.Mode mode = ConsoleProgress.Mode.AUTO;

    @Option(names = "--json", description = "One JSON value on standard output, and nothing else there.")
    private boolean json;

    PullCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (name == null) {
            list();
            return 0;
        }
        String wanted = name;
        PublishedModel published = PublishedModel.named(wanted).orElseThrow(() -> new UsageException("'" + wanted
                + "' is not in the catalog; there are "
                + String.join(", ", PublishedModel.all().stream().map(PublishedModel::name).toList())));
        if (out != null) {
            OutputFile.require(out, List.of(models.model(wanted)), force);
        }
        try (ConsoleProgress progress = new ConsoleProgress(terminal, mode)) {
            report(published, models.pull(published,
                    new PulledModels.Progress(progress::downloading, progress::message),
                    terminal.interruption()::asked));
            return 0;
        } catch (InterruptedException e) {
            terminal.err().println("stopped; what has arrived stays, and the same command resumes after it");
            return 1;
        }
    }

    private void report(PublishedModel published, Pulled pulled) throws IOException {
        if (out != null) {
            AtomicFiles.write(out, stream -> Files.copy(pulled.file(), stream));
        }
        Path result = out == null ? pulled.file() : out;
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("name", published.name());
            object.put("model", result.toString());
            object.put("already_pulled", pulled.already());
            terminal.out().println(Json.of(object));
            return;
        }
        terminal.out().println((pulled.already() ? "already pulled: " : "pulled: ") + result);
        terminal.out()
                .println("use it: ./alexnet classify " + (out == null ? published.name() : result) + " picture.jpg");
    }

    private void list() throws IOException {
        if (json) {
            List<Map<String, @Nullable Object>> rows = new ArrayList<>();
            for (PublishedModel model : PublishedModel.all()) {
                Map<String, @Nullable Object> row = new LinkedHashMap<>();
                row.put("name", model.name());
                row.put("description", model.description());
                row.put("address", model.address());
                row.put("bytes", model.bytes());
                row.put("hash", model.hash());
                row.put("license", model.license());
                row.put("accuracy", model.accuracy());
                row.put("layout", model.layout());
                row.put("class_order", ModelCardPrinter.spelled(model.classOrder()));
                row.put("pulled", models.has(model));
                rows.add(row);
            }
            terminal.out().println(Json.of(rows));
            return;
        }
        String form = "%-24s %-9s %-7s %-7s %-17s %s%n";
        terminal.out().printf(Locale.ROOT, form, "name", "size", "top-1", "top-5", "license", "");
        for (PublishedModel model : PublishedModel.all()) {
            Long bytes = model.bytes();
            terminal.out().printf(Locale.ROOT, form, model.name(), bytes == null ? "?" : Text.bytes(bytes),
                    String.format(Locale.ROOT, "%.1f %%", model.accuracy().top1()),
                    String.format(Locale.ROOT, "%.1f %%", model.accuracy().top5()), model.license(),
                    models.has(model) ? "pulled" : "");
            terminal.out().println("    " + model.description());
        }
        terminal.out().println("accuracies as published, of ILSVRC-2012's validation images, center view");
    }
}

package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import net.alexnet.inference.ImageNet;
import net.alexnet.interop.Catalogue;
import net.alexnet.interop.CatalogueEntry;
import net.alexnet.interop.PulledImport;
import net.alexnet.interop.PulledModels;
import net.alexnet.interop.download.DownloadException;
import net.alexnet.interop.download.DownloadProgress;
import net.alexnet.interop.download.Downloader;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.LockFile;
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

    @Option(names = "--offline", description = "Uses what is on this machine, also a file that was put there by hand; else says what to fetch.")
    private boolean offline;

    @Option(names = "--refresh", description = "Fetches and imports anew what was pulled before; with --offline, from a file that was put there by hand.")
    private boolean refresh;

    @Option(names = "--catalogue", paramLabel = "FILE", description = "Another catalogue than the program's own (YAML).")
    private @Nullable Path file;

    @Option(names = "--progress", paramLabel = "MODE", description = "auto, plain (lines for a log) or none. Default: auto.")
    private ProgressMode mode = ProgressMode.AUTO;

    @Option(names = "--json", description = "One JSON value on standard output, and nothing else there.")
    private boolean json;

    PullCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Catalogue catalogue = file == null ? Catalogue.standard() : Catalogue.read(file);
        if (name == null) {
            list(catalogue);
            return 0;
        }
        String wanted = name;
        CatalogueEntry entry = catalogue.find(wanted).orElseThrow(() -> new UsageException(
                "'" + wanted + "' is not in the catalogue; there are " + catalogue.names()));
        if (out != null) {
            OutputFile.require(out, List.of(models.model(wanted)), force);
        }
        try (ConsoleProgress progress = new ConsoleProgress(terminal, mode)) {
            pull(entry, progress);
            return 0;
        } catch (InterruptedException e) {
            terminal.err().println("stopped; what has arrived is kept, the same command goes on after it");
            return 1;
        }
    }

    // --- fetching one ----------------------------------------------------------------------------------------------

    private void pull(CatalogueEntry entry, ConsoleProgress progress) throws IOException, InterruptedException {
        if (!refresh && models.intact(entry).isPresent()) {
            report(entry, true);
            return;
        }
        try (LockFile _ = models.lock(entry.name(),
                () -> progress.say("waiting for another pull of " + entry.name()), terminal.interruption()::asked)) {
            boolean already = !refresh && models.intact(entry).isPresent(); // made by the one that was waited for
            if (!already) {
                Path published = published(entry, progress);
                progress.say("importing " + published);
                models.make(entry, file -> PulledImport.run(published, entry, file));
                AtomicFiles.deleteTree(models.fetched(entry.name())); // the model has all of it
            }
            report(entry, already);
        }
    }

    private Path published(CatalogueEntry entry, ConsoleProgress progress) throws IOException, InterruptedException {
        try {
            Optional<Path> here = byHand(entry, progress);
            if (here.isPresent()) {
                return here.get();
            }
            Path folder = models.fetched(entry.name());
            if (offline) {
                return Downloader.find(entry.published(), folder).orElseThrow(() -> new IOException(
                        entry.name() + " is not on this machine" + advice(entry)));
            }
            progress.say("fetching " + entry.addresses().getFirst());
            try (Downloader downloader = new Downloader(Downloader.Settings.DEFAULT)) {
                return downloader.fetch(entry.published(), folder, shown(progress), terminal.interruption()::asked);
            }
        } catch (DownloadException e) {
            throw new IOException(e.getMessage() + advice(entry), e);
        }
    }

    /// What a user put there; it stays there.
    private Optional<Path> byHand(CatalogueEntry entry, ConsoleProgress progress) throws IOException {
        try {
            return Downloader.find(entry.published(), models.byHand());
        } catch (DownloadException e) {
            if (offline) {
                throw e;
            }
            progress.say(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /// What a user can do where the program cannot.
    private String advice(CatalogueEntry entry) {
        Long bytes = entry.bytes();
        String size = bytes == null ? "" : String.format(Locale.ROOT, " of %,d bytes", bytes);
        return ". To do it by hand: fetch " + entry.addresses().getFirst() + " (a file" + size + ", "
                + entry.hash() + "), put it at " + models.byHand().resolve(entry.file())
                + ", and run: ./alexnet pull " + entry.name() + (file == null ? "" : " --catalogue " + file)
                + " --offline" + (refresh ? " --refresh" : "");
    }

    private static DownloadProgress shown(ConsoleProgress progress) {
        return new DownloadProgress() {
            @Override
            public void bytes(long done, OptionalLong total) {
                progress.downloading(done, total);
            }

            @Override
            public void note(String text) {
                progress.say(text);
            }
        };
    }

    private void report(CatalogueEntry entry, boolean already) throws IOException {
        Path model = models.model(entry.name());
        if (out != null) {
            AtomicFiles.write(out, stream -> Files.copy(model, stream));
        }
        Path result = out == null ? model : out;
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("name", entry.name());
            object.put("model", result.toString());
            object.put("already_pulled", already);
            terminal.out().println(Json.of(object));
            return;
        }
        terminal.out().println((already ? "already pulled: " : "pulled: ") + result);
        terminal.out().println("use it: ./alexnet classify " + (out == null ? entry.name() : result) + " picture.jpg");
    }

    // --- listing ---------------------------------------------------------------------------------------------------

    private void list(Catalogue catalogue) throws IOException {
        if (json) {
            List<Map<String, @Nullable Object>> rows = new ArrayList<>();
            for (CatalogueEntry entry : catalogue.entries()) {
                Map<String, @Nullable Object> row = new LinkedHashMap<>();
                row.put("name", entry.name());
                row.put("description", entry.description());
                row.put("addresses", entry.addresses());
                row.put("bytes", entry.bytes());
                row.put("hash", entry.hash().toString());
                row.put("license", entry.license());
                row.put("accuracy", entry.accuracy());
                row.put("layout", entry.layout());
                ImageNet.Order order = entry.classOrder();
                row.put("class_order", order == null ? null : ModelCardPrinter.spelled(order));
                row.put("pulled", models.has(entry));
                rows.add(row);
            }
            terminal.out().println(Json.of(rows));
            return;
        }
        String form = "%-24s %-9s %-7s %-7s %-17s %s%n";
        terminal.out().printf(Locale.ROOT, form, "name", "size", "top-1", "top-5", "license", "");
        for (CatalogueEntry entry : catalogue.entries()) {
            Long bytes = entry.bytes();
            terminal.out().printf(Locale.ROOT, form, entry.name(), bytes == null ? "?" : Text.bytes(bytes),
                    String.format(Locale.ROOT, "%.1f %%", entry.accuracy().top1()),
                    String.format(Locale.ROOT, "%.1f %%", entry.accuracy().top5()), entry.license(),
                    models.has(entry) ? "pulled" : "");
            terminal.out().println("    " + entry.description());
        }
        terminal.out().println("accuracies as published, of ILSVRC-2012's validation pictures, centre view unless said"
                + " otherwise by --json");
    }
}

package net.alexnet.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import module java.base;
import net.alexnet.interop.PublishedModel;
import net.alexnet.interop.PulledModels;
import net.alexnet.io.AtomicFiles;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet pull`.
@Command(name = "pull", description = "Download published weights, check and import them. From then on their name stands for the model. Without a name:"
        + " list what there is.", footer = {
            "", "Examples:",
            "  ./alexnet pull",
            "  ./alexnet pull torchvision-alexnet --out alexnet.safetensors",
            "  ./alexnet classify torchvision-alexnet picture.jpg"})
final class PullCommand extends ProgressCommand {
    private final PulledModels models = PulledModels.ofUser();

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "What to download.")
    private @Nullable String name;

    @Option(names = "--out", paramLabel = "FILE", description = "Also write the model to this file.")
    private @Nullable Path out;

    @Option(names = "--force", description = "Replace the file of --out if it exists.")
    private boolean force;

    private record Report(String name, String model, boolean alreadyPulled) {}

    private record Listed(@JsonUnwrapped PublishedModel published, boolean pulled) {}

    @Override
    int run(ConsoleProgress progress) throws IOException {
        if (name == null) {
            list();
            return 0;
        }
        String wanted = name;
        PublishedModel published = PublishedModel.named(wanted).orElseThrow(() -> new IllegalArgumentException(
                "'" + wanted + "' is not in the catalog; there are "
                        + String.join(", ", PublishedModel.all().stream().map(PublishedModel::name).toList())));
        if (out != null) {
            requireWritable("", out, List.of(models.model(wanted)), force);
        }
        try {
            PulledModels.Pulled pulled = models.pull(published,
                    new PulledModels.Progress(progress::downloading, progress::message),
                    terminal().interruption()::stopRequested);
            if (out != null) {
                AtomicFiles.write(out, stream -> Files.copy(pulled.file(), stream));
            }
            Path result = out == null ? pulled.file() : out;
            progress.clear();
            print(new Report(wanted, result.toString(), pulled.already()), List.of(
                    (pulled.already() ? "already pulled: " : "pulled: ") + result,
                    "use it: ./alexnet classify " + (out == null ? wanted : result) + " picture.jpg"));
            return 0;
        } catch (InterruptedException e) {
            err().println("stopped; what has arrived is kept, and the same command continues after it");
            return 1;
        }
    }

    private void list() throws IOException {
        String form = "%-24s %-9s %-7s %-7s %-17s %s";
        List<Listed> all = new ArrayList<>();
        List<String> lines = new ArrayList<>(List.of(
                String.format(form, "name", "size", "top-1", "top-5", "license", "").stripTrailing()));
        for (PublishedModel model : PublishedModel.all()) {
            boolean pulled = models.has(model);
            all.add(new Listed(model, pulled));
            Long bytes = model.bytes();
            lines.add(String.format(form, model.name(), bytes == null ? "?" : Text.bytes(bytes),
                    String.format(Locale.ROOT, "%.1f %%", model.accuracy().top1()),
                    String.format(Locale.ROOT, "%.1f %%", model.accuracy().top5()), model.license(),
                    pulled ? "pulled" : "").stripTrailing());
            lines.add("    " + model.description());
        }
        lines.add("accuracies as published, of ILSVRC-2012's validation images, center view");
        print(all, lines);
    }
}

package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import net.alexnet.data.AllImages;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.RejectedImage;
import net.alexnet.inference.FeatureCache;
import net.alexnet.inference.FeatureFile;
import net.alexnet.inference.FeatureLayer;
import net.alexnet.torch.OpenCvCodec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet features`.
@Command(name = "features", mixinStandardHelpOptions = true, description = "Writes the outputs of a layer for every picture, as a table for other programs.")
final class FeaturesCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A run's folder, one of its checkpoints, a model.safetensors, or the name of a pulled model.")
    private Path model = Path.of("");

    @Option(names = "--data", required = true, paramLabel = "DIR|FILE", description = "A folder of pictures, with class folders or without, a prepared dataset, or a single file; may be given often. What is named twice is taken once.")
    private List<Path> data = List.of();

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "FILE.npy (with FILE.npy.files.tsv, which names the rows) or FILE.csv.")
    private Path out = Path.of("");

    @Mixin
    private FeatureOptions options = new FeatureOptions();

    FeaturesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /// What was written.
    private record Report(String out, String layer, List<Integer> shape, int rows, List<RejectedImage> rejected) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        try {
            for (Path file : FeatureFile.Format.of(out).files(out)) {
                OutputFile.require("--out", file, data, options.force());
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException("--out: " + e.getMessage());
        }
        return options.run(model, terminal, new OpenCvCodec(), (features, codec, progress) -> {
            ImageSource source = ImageSource.open(data, codec, features.extractor().preprocessing());
            print(write(features, source, progress));
            return 0;
        });
    }

    private Report write(FeatureCache features, ImageSource source, ConsoleProgress progress)
            throws IOException, InterruptedException {
        ImageDataset images = source.pictures();
        FeatureLayer layer = features.extractor().layer();
        try (FeatureFile file = FeatureFile.create(out, layer.shape())) {
            List<RejectedImage> unread = features.each(images, (image, row) -> {
                if (terminal.interruption().asked()) {
                    throw new IOException("stopped; " + out + " was not written");
                }
                file.add(images.name(image), AllImages.className(images, image), row);
            });
            progress.clear();
            List<RejectedImage> rejected = new ArrayList<>(source.rejected());
            rejected.addAll(unread);
            progress.leftOut(rejected);
            int written = images.size() - unread.size();
            if (written == 0) {
                throw new IOException("none of the " + images.size() + " files can be read as a picture; " + out
                        + " was not written");
            }
            file.finish();
            return new Report(out.toString(), layer.name(), layer.shape().dims(), written, rejected);
        }
    }

    private void print(Report report) throws IOException {
        String shape = report.shape().stream().map(String::valueOf).collect(Collectors.joining(" × "));
        terminal.out().println(options.json()
                ? Json.of(report)
                : report.out() + ": " + report.rows() + " pictures × " + shape + " of " + report.layer() + ", "
                        + Text.bytes(Files.size(out)));
    }
}

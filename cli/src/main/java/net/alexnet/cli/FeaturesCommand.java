package net.alexnet.cli;

import module java.base;
import net.alexnet.Features;
import net.alexnet.data.RejectedImage;
import net.alexnet.inference.FeatureFile;
import net.alexnet.io.Texts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `alexnet features`.
@Command(name = "features", description = "Write the outputs of a layer for every picture to a table for other programs.", footer = {
    "", "Examples:",
    "  ./alexnet features runs/latest --data album/ --out album.csv",
    "  ./alexnet features alexnet.safetensors --data album/ --layer pool5 --out pool5.npy"})
final class FeaturesCommand extends ProgressCommand {
    @Option(names = "--data", required = true, paramLabel = "DIR|FILE", description = "A folder of pictures, with or without class folders, a prepared dataset, or one file. Can be repeated; what is"
            + " named twice is taken once.")
    private List<Path> data = List.of();

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "FILE.npy (with FILE.npy.files.tsv, which names the rows) or FILE.csv.")
    private Path out = Path.of("");

    @Option(names = "--force", description = "Replace the output file if it exists.")
    private boolean force;

    @Mixin
    private FeatureOptions options = new FeatureOptions();

    private record Report(String out, String layer, List<Integer> shape, int rows, List<RejectedImage> rejected) {}

    @Override
    int run(ConsoleProgress progress) throws IOException, InterruptedException {
        for (Path file : FeatureFile.Format.of(out).files(out)) {
            requireWritable("--out: ", file, data, force);
        }
        Features.Table table = options.features(progress).write(data, out, terminal().interruption()::stopRequested);
        progress.clear();
        List<Integer> dims = table.shape().dims();
        print(new Report(out.toString(), table.layer(), dims, table.rows(), table.rejected()),
                List.of(out + ": " + Texts.count(table.rows(), "picture") + " × "
                        + dims.stream().map(String::valueOf).collect(Collectors.joining(" × ")) + " of "
                        + table.layer() + ", " + Text.bytes(Files.size(out))));
        return 0;
    }
}

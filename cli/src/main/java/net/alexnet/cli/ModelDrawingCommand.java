package net.alexnet.cli;

import module java.base;
import net.alexnet.Options;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.figure.Picture;
import net.alexnet.inference.Model;
import net.alexnet.train.ModelFile;
import net.alexnet.train.OpenModel;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// A figure that is computed by a model which this command opens.
abstract class ModelDrawingCommand extends DrawingCommand {
    static final String PICTURES = "Pictures, at most " + Picture.MOST
            + ". A folder stands for all pictures in it and below. The true class"
            + " is known if the folder of a picture has the name of a class.";

    @Parameters(index = "0", paramLabel = "MODEL", description = ModelOptions.MODELS)
    private Path model = Path.of("");

    @Option(names = "--checkpoint", paramLabel = "WHICH", description = ModelOptions.CHECKPOINTS)
    private ModelFile.Which checkpoint = ModelFile.Which.LAST;

    @Option(names = "--force", description = "Replace the output file if it exists.")
    private boolean force;

    @Mixin
    private ComputeOptions options = new ComputeOptions();

    /// The pictures that the command reads.
    abstract List<Path> pictures();

    /// @param shown the pictures, read
    abstract Drawn draw(Model opened, List<Picture> shown, ImageCodec codec);

    @Override
    final boolean force() {
        return force;
    }

    @Override
    final List<Path> sources() {
        return Stream.concat(Stream.of(model), pictures().stream()).toList();
    }

    @Override
    final Drawn draw(ConsoleProgress progress) throws IOException {
        Options given = options.options();
        ModelFile file = ModelFile.find(model, checkpoint);
        try (OpenModel opened = OpenModel.of(file, given.device(), given.threads(), given.precision())) {
            List<Picture> shown = pictures().isEmpty()
                    ? List.of()
                    : Picture.read(pictures(), opened.codec(), opened.card(), progress::warning);
            return draw(opened.model(), shown, opened.codec());
        }
    }
}

package net.alexnet.cli;

import module java.base;
import net.alexnet.Features;
import net.alexnet.data.Sample;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.figure.ActivationFigure;
import net.alexnet.figure.FilterFigure;
import net.alexnet.figure.NeighborFigure;
import net.alexnet.figure.NeighborFigure.Row;
import net.alexnet.figure.NeighborFigure.Shown;
import net.alexnet.figure.NeighborShare;
import net.alexnet.figure.Occlusion;
import net.alexnet.figure.OcclusionFigure;
import net.alexnet.figure.Picture;
import net.alexnet.figure.PredictionFigure;
import net.alexnet.figure.TowerColors;
import net.alexnet.inference.Model;
import net.alexnet.inference.Views;
import net.alexnet.io.Texts;
import net.alexnet.torch.OpenCvCodec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet figure`: a command for each kind of figure.
@Command(name = "figure", mixinStandardHelpOptions = true, synopsisSubcommandLabel = "KIND", description = "Draw a figure of a model as SVG or PNG: figures 3 and 4 of the paper, the maps of a layer, or what a"
        + " prediction depends on.", subcommands = {FigureCommand.Filters.class, FigureCommand.Predictions.class,
            FigureCommand.Neighbors.class, FigureCommand.Activations.class,
            FigureCommand.OcclusionMap.class}, footer = {
                "", "Examples:",
                "  ./alexnet figure filters runs/latest -o filters.svg",
                "  ./alexnet figure predictions runs/latest cat.jpg dog.jpg -o predictions.png",
                "  ./alexnet figure neighbors runs/latest cat.jpg --in album/ --layer fc7 -o neighbors.svg",
                "  ./alexnet figure activations runs/latest cat.jpg --layer conv3 -o conv3.png",
                "  ./alexnet figure occlusion runs/latest cat.jpg --square 40 -o occlusion.svg",
                "", "./alexnet figure KIND --help describes a kind."})
final class FigureCommand {
    @Command(name = "filters", description = "The kernels of conv1, as in figure 3. For two towers, also how much their kernels differ in color.", footer = {
        "", "Examples:", "  ./alexnet figure filters runs/latest -o filters.svg"})
    static final class Filters extends ModelDrawingCommand {
        @Override
        List<Path> pictures() {
            return List.of();
        }

        @Override
        Drawn draw(Model opened, List<Picture> shown, ImageCodec codec) {
            Map<String, Object> facts = new LinkedHashMap<>();
            List<String> lines = new ArrayList<>();
            Optional<TowerColors> colors = TowerColors.of(opened);
            if (colors.isPresent()) {
                facts.put("color_shares", colors.get().shares());
                for (int tower = 0; tower < colors.get().shares().size(); tower++) {
                    lines.add(String.format(Locale.ROOT, "tower %d: mean color share %.3f of %d kernels", tower + 1,
                            colors.get().mean(tower), colors.get().shares().get(tower).size()));
                }
                colors.get().difference().ifPresent(difference -> {
                    double p = colors.get().p().orElseThrow();
                    facts.put("difference", difference);
                    facts.put("p", p);
                    lines.add(String.format(Locale.ROOT, "difference %+.3f, permutation test p = %.4f", difference, p));
                });
            }
            return new Drawn(FilterFigure.of(opened), facts, lines);
        }
    }

    @Command(name = "predictions", description = "Pictures and their five most probable classes, as in figure 4.", footer = {
        "", "Examples:", "  ./alexnet figure predictions runs/latest val/cat/1.jpg -o predictions.png"})
    static final class Predictions extends ModelDrawingCommand {
        @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE|DIR", description = PICTURES)
        private List<Path> pictures = List.of();

        @Override
        List<Path> pictures() {
            return pictures;
        }

        @Override
        Drawn draw(Model opened, List<Picture> shown, ImageCodec codec) {
            return new Drawn(PredictionFigure.of(opened, Views.CENTER, shown, codec));
        }
    }

    @Command(name = "activations", description = "The maps of a layer for one picture, the strongest first.", footer = {
        "", "Examples:", "  ./alexnet figure activations runs/latest cat.jpg --layer conv3 -o conv3.svg"})
    static final class Activations extends ModelDrawingCommand {
        @Parameters(index = "1", paramLabel = "FILE", description = "A picture.")
        private Path picture = Path.of("");

        @Option(names = "--layer", paramLabel = "LAYER", defaultValue = "conv1", description = "conv1 to conv5 (with the activation that follows), pool5, norm1 and so on; inspect lists"
                + " them. Default: ${DEFAULT-VALUE}.")
        private String layer = "conv1";

        @Option(names = "--top", paramLabel = "N", description = "How many maps at most. Default: ${DEFAULT-VALUE}.")
        private int top = 64;

        @Override
        List<Path> pictures() {
            within("--top", top, 1, Integer.MAX_VALUE);
            return List.of(picture);
        }

        @Override
        Drawn draw(Model opened, List<Picture> shown, ImageCodec codec) {
            if (shown.size() > 1) {
                throw new IllegalArgumentException("activations are drawn for one picture, found " + shown.size()
                        + " in " + picture + ". Name one of them");
            }
            return new Drawn(ActivationFigure.of(opened, shown.getFirst(), layer, top, codec));
        }
    }

    @Command(name = "occlusion", description = "Where a gray square over the picture lowers the probability of its class: of the true one if it is known,"
            + " else of the most probable one.", footer = {
                "", "Examples:", "  ./alexnet figure occlusion runs/latest cat.jpg -o occlusion.svg"})
    static final class OcclusionMap extends ModelDrawingCommand {
        @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE|DIR", description = PICTURES)
        private List<Path> pictures = List.of();

        @Option(names = "--square", paramLabel = "PIXELS", description = "The side of the square, in pixels of what the network sees. Default: a fifth of them.")
        private Optional<Integer> side = Optional.empty();

        @Option(names = "--stride", paramLabel = "PIXELS", description = "From one place of the square to the next. Default: a twentieth of what the network sees.")
        private Optional<Integer> stride = Optional.empty();

        @Override
        List<Path> pictures() {
            return pictures;
        }

        @Override
        Drawn draw(Model opened, List<Picture> shown, ImageCodec codec) {
            Occlusion.Square usual = Occlusion.Square.of(opened.card().preprocessing());
            int chosen = side.orElse(usual.side());
            return new Drawn(OcclusionFigure.of(opened, shown,
                    new Occlusion.Square(chosen, stride.orElse(Math.clamp(usual.stride(), 1, Math.max(1, chosen))))));
        }
    }

    @Command(name = "neighbors", description = "Pictures and the pictures of a folder that are most similar to them, as in figure 4.", footer = {
        "", "Examples:",
        "  ./alexnet figure neighbors runs/latest cat.jpg --in album/ -o neighbors.svg",
        "  ./alexnet figure neighbors runs/latest cat.jpg --in train/ --share val/ --layer pool5 -o pool5.svg"})
    static final class Neighbors extends DrawingCommand {
        private static final int SIDE = 224; // of a large picture in the file, twice what it has in the figure

        @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE|DIR", description = "Pictures to find similar ones for.")
        private List<Path> queries = List.of();

        @Option(names = "--in", required = true, paramLabel = "DIR", description = "Where to search: a folder of pictures, with or without class folders, or a prepared dataset.")
        private Path in = Path.of("");

        @Option(names = "--top", paramLabel = "N", description = "How many similar ones. Default: ${DEFAULT-VALUE}.")
        private int top = 6;

        @Option(names = "--share", paramLabel = "DIR", description = "Also print how many of the N pictures of --in that are nearest to a picture of DIR have its class, in"
                + " the mean over DIR.")
        private Optional<Path> share = Optional.empty();

        @Option(names = "--force", description = "Replace the output file if it exists.")
        private boolean force;

        @Mixin
        private FeatureOptions options = new FeatureOptions();

        @Override
        boolean force() {
            return force;
        }

        @Override
        List<Path> sources() {
            return queries;
        }

        /// Refuses pictures that are searched in, too: each would be its own nearest neighbor.
        private void requireOthers(Path asked) throws IOException {
            if (Files.exists(asked) && Files.exists(in)) {
                Path one = asked.toRealPath();
                Path other = in.toRealPath();
                if (one.startsWith(other) || other.startsWith(one)) {
                    throw new IllegalArgumentException("the pictures of --share " + asked + " are among those of --in "
                            + in + ", so each would be its own neighbor; name others");
                }
            }
        }

        @Override
        Drawn draw(ConsoleProgress progress) throws IOException, InterruptedException {
            within("--top", top, 1, Integer.MAX_VALUE);
            if (share.isPresent()) {
                requireOthers(share.get());
            }
            Features features = options.features(progress);
            List<Features.Found> found = features.similar(queries, in, top, terminal().interruption()::stopRequested);
            if (found.isEmpty()) {
                throw new IOException("none of the files can be read as a picture");
            }
            ImageCodec codec = new OpenCvCodec();
            List<Row> rows = new ArrayList<>();
            for (Features.Found one : found) {
                List<Shown> nearest = new ArrayList<>();
                for (Features.Similar like : one.similar()) {
                    nearest.add(shown(like.image(), like.file().toString(),
                            like.label().orElse(String.valueOf(like.file().getFileName())), codec));
                }
                String name = one.file().substring(one.file().lastIndexOf('/') + 1);
                rows.add(new Row(shown(one.image(), one.file(), name, codec), nearest));
            }
            Map<String, Object> facts = new LinkedHashMap<>();
            List<String> lines = new ArrayList<>();
            if (share.isPresent()) {
                NeighborShare measured = features.neighborShare(List.of(share.get()), in, top,
                        terminal().interruption()::stopRequested);
                facts.put("share", measured);
                lines.add(String.format(Locale.ROOT, "%s of the %d nearest have the picture's class, in the mean over"
                        + " %,d pictures", Texts.percent(measured.share()), top, measured.pictures()));
            }
            return new Drawn(NeighborFigure.of(options.layer(), rows), facts, lines);
        }

        private static Shown shown(Sample sample, String name, String caption, ImageCodec codec) throws IOException {
            try {
                return new Shown(sample.source().content().reduced(codec, SIDE, 3), name, caption);
            } catch (UnreadableImageException e) {
                throw new IOException(name + " could be read before, but not any more: " + e.getMessage(), e);
            }
        }
    }
}

package net.alexnet.report;

import module java.base;
import net.alexnet.data.Content;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.ResizedImages;
import net.alexnet.data.Sample;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.figure.NeighborFigure;
import net.alexnet.figure.NeighborFigure.Row;
import net.alexnet.figure.NeighborFigure.Shown;
import net.alexnet.figure.Occlusion;
import net.alexnet.figure.OcclusionFigure;
import net.alexnet.figure.Picture;
import net.alexnet.figure.PredictionFigure;
import net.alexnet.inference.FeatureCache;
import net.alexnet.inference.FeatureExtractor;
import net.alexnet.inference.FeatureLayer;
import net.alexnet.inference.NearestNeighbors.Neighbor;
import net.alexnet.inference.NearestNeighbors.Search;
import net.alexnet.inference.Prediction;
import net.alexnet.inference.Prediction.Score;
import net.alexnet.inference.Views;
import net.alexnet.io.AtomicFiles;
import net.alexnet.nn.Architecture;
import net.alexnet.report.Table.Cell;
import net.alexnet.report.ValidationPass.Answer;
import net.alexnet.train.OpenModel;

/// A few validation pictures, and what the network makes of each: both halves of the paper's figure 4, and heat maps. All
/// parts show the same pictures, [ValidationPass#mixed].
final class PictureFigures {
    private static final int PREDICTED = 8; // pictures, as in figure 4
    private static final int SEARCHED = 5; // pictures that neighbors are found for, as in figure 4
    private static final int NEAREST = 6; // of each, as in figure 4
    private static final int LARGE = 160; // pixels of a picture at most: what the figures draw
    private static final int SMALL = 96;
    private static final int MOST_TRAINING = 1000;
    private static final double WORK = 5e11; // multiply-adds: 2 to 6 seconds of two cores

    private final ValidationPass pass;
    private final OpenModel model;
    private final HtmlReport.Resources resources;

    /// @param model that was evaluated
    PictureFigures(ValidationPass pass, OpenModel model, HtmlReport.Resources resources) {
        this.pass = pass;
        this.model = model;
        this.resources = resources;
    }

    /// @param maps how many pictures to draw heat maps of
    /// @throws InterruptedIOException if it was stopped
    List<Section> sections(int maps) throws IOException, InterruptedException {
        List<Section> sections = new ArrayList<>(List.of(
                section("predictions", "Predictions", this::predictions),
                section("neighbors", "Neighbors", this::neighbors)));
        if (maps > 0) {
            sections.add(section("occlusion", "Heat maps", () -> occlusion(maps)));
        }
        return sections;
    }

    @FunctionalInterface
    private interface Body {
        String html() throws IOException, InterruptedException;
    }

    /// A section, or the reason why it cannot be made.
    private static Section section(String id, String title, Body body) throws IOException, InterruptedException {
        try {
            return new Section(id, title, body.html());
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            return new Section(id, title, Html.paragraph("These pictures are missing here: " + AtomicFiles.reason(e)
                    + "."));
        }
    }

    // --- the left half of figure 4 ------------------------------------------------------------------------------------

    private String predictions() throws IOException {
        List<Answer> answers = pass.mixed(PREDICTED);
        List<String> columns = new ArrayList<>(List.of("picture", "true class"));
        IntStream.rangeClosed(1, answers.getFirst().best().size()).forEach(i -> columns.add(String.valueOf(i)));
        Table table = new Table("The most probable classes of these pictures, most probable first", columns);
        StringBuilder html = new StringBuilder(Html.paragraph("The true class is below each picture, and its bar, if"
                + " it has one, is red. Right answers and mistakes take turns here, as far as there are both, whatever the error"
                + " is."))
                .append("<div class=\"panels\">\n");
        for (Answer one : answers) {
            Sample sample = sample(one);
            html.append("<figure>").append(PredictionFigure.of(List.of(small(sample, LARGE)),
                    List.of(new Prediction(sample.name(), one.label(), (float) Math.exp(-one.loss()), one.best())),
                    pass.classes()).inline()).append("</figure>\n");
            List<Cell> cells = new ArrayList<>(List.of(Cell.text(sample.name()), Cell.text(name(one.label()))));
            for (Score score : one.best()) {
                cells.add(Cell.text(name(score.label()) + ", " + Format.percent(score.probability())));
            }
            table.row(cells);
        }
        return html + "</div>\n" + table.folded();
    }

    // --- the right half of figure 4 -----------------------------------------------------------------------------------

    private String neighbors() throws IOException, InterruptedException {
        Architecture architecture = model.model().network().architecture();
        FeatureLayer layer = FeatureLayer.lastHidden(architecture);
        int size = pass.training().size();
        int[] searched = evenly(size, mostSearched(pass.images().size(), architecture.multiplyAdds()));
        List<Answer> answers = pass.mixed(SEARCHED);
        List<List<Neighbor>> found = nearest(layer, answers, pass.training().subset(searched));

        List<String> columns = new ArrayList<>(List.of("picture", "true class"));
        IntStream.rangeClosed(1, found.getFirst().size()).forEach(i -> columns.add(String.valueOf(i)));
        Table table = new Table("The nearest training pictures, nearest first, by class and distance", columns);
        List<Row> rows = new ArrayList<>();
        List<Sample> trained = pass.training().samples();
        int same = 0;
        double chance = 0;
        for (int i = 0; i < answers.size(); i++) {
            Answer one = answers.get(i);
            List<Cell> cells = new ArrayList<>(List.of(Cell.text(sample(one).name()), Cell.text(name(one.label()))));
            List<Shown> nearest = new ArrayList<>();
            for (Neighbor neighbor : found.get(i)) {
                Sample near = trained.get(searched[neighbor.row()]);
                nearest.add(shown(near));
                same += near.label() == one.label() ? 1 : 0;
                cells.add(Cell.text(name(near.label()) + ", " + Format.significant(neighbor.distance())));
            }
            long alike = Arrays.stream(searched).filter(row -> trained.get(row).label() == one.label()).count();
            chance += (double) alike / searched.length * nearest.size();
            table.row(cells);
            rows.add(new Row(shown(sample(one)), nearest));
        }
        return Html.paragraph("The training pictures whose features of " + layer.name() + " have the least Euclidean"
                + " distance to those of the first picture of a row. " + String.format(Locale.ROOT,
                        "%,d of these %,d have the class of the first picture; by chance about %.0f would. ", same,
                        found.stream().mapToInt(List::size).sum(), chance)
                + (searched.length == size
                        ? String.format(Locale.ROOT, "Of the %,d training pictures all that can be read were compared.",
                                size)
                        : String.format(Locale.ROOT, "To save time, only %,d of the %,d training pictures were"
                                + " compared, evenly spaced in their order.", searched.length, size)))
                + Html.wide("Pictures and their nearest training pictures", NeighborFigure.of(layer.name(), rows))
                + table.folded();
    }

    /// How many training pictures to compare at most: what takes a few seconds, or as many as were just evaluated.
    ///
    /// @param validation how many pictures were evaluated
    /// @param multiplyAdds of a picture
    static int mostSearched(int validation, long multiplyAdds) {
        return (int) Math.min(MOST_TRAINING, Math.max(validation, WORK / Math.max(1, multiplyAdds)));
    }

    /// The indices of all, or of as many as wanted at equal distances.
    static int[] evenly(int size, int most) {
        int count = Math.min(size, most);
        return IntStream.range(0, count).map(i -> (int) ((long) i * size / count)).toArray();
    }

    /// @throws IOException if none of the training pictures can be read, or it was stopped
    private List<List<Neighbor>> nearest(FeatureLayer layer, List<Answer> answers, ImageDataset training)
            throws IOException, InterruptedException {
        Preprocessing preprocessing = model.card().preprocessing();
        FeatureExtractor extractor = new FeatureExtractor(model.model().network(), layer, preprocessing, Views.CENTER,
                FeatureCache.BATCH, resources.threads());
        List<Search> searches = new ArrayList<>();
        extractor.extract(pass.images().subset(answers.stream().mapToInt(Answer::index).toArray()), false,
                (_, features) -> searches.add(new Search(features, NEAREST)), (_, _) -> {});
        ResizedImages readable = new ResizedImages(training, model.codec(), preprocessing.resize(),
                preprocessing.channels(), 0);
        extractor.extract(readable.imagesOrBlack(), false, (image, features) -> {
            if (readable.reason(image) == null) {
                searches.forEach(one -> one.offer(image, features));
            }
        }, (done, total) -> progress("comparing with training pictures", done, total));
        List<List<Neighbor>> found = searches.stream().map(Search::nearest).toList();
        if (found.getFirst().isEmpty()) {
            throw new IOException("none of the training pictures can be read" + readable.rejected().stream().limit(1)
                    .map(first -> "; the first, " + first).collect(Collectors.joining()));
        }
        return found;
    }

    private Shown shown(Sample sample) throws IOException {
        return new Shown(small(sample, SMALL), sample.name(), name(sample.label()));
    }

    // --- heat maps ----------------------------------------------------------------------------------------------------

    private String occlusion(int maps) throws IOException {
        Preprocessing preprocessing = model.card().preprocessing();
        Occlusion.Square square = Occlusion.Square.of(preprocessing);
        List<Answer> answers = pass.mixed(maps);
        Table table = new Table("The probability of the true class",
                List.of("picture", "true class", "whole picture", "least with the square", "most with the square"));
        StringBuilder html = new StringBuilder(Html.paragraph("A gray square of " + square.side() + " × "
                + square.side() + " pixels covers each place of the picture in turn. Red is where the probability of"
                + " the true class is then the lowest: the answer depends on what is there. Blue is where it is the"
                + " highest. Each map has its own scale."))
                .append("<div class=\"figures\">\n");
        for (int i = 0; i < answers.size(); i++) {
            progress("drawing heat maps", i, answers.size());
            Answer one = answers.get(i);
            Sample sample = sample(one);
            Occlusion found = Occlusion.of(model.model(), new Picture(sample.name(), OptionalInt.of(one.label()),
                    read(sample, content -> content.resized(model.codec(), preprocessing.resize(),
                            preprocessing.channels()))),
                    square);
            html.append(Html.wide("Heat map of " + sample.name(),
                    OcclusionFigure.of(sample.name(), found, pass.classes())));
            table.row(List.of(Cell.text(sample.name()), Cell.text(name(one.label())),
                    Cell.number(found.whole(), Format::percent),
                    Cell.number(Arrays.stream(found.map()).min(), Format::percent),
                    Cell.number(Arrays.stream(found.map()).max(), Format::percent)));
        }
        return html + "</div>\n" + table.folded();
    }

    // --- pictures -----------------------------------------------------------------------------------------------------

    private void progress(String task, int done, int total) throws InterruptedIOException {
        resources.quiet().progress(task, done, total);
        if (resources.stop().getAsBoolean()) {
            throw new InterruptedIOException("stopped while " + task);
        }
    }

    private Sample sample(Answer answer) {
        return pass.images().samples().get(answer.index());
    }

    private String name(int label) {
        return pass.classes().get(label);
    }

    /// @param most pixels of a side
    private Image small(Sample sample, int most) throws IOException {
        return read(sample, content -> content.reduced(model.codec(), most, 3));
    }

    @FunctionalInterface
    private interface Decoder {
        Image decode(Content content) throws UnreadableImageException;
    }

    private static Image read(Sample sample, Decoder decoder) throws IOException {
        try {
            return decoder.decode(sample.source().content());
        } catch (UnreadableImageException e) {
            throw new IOException(sample.name() + ": " + e.getMessage(), e);
        }
    }
}

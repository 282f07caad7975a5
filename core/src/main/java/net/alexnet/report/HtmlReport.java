package net.alexnet.report;

import module java.base;
import net.alexnet.data.ProgressListener;
import net.alexnet.figure.FilterFigure;
import net.alexnet.figure.Picture;
import net.alexnet.inference.FilterTiles;
import net.alexnet.inference.Model;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.CacheFolder;
import net.alexnet.tensor.Precision;
import net.alexnet.train.ModelFile;
import net.alexnet.train.NamedModel;
import net.alexnet.train.OpenModel;

/// A page about a run, or about several runs side by side: one file of HTML without scripts that loads nothing.
///
/// ```java
/// HtmlReport.of(Path.of("runs/latest")).write(resources);
/// ```
///
/// For the page of one run, its last checkpoint is evaluated on the validation pictures, which takes as long as a
/// validation, and some of them are compared with training pictures, which takes a few seconds. Where these pictures are no
/// longer there, the page says so and has the other parts.
public final class HtmlReport {
    /// The name of a run's page in the run's folder.
    public static final String FILE = "report.html";

    private final List<RunRecord> runs;
    private final int maps;

    private HtmlReport(List<RunRecord> runs, int maps) {
        this.runs = runs;
        this.maps = maps;
    }

    /// What making a page needs.
    ///
    /// @param device that computes, as for [net.alexnet.inference.Engines#open]
    /// @param threads that compute and read pictures
    /// @param cache where the run's prepared pictures may be
    /// @param progress is told how many pictures are evaluated
    /// @param stop polled; true to give up
    public record Resources(String device, int threads, CacheFolder cache, ProgressListener progress,
            BooleanSupplier stop) {
        /// A listener that hears of progress only: what the page is about was said when the run was made.
        ProgressListener quiet() {
            return ProgressListener.of(progress::progress);
        }
    }

    /// Reads what the folders of runs say.
    ///
    /// @param runs at least one: the folder of a run, or a link such as `runs/latest`
    /// @throws IOException if one is not a run; if the only one has no checkpoint and did not diverge before it; or if one of
    ///     several has neither a checkpoint nor a whole epoch
    public static HtmlReport of(Path... runs) throws IOException {
        if (runs.length == 0) {
            throw new IllegalArgumentException("a report needs at least one run");
        }
        List<RunRecord> read = new ArrayList<>();
        for (Path run : runs) {
            read.add(runs.length == 1 ? RunRecord.read(run) : RunRecord.forComparison(run));
        }
        return new HtmlReport(List.copyOf(read), 0);
    }

    /// The same page with heat maps of validation pictures, see [net.alexnet.figure.Occlusion]. A map of a picture of 224
    /// pixels takes some seconds and adds a quarter of a megabyte.
    ///
    /// @param pictures how many, 0 to [Picture#MOST]
    /// @throws IllegalArgumentException if there are several runs
    public HtmlReport withHeatMaps(int pictures) {
        if (pictures < 0 || pictures > Picture.MOST) {
            throw new IllegalArgumentException("a page shows heat maps of 0 to " + Picture.MOST + " pictures, found "
                    + pictures);
        }
        if (runs.size() != 1) {
            throw new IllegalArgumentException("heat maps belong to the page of one run, found " + runs.size()
                    + " runs");
        }
        return new HtmlReport(runs, pictures);
    }

    /// The page.
    ///
    /// @throws InterruptedIOException if it was stopped
    public String html(Resources resources) throws IOException, InterruptedException {
        return runs.size() == 1
                ? Page.of("Run " + runs.getFirst().name(), ofOne(runs.getFirst(), resources))
                : Page.of("Comparison of " + runs.size() + " runs", new RunComparison(runs).sections());
    }

    /// Writes the page of a run into its folder.
    ///
    /// @return the file
    /// @throws IllegalArgumentException if there are several runs
    public Path write(Resources resources) throws IOException, InterruptedException {
        if (runs.size() != 1) {
            throw new IllegalArgumentException("the page is about " + runs.size()
                    + " runs and belongs into no run's folder; name the file to write");
        }
        return write(runs.getFirst().folder().path().resolve(FILE), resources);
    }

    /// Writes the page.
    ///
    /// @param file replaced if it exists
    public Path write(Path file, Resources resources) throws IOException, InterruptedException {
        AtomicFiles.writeString(file, html(resources));
        return file;
    }

    private List<Section> ofOne(RunRecord run, Resources resources) throws IOException, InterruptedException {
        Optional<String> counts = Optional.empty();
        if (run.checkpoint().isEmpty()) {
            return RunSections.of(run, counts, List.of(missing("the run has no checkpoint")));
        }
        List<Section> middle = new ArrayList<>();
        ModelFile file = ModelFile.find(run.lastCheckpoint(), ModelFile.Which.LAST);
        try (OpenModel model = OpenModel.of(file, resources.device, resources.threads, Precision.FLOAT32)) {
            NamedModel named = new NamedModel(run.lastCheckpoint(), model.model(), file.stored().weights().metadata());
            if (named.heldOutNone()) {
                middle.add(missing("the run has no validation pictures"));
            } else {
                try {
                    ValidationPass pass = ValidationPass.of(named, resources, UnaryOperator.identity());
                    counts = Optional.of(pass.counts());
                    middle.addAll(new ValidationParts(pass).sections());
                    middle.addAll(new PictureFigures(pass, model, resources).sections(maps));
                } catch (InterruptedIOException e) {
                    throw e;
                } catch (IOException e) {
                    middle.add(missing(AtomicFiles.reason(e)));
                }
            }
            filters(model.model()).ifPresent(middle::add);
        }
        return RunSections.of(run, counts, middle);
    }

    /// The kernels of conv1, as in figure 3 of the paper.
    private static Optional<Section> filters(Model model) {
        return FilterTiles.of(model.network()).map(_ -> new Section("filters", "Kernels of conv1",
                Html.paragraph("What the first convolution looks for. Each kernel is drawn in its own range of values.")
                        + Html.wide("Kernels", FilterFigure.of(model))));
    }

    private static Section missing(String reason) {
        return new Section("classes", "Classes",
                Html.paragraph("The classes, mistakes and pictures are missing here: " + reason + "."));
    }
}

package net.alexnet.server.studio;

import module java.base;
import net.alexnet.Options;
import net.alexnet.data.Dataset;
import net.alexnet.data.RejectedImage;
import net.alexnet.data.image.ColorPca.Component;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.MeanImage;
import net.alexnet.data.image.PixelStatistics;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Texts;
import net.alexnet.io.Tsv;
import net.alexnet.report.Html;
import net.alexnet.report.Section;
import net.alexnet.report.Table;
import net.alexnet.report.Table.Cell;
import net.alexnet.server.Call;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Reply;
import net.alexnet.server.studio.RunTable.Run;
import org.jspecify.annotations.Nullable;

/// The page about the pictures of a run.
final class DataPage {
    private static final int DRAWS = 12;
    private static final Duration FRESH = Duration.ofSeconds(30);
    private static final int SHOWN = 200; // rows of a table
    private static final int GROUPS = 24; // of duplicates, with their pictures
    private static final int OF_GROUP = 4; // pictures of a group

    private final RunLookup lookup;
    private final Options options;
    private final PageFrame frame;
    private @Nullable Opened last;

    DataPage(RunLookup lookup, Options options, PageFrame frame) {
        this.lookup = lookup;
        this.options = options;
        this.frame = frame;
    }

    /// The pictures of the run that was looked at last: one page asks for them several times.
    private record Opened(Run run, long nanos, RunPictures pictures) {}

    private synchronized RunPictures open(Run run) throws IOException, HttpFailure {
        Opened known = last;
        if (known != null && known.run.equals(run) && System.nanoTime() - known.nanos < FRESH.toNanos()) {
            return known.pictures;
        }
        RunPictures opened = RunPictures.of(run, options);
        last = new Opened(run, System.nanoTime(), opened);
        return opened;
    }

    Reply page(Call call) throws IOException, HttpFailure {
        Run run = lookup.run(call);
        String content;
        try {
            content = content(run, open(run));
        } catch (HttpFailure e) {
            content = Html.paragraph("There is nothing to see here: " + e.getMessage() + ".");
        } catch (IOException e) {
            content = Html.paragraph("The pictures cannot be opened: " + AtomicFiles.reason(e) + ".");
        }
        return frame.page(run, "data", "Data", List.of("data.js"), "<div id=\"data\" data-run=\"" + run.id() + "\">\n"
                + PageFrame.NEEDS_SCRIPT
                + content + "</div>\n");
    }

    private static String content(Run run, RunPictures pictures) throws IOException {
        Dataset dataset = pictures.dataset();
        StringBuilder html = new StringBuilder(new Section("pictures", "Pictures", facts(pictures)).html());
        html.append("""
                <section aria-labelledby="draws-title" id="draws"><h2 id="draws-title">What training sees</h2>
                <p class="bar"><label>Training picture <input type="number" id="index" min="0" value="0" max="%d"></label>
                <span id="draws-said" role="status"></span></p>
                <div class="tiles-row" id="drawn"></div></section>
                <section aria-labelledby="mean-title" id="mean"><h2 id="mean-title">Mean and principal colors</h2>
                <p id="mean-said" role="status">Computing …</p><div class="tiles-row" id="mean-image"></div>
                <div id="colors"></div></section>
                """.formatted(Math.max(0, dataset.training().size() - 1)));
        html.append(new Section("classes", "Classes", classes(dataset).html()).html());
        rejected(run).ifPresent(section -> html.append(section.html()));
        duplicates(pictures).ifPresent(section -> html.append(section.html()));
        return html.toString();
    }

    private static String facts(RunPictures pictures) {
        Dataset dataset = pictures.dataset();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("source", pictures.recipe().data().source());
        facts.put("pictures", Texts.count(dataset.training().size(), "picture") + " for training, "
                + Texts.count(dataset.validation().size(), "picture") + " for validation");
        facts.put("split", dataset.split());
        facts.put("classes", String.valueOf(dataset.classes().size()));
        facts.put("size", "resized to " + pictures.recipe().pictures().resize() + " pixels; the network sees "
                + pictures.recipe().network().input());
        pictures.prepared().ifPresent(it -> facts.put("prepared", "with a side of " + it.preparation().side()
                + " pixels; " + Texts.count(it.rejected(), "picture") + " could not be read"));
        StringBuilder html = new StringBuilder(Html.facts(facts));
        dataset.warnings().forEach(text -> html.append("<p class=\"warned-text\">▲ ").append(Texts.markup(text))
                .append("</p>\n"));
        return html.toString();
    }

    private static Table classes(Dataset dataset) {
        Table table = new Table("Pictures of each class", List.of("class", "training", "validation"));
        List<Integer> training = dataset.training().perClass();
        List<Integer> validation = dataset.validation().perClass();
        for (int i = 0; i < dataset.classes().size(); i++) {
            table.row(List.of(Cell.text(dataset.classes().get(i)), Cell.count(training.get(i)),
                    Cell.count(validation.get(i))));
        }
        return table;
    }

    /// The pictures that the run left out; empty if there are none.
    static Optional<Section> rejected(Run run) throws IOException {
        RunFiles.check(run.folder());
        List<RejectedImage> all = RejectedImage.read(run.folder().path());
        if (all.isEmpty()) {
            return Optional.empty();
        }
        Table table = new Table(Texts.count(all.size(), "picture") + " that cannot be read and were left out",
                List.of("file", "reason"));
        all.stream().limit(SHOWN).forEach(one -> table.row(List.of(Cell.text(one.name()), Cell.text(one.reason()))));
        return Optional.of(new Section("rejected", "Rejected pictures", table.html()));
    }

    /// The rows of `duplicates.tsv`: group, split, class, file, kind and distance.
    private static List<List<String>> duplicateRows(RunPictures pictures) throws IOException {
        return pictures.prepared().isEmpty()
                ? List.of()
                : Tsv.read(pictures.prepared().get().path().resolve("duplicates.tsv"));
    }

    private static Optional<Section> duplicates(RunPictures pictures) throws IOException {
        List<List<String>> rows = duplicateRows(pictures);
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        Table table = new Table("Pictures that are in two places",
                List.of("group", "split", "class", "file", "kind", "distance"));
        rows.stream().limit(SHOWN).forEach(row -> table.row(row.stream().map(Cell::text).toList()));
        return Optional.of(
                new Section("duplicates", "Duplicates", "<div id=\"duplicate-pictures\"></div>\n" + table.folded()));
    }

    private record Duplicate(String split, String label, String file, String kind, Tiles picture) {}

    /// The first groups of duplicates, each with a few of its pictures.
    Reply duplicates(Call call) throws IOException, HttpFailure {
        RunPictures pictures = open(lookup.run(call));
        SequencedMap<String, List<Duplicate>> groups = new LinkedHashMap<>();
        for (List<String> row : duplicateRows(pictures)) {
            int shown = groups.getOrDefault(row.getFirst(), List.of()).size();
            if (shown == 0 && groups.size() == GROUPS) {
                break; // the rows of a group are together
            }
            Optional<Image> image = shown == OF_GROUP ? Optional.empty() : pictures.image(row.get(3));
            if (image.isPresent()) {
                groups.computeIfAbsent(row.getFirst(), _ -> new ArrayList<>()).add(
                        new Duplicate(row.get(1), row.get(2), row.get(3), row.get(4), Tiles.of(image.get())));
            }
        }
        return Reply.json(groups.values());
    }

    private record Drawn(String name, String label, long seed, Tiles picture, Tiles draws) {}

    /// Twelve draws of a training picture.
    Reply draws(Call call) throws IOException, HttpFailure {
        RunPictures pictures = open(lookup.run(call));
        int index = index(call.query("index").orElse("0"), pictures.dataset().training().size());
        Image picture = pictures.image(index).orElseThrow(() -> new HttpFailure(404,
                "the picture " + index + " cannot be read; choose another one"));
        return Reply.json(new Drawn(pictures.dataset().training().name(index),
                pictures.dataset().classes().get(pictures.dataset().training().label(index)), pictures.recipe().seed(),
                Tiles.of(picture), Tiles.of(pictures.draws(index, picture, pictures.statistics(), DRAWS))));
    }

    private static int index(String text, int size) throws HttpFailure {
        try {
            int index = Integer.parseInt(text);
            if (index >= 0 && index < size) {
                return index;
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw new HttpFailure(404, "there are " + size + " training pictures, numbered from 0; found '" + text + "'");
    }

    private record Statistics(long images, List<Double> mean, Tiles meanImage, List<Component> components) {}

    /// The mean image and the principal colors.
    Reply statistics(Call call) throws IOException, HttpFailure {
        PixelStatistics found = open(lookup.run(call)).statistics();
        MeanImage mean = found.meanImage();
        byte[] samples = new byte[mean.values().length];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (byte) Math.round(mean.values()[i]);
        }
        return Reply.json(new Statistics(found.images(), found.mean(),
                Tiles.of(new Image(mean.side(), mean.side(), mean.channels(), samples)),
                found.colorPca().components()));
    }
}

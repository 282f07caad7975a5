package net.alexnet.inference;

import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import module java.base;

/// A file with a line for each prediction. It appears under its name once it is whole: closing it
/// before [#finish()] leaves nothing.
public final class PredictionWriter implements Prediction.Consumer, AutoCloseable {
    private final CsvTable table;
    private final Function<Prediction, List<?>> line;

    private PredictionWriter(CsvTable table, Function<Prediction, List<?>> line) {
        this.table = table;
        this.line = line;
    }

    /// A table with a header, comma-separated and quoted as RFC 4180 says: `file`, `class` (the
    /// true one), and for each of the most probable classes `class_1`, `probability_1` and so on,
    /// most probable first.
    ///
    /// @param classes the names of the classes
    /// @throws IOException if the file cannot be made
    public static PredictionWriter predictions(Path target, List<String> classes) throws IOException {
        List<String> columns = new ArrayList<>(List.of("file", "class"));
        columns.addAll(columns(Math.min(Prediction.TOP, classes.size())));
        return new PredictionWriter(CsvTable.withHeader(target, columns), prediction -> {
            List<Object> cells = new ArrayList<>(List.of(prediction.name(), classes.get(prediction.label())));
            prediction.best().forEach(score -> {
                cells.add(classes.get(score.label()));
                cells.add(score.probability());
            });
            return cells;
        });
    }

    /// `class_1`, `probability_1` and so on, for so many of the most probable classes.
    public static List<String> columns(int places) {
        return IntStream.rangeClosed(1, places).boxed()
                .flatMap(place -> Stream.of("class_" + place, "probability_" + place)).toList();
    }

    /// The format that the ILSVRC's evaluation server and its devkit's scripts read: a line for
    /// each image, in the images' order, with the ids of the five most probable classes, most
    /// probable first, separated by spaces.
    ///
    /// @param ids each class's id, from 1
    /// @throws IOException if the file cannot be made
    public static PredictionWriter submission(Path target, List<Integer> ids) throws IOException {
        CsvSchema schema = CsvSchema.emptySchema().withColumnSeparator(' ').withoutQuoteChar();
        return new PredictionWriter(new CsvTable(target, schema), prediction -> prediction.best().stream()
                .map(score -> ids.get(score.label()))
                .toList());
    }

    @Override
    public void accept(Prediction prediction) throws IOException {
        table.write(line.apply(prediction));
    }

    /// Forces everything to the disk and gives the file its name.
    public void finish() throws IOException {
        table.publish();
    }

    @Override
    public void close() throws IOException {
        table.close();
    }
}

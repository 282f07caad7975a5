package net.alexnet.inference;

import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.dataformat.csv.CsvGenerator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import net.alexnet.io.AtomicFileWriter;
import net.alexnet.io.AtomicFiles;

/// A file with a line for every prediction, written as they come. It appears under its name once it is whole:
/// closing it before [#finish()] leaves nothing.
public final class PredictionWriter implements Prediction.Consumer, AutoCloseable {
    private static final CsvMapper CSV = CsvMapper.builder()
            .enable(CsvGenerator.Feature.STRICT_CHECK_FOR_QUOTING) // quotes only where RFC 4180 asks for them
            .build();

    private final Path target;
    private final AtomicFileWriter draft;
    private final SequenceWriter lines;
    private final Function<Prediction, List<?>> line;

    private PredictionWriter(Path target, CsvSchema schema, Function<Prediction, List<?>> line) throws IOException {
        this.target = target;
        this.line = line;
        try {
            if (Files.isDirectory(target)) {
                throw new FileSystemException(target.toString(), null, "it is a folder; expected the name of a file");
            }
            this.draft = new AtomicFileWriter(target);
            this.lines = CSV.writer(schema).writeValues(draft.stream());
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /// A table with a header, comma-separated and quoted as RFC 4180 says: `file`, `class` (the true one), and for each
    /// of the most probable classes `class_1`, `probability_1` and so on, best first.
    ///
    /// @param classes the names of the classes
    /// @throws IOException if the file cannot be made
    public static PredictionWriter predictions(Path target, List<String> classes) throws IOException {
        CsvSchema.Builder schema = CsvSchema.builder().addColumn("file").addColumn("class");
        for (int place = 1; place <= Math.min(Prediction.TOP, classes.size()); place++) {
            schema.addColumn("class_" + place).addColumn("probability_" + place);
        }
        return new PredictionWriter(target, schema.build().withHeader(), prediction -> {
            List<Object> cells = new ArrayList<>(List.of(prediction.name(), classes.get(prediction.label())));
            prediction.best().forEach(predicted -> {
                cells.add(classes.get(predicted.label()));
                cells.add(predicted.probability());
            });
            return cells;
        });
    }

    /// What the ILSVRC's evaluation server and its devkit's scripts read: a line for each picture, in the pictures' order,
    /// with the ids of the five most probable classes, best first, separated by spaces.
    ///
    /// @param ids each class's id, from 1
    /// @throws IOException if the file cannot be made
    public static PredictionWriter submission(Path target, List<Integer> ids) throws IOException {
        CsvSchema schema = CsvSchema.emptySchema().withColumnSeparator(' ').withoutQuoteChar();
        return new PredictionWriter(target, schema, prediction -> prediction.best().stream()
                .map(predicted -> ids.get(predicted.label()))
                .toList());
    }

    @Override
    public void accept(Prediction prediction) throws IOException {
        try {
            lines.write(line.apply(prediction));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /// Forces everything to the disk and gives the file its name.
    public void finish() throws IOException {
        try {
            lines.flush();
            draft.publish();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public void close() throws IOException {
        draft.close(); // what is not flushed is of no use: the draft goes
    }

    private IOException failure(IOException e) {
        return new IOException("cannot write " + target + ": " + AtomicFiles.reason(e), e);
    }
}

package net.alexnet.inference;

import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.dataformat.csv.CsvGenerator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Comma-separated values with a header, quoted as RFC 4180 says: `file`, `label` (empty where there is none), `f0`, `f1` and so
/// on. Each number has as many digits as it takes to read it back exactly.
final class CsvFile implements FeatureFile {
    private static final CsvMapper CSV = CsvMapper.builder()
            .enable(CsvGenerator.Feature.STRICT_CHECK_FOR_QUOTING) // quotes only where RFC 4180 asks for them
            .build();

    private final Draft draft;
    private final SequenceWriter lines;
    private final int length;

    CsvFile(Path target, int length) throws IOException {
        CsvSchema.Builder schema = CsvSchema.builder().addColumn("file").addColumn("label");
        for (int i = 0; i < length; i++) {
            schema.addColumn("f" + i);
        }
        this.length = length;
        this.draft = new Draft(target);
        this.lines = CSV.writer(schema.build().withHeader()).writeValues(draft.stream());
    }

    @Override
    public void add(String file, Optional<String> label, float[] features) throws IOException {
        Draft.requireLength(features, length);
        List<Object> cells = new ArrayList<>(length + 2);
        cells.add(file);
        cells.add(label.orElse(""));
        for (float feature : features) {
            cells.add(feature);
        }
        lines.write(cells);
    }

    @Override
    public void finish() throws IOException {
        lines.flush();
        draft.finish();
    }

    @Override
    public void close() throws IOException {
        draft.close();
    }
}

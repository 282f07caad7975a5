package net.alexnet.inference;

import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Comma-separated values with a header: `file`, `label` (empty where there is none), `f0`, `f1`
/// and so on. Each number has as many digits as it takes to read it back exactly.
final class CsvFile implements FeatureFile {
    private final CsvTable table;
    private final int length;

    CsvFile(Path target, int length) throws IOException {
        CsvSchema.Builder schema = CsvSchema.builder().addColumn("file").addColumn("label");
        for (int i = 0; i < length; i++) {
            schema.addColumn("f" + i);
        }
        this.length = length;
        this.table = new CsvTable(target, schema.build().withHeader());
    }

    @Override
    public void add(String file, Optional<String> label, float[] features) throws IOException {
        NpyMatrix.requireLength(features, length);
        List<Object> cells = new ArrayList<>(length + 2);
        cells.add(file);
        cells.add(label.orElse(""));
        for (float feature : features) {
            cells.add(feature);
        }
        table.write(cells);
    }

    @Override
    public void finish() throws IOException {
        table.publish();
    }

    @Override
    public void close() throws IOException {
        table.close();
    }
}

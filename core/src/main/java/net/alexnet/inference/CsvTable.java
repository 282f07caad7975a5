package net.alexnet.inference;

import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.dataformat.csv.CsvGenerator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import module java.base;
import net.alexnet.io.AtomicFileWriter;

/// A file of lines of cells, quoted only where RFC 4180 asks for quotes. It appears once it is
/// whole.
final class CsvTable implements AutoCloseable {
    private static final CsvMapper CSV = CsvMapper.builder().enable(CsvGenerator.Feature.STRICT_CHECK_FOR_QUOTING)
            .build();

    private final AtomicFileWriter file;
    private final SequenceWriter lines;

    CsvTable(Path target, CsvSchema schema) throws IOException {
        this.file = new AtomicFileWriter(target);
        this.lines = CSV.writer(schema).writeValues(file.stream());
    }

    void write(List<?> cells) throws IOException {
        lines.write(cells);
    }

    void publish() throws IOException {
        lines.flush();
        file.publish();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

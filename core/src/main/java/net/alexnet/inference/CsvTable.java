package net.alexnet.inference;

import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.dataformat.csv.CsvGenerator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import module java.base;
import net.alexnet.io.AtomicFileWriter;
import net.alexnet.io.Texts;

/// A file of lines of cells, quoted only where RFC 4180 asks for quotes. Texts are those of [Texts#cell], so that a
/// name can be no formula. It appears once it is whole.
public final class CsvTable implements AutoCloseable {
    private static final CsvMapper CSV = CsvMapper.builder().enable(CsvGenerator.Feature.STRICT_CHECK_FOR_QUOTING)
            .build();

    private final AtomicFileWriter file;
    private final SequenceWriter lines;

    /// A table with a header, comma-separated and quoted as RFC 4180 says.
    ///
    /// @param columns their names
    /// @throws IOException if the file cannot be made
    public static CsvTable withHeader(Path target, List<String> columns) throws IOException {
        CsvSchema.Builder schema = CsvSchema.builder();
        columns.forEach(schema::addColumn);
        return new CsvTable(target, schema.build().withHeader());
    }

    CsvTable(Path target, CsvSchema schema) throws IOException {
        this.file = new AtomicFileWriter(target);
        this.lines = CSV.writer(schema).writeValues(file.stream());
    }

    /// Writes a line.
    ///
    /// @param cells texts and numbers; an empty text leaves a cell empty
    public void write(List<?> cells) throws IOException {
        lines.write(
                cells.stream().map(cell -> cell instanceof String text ? Texts.cell(text) : cell).toList());
    }

    /// Forces everything to the disk and gives the file its name.
    public void publish() throws IOException {
        lines.flush();
        file.publish();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

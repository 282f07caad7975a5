package net.alexnet.io;

import module java.base;

/// Tables as text: a header and one line for each row, cells separated by tabs, in UTF-8.
public final class Tsv {
    private Tsv() {}

    /// Writes a table. Cells are those of [Texts#cell], in one line. A table without rows is not written, and one that is
    /// there is removed.
    public static void write(Path file, List<String> header, List<List<String>> rows) throws IOException {
        if (rows.isEmpty()) {
            Files.deleteIfExists(file);
            return;
        }
        AtomicFiles.write(file, out -> {
            out.write(line(header));
            for (List<String> row : rows) {
                out.write(line(row));
            }
        });
    }

    private static byte[] line(List<String> cells) {
        return cells.stream().map(cell -> Texts.cell(Texts.line(cell)))
                .collect(Collectors.joining("\t", "", "\n")).getBytes(StandardCharsets.UTF_8);
    }

    /// The rows of a table; none if there is no file.
    public static List<List<String>> read(Path file) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : RegularFile.text(file).lines().skip(1).toList()) {
                rows.add(List.of(line.split("\t", -1)));
            }
        }
        return rows;
    }
}

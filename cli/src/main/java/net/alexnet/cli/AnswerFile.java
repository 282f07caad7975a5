package net.alexnet.cli;

import module java.base;
import net.alexnet.inference.CsvTable;
import net.alexnet.inference.PredictionWriter;
import net.alexnet.io.AtomicFileWriter;

/// The file of `classify --out`: a line for each picture, in their order. It appears once it is whole.
interface AnswerFile extends AutoCloseable {
    /// Writes a line.
    void write(Answer answer) throws IOException;

    /// Forces everything to the disk and gives the file its name.
    void publish() throws IOException;

    @Override
    void close() throws IOException;

    /// How the lines are written.
    enum Form {
        /// `file`, `class_1`, `probability_1` and so on, and `error` for a file that cannot be read.
        CSV,
        /// An object for each picture, as in the array of `--json`.
        JSON_LINES;

        /// The form that a file's name ends in.
        ///
        /// @throws IllegalArgumentException if it is neither
        static Form of(Path file) {
            String name = file.toString().toLowerCase(Locale.ROOT);
            if (name.endsWith(".csv")) {
                return CSV;
            }
            if (name.endsWith(".jsonl")) {
                return JSON_LINES;
            }
            throw new IllegalArgumentException("--out: " + file + " must end in .csv or .jsonl, which says its form");
        }

        /// @param places how many classes each picture has
        /// @param unsure whether they are flagged
        AnswerFile open(Path file, int places, boolean unsure) throws IOException {
            return this == CSV ? new Csv(file, places, unsure) : new JsonLines(file);
        }
    }

    /// See [Form#CSV].
    final class Csv implements AnswerFile {
        private final CsvTable table;
        private final int places;
        private final boolean unsure;

        private Csv(Path file, int places, boolean unsure) throws IOException {
            this.places = places;
            this.unsure = unsure;
            List<String> columns = new ArrayList<>(List.of("file"));
            columns.addAll(PredictionWriter.columns(places));
            if (unsure) {
                columns.add("unsure");
            }
            columns.add("error");
            this.table = CsvTable.withHeader(file, columns);
        }

        @Override
        public void write(Answer answer) throws IOException {
            List<Object> cells = new ArrayList<>(List.of(answer.file()));
            switch (answer) {
                case Answer.Classified classified -> {
                    classified.predictions().forEach(one -> cells.addAll(List.of(one.name(), one.probability())));
                    if (unsure) {
                        cells.add(Boolean.TRUE.equals(classified.unsure()));
                    }
                    cells.add("");
                }
                case Answer.Unreadable(String _, String error) -> {
                    cells.addAll(Collections.nCopies(2 * places + (unsure ? 1 : 0), ""));
                    cells.add(error);
                }
            }
            table.write(cells);
        }

        @Override
        public void publish() throws IOException {
            table.publish();
        }

        @Override
        public void close() throws IOException {
            table.close();
        }
    }

    /// See [Form#JSON_LINES].
    final class JsonLines implements AnswerFile {
        private final AtomicFileWriter file;

        private JsonLines(Path file) throws IOException {
            this.file = new AtomicFileWriter(file);
        }

        @Override
        public void write(Answer answer) throws IOException {
            file.stream().write((Json.line(answer) + "\n").getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void publish() throws IOException {
            file.publish();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}

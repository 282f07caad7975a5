package net.alexnet.spark;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.inference.TopK;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/// Answers the rows of a partition, a batch at a time.
///
/// @param model as [ExecutorModel#of] finds it
/// @param question the most probable classes, or a layer's outputs
record PictureTask(String model, Question question) implements MapPartitionsFunction<Row, Row> {
    /// Pictures that go through the network at a time. More need more memory outside the heap, of which an
    /// executor has 384 MiB unless it is told otherwise.
    private static final int BATCH = 32;

    /// What a task computes for each picture.
    sealed interface Question extends Serializable {
        /// The answers' columns between `path` and `error`.
        int columns();

        /// Computes the columns of each picture.
        List<Object[]> answer(ExecutorModel model, List<Image> images);
    }

    /// The most probable classes.
    ///
    /// @param top how many
    record Classes(int top) implements Question {
        @Override
        public int columns() {
            return 4;
        }

        @Override
        public List<Object[]> answer(ExecutorModel model, List<Image> images) {
            List<String> labels = model.labels();
            return model.probabilities(images).stream().map(row -> {
                List<Integer> best = TopK.best(row, 0, labels.size(), top);
                int first = best.getFirst();
                return new Object[] {labels.get(first), row[first],
                    best.stream().map(labels::get).toArray(String[]::new),
                    best.stream().map(index -> row[index]).toArray(Float[]::new)};
            }).toList();
        }
    }

    /// A layer's outputs.
    ///
    /// @param layer its name
    record Layer(String layer) implements Question {
        @Override
        public int columns() {
            return 1;
        }

        @Override
        public List<Object[]> answer(ExecutorModel model, List<Image> images) {
            return model.features(images, layer).stream().map(row -> new Object[] {row}).toList();
        }
    }

    /// A row's path, and either its picture or why there is none.
    private record Decoded(@Nullable String path, @Nullable Image image, @Nullable String error) {}

    @Override
    public Iterator<Row> call(Iterator<Row> rows) throws IOException {
        if (!rows.hasNext()) {
            return Collections.emptyIterator(); // a model is not loaded for nothing
        }
        ExecutorModel loaded = ExecutorModel.of(model);
        return new Iterator<>() {
            private Iterator<Row> ready = Collections.emptyIterator();

            @Override
            public boolean hasNext() {
                return ready.hasNext() || rows.hasNext();
            }

            @Override
            public Row next() {
                if (!ready.hasNext()) {
                    List<Decoded> batch = new ArrayList<>();
                    while (batch.size() < BATCH && rows.hasNext()) {
                        batch.add(decode(loaded, rows.next()));
                    }
                    ready = answers(loaded, batch).iterator();
                }
                return ready.next();
            }
        };
    }

    private static Decoded decode(ExecutorModel model, Row row) {
        String path = row.getString(0);
        try {
            if (row.isNullAt(row.size() - 1)) {
                return new Decoded(path, null, row.size() == 1 ? "the row has no path" : "the row has no content");
            }
            return new Decoded(path, row.size() == 1 ? model.read(path) : model.decode(row.getAs(1)), null);
        } catch (ExecutorModel.Unreadable e) {
            return new Decoded(path, null, e.reason());
        }
    }

    private List<Row> answers(ExecutorModel model, List<Decoded> batch) {
        List<Image> images = batch.stream().flatMap(one -> Stream.ofNullable(one.image())).toList();
        Iterator<Object[]> answers = images.isEmpty()
                ? Collections.emptyIterator()
                : question.answer(model, images).iterator();
        return batch.stream().map(one -> {
            @Nullable
            Object[] columns = new @Nullable Object[question.columns() + 2];
            columns[0] = one.path();
            if (one.image() != null) {
                System.arraycopy(answers.next(), 0, columns, 1, question.columns());
            }
            columns[columns.length - 1] = one.error();
            return RowFactory.create(columns);
        }).toList();
    }
}

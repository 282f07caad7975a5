package net.alexnet.nn;

import module java.base;
import net.alexnet.data.loader.Rank;
import net.alexnet.distributed.Group;
import net.alexnet.io.NamedTensor;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;

/// A network divided between ranks that exchange the outputs of layers: each rank has a part of some layers' filters or units,
/// with their weights and biases. All ranks are given the same pictures and have the same logits.
abstract class Division {
    final Group group;
    final Backend backend;
    private final Architecture whole;
    private final Architecture part;

    /// @param part the layers of this rank
    Division(Architecture whole, Architecture part, Group group, Backend backend) {
        this.whole = whole;
        this.part = part;
        this.group = group;
        this.backend = backend;
    }

    /// The layers of one rank. The input of a row that reads the outputs of all ranks is the joined one, and so is the output of
    /// the last layer with weights.
    ///
    /// @param first the row from which on layers are divided
    /// @param own what a rank computes of a divided row
    /// @param readsAll whether a divided row reads the outputs of all ranks
    static Architecture part(Architecture whole, Rank rank, int first, Function<Row, Layer> own,
            Predicate<Row> readsAll) {
        List<Row> rows = new ArrayList<>(whole.rows().subList(0, first));
        Shape before = first == 0 ? whole.input() : rows.getLast().out();
        for (Row row : whole.rows().subList(first, whole.rows().size())) {
            boolean last = rows.size() >= whole.rows().size() - 2; // fc8 and the softmax
            Shape in = readsAll.test(row) ? row.in() : before;
            Shape out = last ? row.out() : ownShape(row.out(), rank);
            rows.add(new Row(row.name(), own.apply(row), in, out, ownCount(row.parameters(), row, rank),
                    ownCount(row.multiplyAdds(), row, rank)));
            before = out;
        }
        return new Architecture(whole.name(), rows);
    }

    private static long ownCount(long number, Row row, Rank rank) {
        return number == 0 ? 0 : number / row.weightShape().dim(0) * ownShape(row.weightShape(), rank).dim(0);
    }

    static Shape ownShape(Shape whole, Rank rank) {
        return whole.withDim(0, rank.end(whole.dim(0)) - rank.begin(whole.dim(0)));
    }

    final Architecture part() {
        return part;
    }

    /// Whether a rank has only its rows of this layer's weight and bias.
    abstract boolean isDivided(String layer);

    /// The pictures whose first layers this rank computes; the given tensor, or a new one.
    abstract Tensor take(Tensor pictures);

    /// The masks of the examples that a row of this rank reads.
    ///
    /// @param masks of all pictures
    /// @param pictures how many there are
    abstract DropoutMasks masks(DropoutMasks masks, int index, int pictures);

    /// Whether a row's input has to be joined.
    abstract boolean joinsInput(Row row);

    /// Whether a row's output has to be joined: those are the logits.
    final boolean joinsOutput(Row row) {
        return row.equals(part.rows().get(part.rows().size() - 2));
    }

    /// The input of a row that [#joinsInput] names.
    ///
    /// @param own outputs of this rank
    /// @param pictures of all ranks together
    /// @return a new tensor
    abstract Tensor join(Row row, Tensor own, int pictures);

    /// The gradient by this rank's outputs, from all ranks' gradients by the joined ones.
    ///
    /// @param row that read them
    /// @param joined what this rank's filters or units contribute
    /// @return a new tensor, the sum over the ranks
    abstract Tensor split(Row row, Tensor joined);

    /// The outputs of all ranks' filters or units.
    ///
    /// @param own `(N, C of this rank, …)`
    /// @param channels C of all ranks
    /// @return `(N, C, …)`
    final Tensor joinUnits(Tensor own, int channels) {
        int count = own.shape().dim(0);
        int place = Math.toIntExact(own.shape().elements() / count / own.shape().dim(1));
        float[] given = group.gather(backend.download(own)); // rank after rank
        float[] joined = new float[given.length]; // picture after picture
        int from = 0;
        for (Rank rank : ranks()) {
            int begin = rank.begin(channels) * place;
            int length = rank.end(channels) * place - begin;
            for (int i = 0; i < count; i++, from += length) {
                System.arraycopy(given, from, joined, i * channels * place + begin, length);
            }
        }
        return backend.upload(own.shape().withDim(1, channels), joined);
    }

    /// The gradient by this rank's filters or units.
    ///
    /// @param joined `(N, C, …)`: what this rank's filters or units contribute
    /// @return `(N, C of this rank, …)`: the sum over the ranks
    final Tensor splitUnits(Tensor joined) {
        Shape shape = joined.shape();
        int channels = shape.dim(1);
        float[] given = backend.download(joined);
        int rows = shape.dim(0);
        int place = given.length / rows / channels;
        Shape own = shape.withDim(1, group.rank().end(channels) - group.rank().begin(channels));
        return backend.upload(own, sums(given, rows, channels * place,
                rank -> rank.begin(channels) * place, rank -> rank.end(channels) * place));
    }

    /// Adds up all ranks' matrices. Each rank gets some columns of the sum.
    ///
    /// @param begin a rank's first column
    /// @param end the column after its last
    final float[] sums(float[] matrix, int rows, int columns, ToIntFunction<Rank> begin, ToIntFunction<Rank> end) {
        // parts of equal length, as a reduce-scatter wants them: a rank with fewer columns gets some zeros
        int width = ranks().stream().mapToInt(rank -> end.applyAsInt(rank) - begin.applyAsInt(rank)).max()
                .orElseThrow();
        float[] parts = new float[group.rank().world() * rows * width]; // rank after rank
        for (Rank rank : ranks()) {
            int from = begin.applyAsInt(rank);
            int length = end.applyAsInt(rank) - from;
            for (int i = 0; i < rows; i++) {
                System.arraycopy(matrix, i * columns + from, parts, (rank.number() * rows + i) * width, length);
            }
        }
        float[] own = group.reduceScatter(parts);
        return columns(own, width, 0, end.applyAsInt(group.rank()) - begin.applyAsInt(group.rank()));
    }

    private List<Rank> ranks() {
        int world = group.rank().world();
        return IntStream.range(0, world).mapToObj(number -> new Rank(number, world)).toList();
    }

    private static float[] columns(float[] matrix, int columns, int from, int count) {
        if (count == columns) {
            return matrix;
        }
        float[] some = new float[matrix.length / columns * count];
        for (int i = 0; i * count < some.length; i++) {
            System.arraycopy(matrix, i * columns + from, some, i * count, count);
        }
        return some;
    }

    private float[] ownColumns(float[] matrix, int columns) {
        int begin = group.rank().begin(columns);
        return columns(matrix, columns, begin, group.rank().end(columns) - begin);
    }

    /// This rank's columns of the gradient of the loss by the logits, `(N, classes)`: all ranks have computed all of it.
    final Tensor ownGradient(Tensor dLogits) {
        float[] own = ownColumns(backend.download(dLogits), dLogits.shape().dim(1));
        return backend.upload(Shape.of(dLogits.shape().dim(0), own.length / dLogits.shape().dim(0)), own);
    }

    /// The factors of the units that a dropout of this rank reads, `(N, F)`.
    ///
    /// @param masks of all pictures
    /// @param pictures how many there are
    final float[] mask(DropoutMasks masks, int index, Shape own, int pictures, double rate, float kept) {
        int units = whole.rows().get(index).out().dim(0);
        float[] all = masks(masks, index, pictures).draw(index, own.withDim(1, units), rate, kept);
        return own.dim(1) == units ? all : ownColumns(all, units);
    }

    /// This rank's rows of a parameter or its momentum buffer. If it is divided, the whole tensor is freed.
    final Tensor ownRows(String layer, Tensor whole) {
        if (!isDivided(layer)) {
            return whole;
        }
        Rank rank = group.rank();
        int count = whole.shape().dim(0);
        Tensor own = rows(whole, rank.begin(count), rank.end(count));
        backend.free(whole);
        return own;
    }

    /// A copy of some consecutive rows of a tensor.
    final Tensor rows(Tensor tensor, int begin, int end) {
        Shape shape = tensor.shape();
        Tensor some = backend.zeros(shape.withDim(0, end - begin));
        long row = shape.elements() / shape.dim(0) * Float.BYTES;
        backend.assign(some, backend.view(tensor).asSlice(begin * row, (end - begin) * row));
        return some;
    }

    /// A parameter or its momentum buffer with the rows of all ranks, outside the heap. All ranks call this; only the one that
    /// leads gets the whole.
    final NamedTensor whole(String layer, NamedTensor own) {
        if (!isDivided(layer)) {
            return own;
        }
        float[] values = own.floats();
        float[] all = group.gather(values);
        if (!group.isRankZero()) {
            return own;
        }
        int row = values.length / own.shape().dim(0);
        MemorySegment kept = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, all);
        return new NamedTensor(own.name(), own.shape().withDim(0, all.length / row), () -> kept);
    }
}

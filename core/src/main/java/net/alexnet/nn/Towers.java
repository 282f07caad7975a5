package net.alexnet.nn;

import module java.base;
import net.alexnet.data.loader.Rank;
import net.alexnet.distributed.Group;
import net.alexnet.io.NamedTensor;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Conv;
import net.alexnet.nn.Layer.Dense;
import net.alexnet.nn.Layer.Dropout;
import net.alexnet.nn.Layer.Flatten;
import net.alexnet.nn.Layer.L2Norm;
import net.alexnet.nn.Layer.MaxPool;
import net.alexnet.nn.Layer.Relu;
import net.alexnet.nn.Layer.ResponseNorm;
import net.alexnet.nn.Layer.Softmax;
import net.alexnet.nn.Layer.Tanh;
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.LocalResponseNorm.Region;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;

/// A network on two devices, a tower on each, as in the paper (§3.2, figure 2). A rank has half of each layer's filters and
/// units, with their weights and biases. It reads the outputs of both towers where the paper's GPUs communicate: before conv3,
/// fc6, fc7 and fc8, and for the logits. Both ranks see the same pictures.
///
/// The forward pass has the bits of the same network on one device, if the backend's sums do not depend on how many filters
/// are computed together. The gradient by a joined input is a sum over both towers, so it is rounded otherwise.
public final class Towers {
    /// The paper's two GPUs.
    public static final int RANKS = 2;

    private final Group group;
    private final Backend backend;
    private final Architecture part;
    private final Set<String> joined; // names of the rows that read both towers

    Towers(Architecture whole, Group group, Backend backend) {
        this.group = group;
        this.backend = backend;
        this.part = part(whole, group.rank());
        this.joined = IntStream.range(1, part.rows().size())
                .filter(i -> !part.rows().get(i).in().equals(part.rows().get(i - 1).out()))
                .mapToObj(i -> part.rows().get(i).name()).collect(Collectors.toUnmodifiableSet());
    }

    /// The layers of one rank. The input of a row that reads both towers is the joined one, and so is the output of the last
    /// layer with weights.
    ///
    /// @throws IllegalArgumentException if there are not two ranks, or if a layer cannot be divided between them
    public static Architecture part(Architecture whole, Rank rank) {
        if (rank.world() != RANKS) {
            throw new IllegalArgumentException("parallel: towers needs " + RANKS + " ranks, one for each tower, found "
                    + rank.world() + ": start " + RANKS + ", or a single process");
        }
        if (!(whole.rows().getFirst().layer() instanceof Weighted)) {
            throw new IllegalArgumentException("the first layer, " + whole.rows().getFirst().name()
                    + ", has no filters that two ranks could share: train with parallel=data");
        }
        List<Row> rows = new ArrayList<>();
        Shape before = whole.input();
        for (int i = 0; i < whole.rows().size(); i++) {
            Row row = whole.rows().get(i);
            boolean last = i >= whole.rows().size() - 2; // fc8 and the softmax
            Shape in = readsBoth(row) ? row.in() : before;
            Shape out = last ? row.out() : ownShape(row.out(), rank);
            rows.add(new Row(row.name(), ownLayer(row, rank), in, out, ownCount(row.parameters(), row, rank),
                    ownCount(row.multiplyAdds(), row, rank)));
            before = out;
        }
        return new Architecture(whole.name(), rows);
    }

    private static long ownCount(long number, Row row, Rank rank) {
        return number == 0 ? 0 : number / row.weightShape().dim(0) * ownShape(row.weightShape(), rank).dim(0);
    }

    private static Shape ownShape(Shape whole, Rank rank) {
        return whole.withDim(0, rank.end(whole.dim(0)) - rank.begin(whole.dim(0)));
    }

    private static Layer ownLayer(Row row, Rank rank) {
        return switch (row.layer()) {
            case Conv conv when conv.groups() <= RANKS ->
                new Conv(conv.name(), ownShape(row.weightShape(), rank).dim(0), conv.window(), 1);
            case Dense dense -> new Dense(dense.name(), ownShape(row.weightShape(), rank).dim(0));
            case ResponseNorm lrn when lrn.norm().region() == Region.ACROSS_CHANNELS && lrn.norm().groups() == RANKS ->
                new ResponseNorm(new LocalResponseNorm(lrn.norm().region(), lrn.norm().size(), lrn.norm().k(),
                        lrn.norm().alpha(), lrn.norm().beta(), 1));
            case ResponseNorm lrn when lrn.norm().region() == Region.WITHIN_CHANNEL -> lrn;
            case Relu _,Tanh _,MaxPool _,Flatten _,Dropout _,Softmax _ -> row.layer();
            case Conv _,ResponseNorm _,L2Norm _ -> throw new IllegalArgumentException(row.name()
                    + " reads both towers, so a device cannot compute its half: train with parallel=data. The variants paper,"
                    + " original and small, with two towers and no L2 norm, can be divided");
        };
    }

    /// Whether a layer of the whole network reads the outputs of both towers.
    private static boolean readsBoth(Row row) {
        return row.layer() instanceof Dense || (row.layer() instanceof Conv conv && conv.groups() == 1);
    }

    Architecture part() {
        return part;
    }

    /// Whether a row's input has to be joined.
    boolean joinsInput(Row row) {
        return joined.contains(row.name());
    }

    /// Whether a row's output has to be joined: those are the logits.
    boolean joinsOutput(Row row) {
        return row.equals(part.rows().get(part.rows().size() - 2));
    }

    /// The outputs of both towers.
    ///
    /// @param own `(N, C/2, …)`, of this rank
    /// @param channels C
    /// @return `(N, C, …)`
    Tensor join(Tensor own, int channels) {
        int count = own.shape().dim(0);
        int place = Math.toIntExact(own.shape().elements() / count / own.shape().dim(1));
        float[] given = group.gather(backend.download(own)); // rank after rank
        float[] joined = new float[given.length]; // picture after picture
        int from = 0;
        for (int number = 0; number < RANKS; number++) {
            Rank rank = new Rank(number, RANKS);
            int begin = rank.begin(channels) * place;
            int length = rank.end(channels) * place - begin;
            for (int i = 0; i < count; i++, from += length) {
                System.arraycopy(given, from, joined, i * channels * place + begin, length);
            }
        }
        return backend.upload(own.shape().withDim(1, channels), joined);
    }

    /// The gradient by this rank's outputs, from both ranks' gradients by the joined ones.
    ///
    /// @param joined `(N, C, …)` with an even C: what this rank's filters or units contribute
    /// @return `(N, C/2, …)`: the sum over the ranks
    Tensor split(Tensor joined) {
        int count = joined.shape().dim(0);
        int half = joined.shape().dim(1) / RANKS;
        float[] given = backend.download(joined); // picture after picture
        float[] ordered = new float[given.length]; // rank after rank
        int length = given.length / count / RANKS;
        for (int i = 0; i < count; i++) {
            for (int number = 0; number < RANKS; number++) {
                System.arraycopy(given, (i * RANKS + number) * length, ordered, (number * count + i) * length, length);
            }
        }
        return backend.upload(joined.shape().withDim(1, half), group.reduceScatter(ordered));
    }

    /// This rank's columns of a matrix that both ranks have.
    ///
    /// @param columns of the matrix
    float[] ownColumns(float[] matrix, int columns) {
        int begin = group.rank().begin(columns);
        int length = group.rank().end(columns) - begin;
        float[] own = new float[matrix.length / columns * length];
        for (int i = 0; i * length < own.length; i++) {
            System.arraycopy(matrix, i * columns + begin, own, i * length, length);
        }
        return own;
    }

    /// This rank's columns of the gradient of the loss by the logits, `(N, classes)`: both ranks have computed all of it.
    Tensor ownGradient(Tensor dLogits) {
        int classes = dLogits.shape().dim(1);
        float[] own = ownColumns(backend.download(dLogits), classes);
        return backend.upload(Shape.of(dLogits.shape().dim(0), own.length / dLogits.shape().dim(0)), own);
    }

    /// The factors of this rank's units in a dropout, `(N, F/2)`, from the mask of all units.
    float[] mask(DropoutMasks masks, int layer, Shape own, double rate, float kept) {
        int units = own.dim(1) * RANKS;
        return ownColumns(masks.draw(layer, own.withDim(1, units), rate, kept), units);
    }

    /// This rank's rows of a parameter or its momentum buffer; the whole tensor is freed.
    Tensor ownRows(Tensor whole) {
        Shape shape = whole.shape();
        Tensor own = backend.zeros(ownShape(shape, group.rank()));
        long row = shape.elements() / shape.dim(0) * Float.BYTES;
        backend.assign(own, backend.view(whole).asSlice(
                group.rank().begin(shape.dim(0)) * row, own.shape().elements() * Float.BYTES));
        backend.free(whole);
        return own;
    }

    /// A parameter or its momentum buffer with the rows of both ranks, outside the heap. Both ranks call this; only the one that
    /// leads gets the whole.
    NamedTensor whole(NamedTensor own) {
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

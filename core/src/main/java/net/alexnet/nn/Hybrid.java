package net.alexnet.nn;

import module java.base;
import net.alexnet.data.loader.Rank;
import net.alexnet.distributed.Group;
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
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;

/// A network whose convolutions share the pictures and whose dense layers share the units (Krizhevsky 2014, "One weird trick
/// for parallelizing convolutional neural networks", his scheme (a)): convolutions have most of the arithmetic and few
/// weights, dense layers the other way round.
///
/// A rank computes the convolutions of its part of the pictures. Before the first dense layer the ranks exchange what they
/// computed, so that each computes its units for all pictures; after it they exchange outputs as two towers do. Gradients of
/// convolutions are added up over the ranks. Those of dense layers stay where they are computed.
///
/// A batch with fewer pictures than there are ranks is computed by every rank.
public final class Hybrid extends Division {
    private final Row first;
    private final Set<String> dense; // names of the dense layers

    Hybrid(Architecture whole, Group group, Backend backend) {
        super(whole, part(whole, group.rank()), group, backend);
        this.first = part().rows().get(firstDense(whole));
        this.dense = part().rows().stream().filter(row -> row.layer() instanceof Dense).map(Row::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /// The layers of one rank: all of the convolutions, and its units of the dense layers.
    ///
    /// @throws IllegalArgumentException if a layer has fewer units than there are ranks, or cannot be divided
    public static Architecture part(Architecture whole, Rank rank) {
        for (Row row : whole.rows()) {
            if (row.layer() instanceof Dense layer && layer.units() < rank.world()) {
                throw new IllegalArgumentException(
                        "parallel: hybrid needs a unit of each dense layer for each rank, found "
                                + layer.name() + " with " + layer.units() + " units and " + rank.world()
                                + " ranks: train with fewer ranks, or with parallel=data");
            }
        }
        return part(whole, rank, firstDense(whole), row -> ownLayer(row, rank), row -> row.layer() instanceof Dense);
    }

    private static Layer ownLayer(Row row, Rank rank) {
        return switch (row.layer()) {
            case Dense dense -> new Dense(dense.name(), ownShape(row.weightShape(), rank).dim(0));
            case L2Norm _ ->
                throw new IllegalArgumentException(row.name() + " reads the units of all ranks, so no rank can"
                        + " compute it for its own: train with parallel=data");
            case Relu _,Tanh _,Dropout _,Flatten _,Softmax _,Conv _,MaxPool _,ResponseNorm _ -> row.layer();
        };
    }

    private static int firstDense(Architecture whole) {
        return IntStream.range(0, whole.rows().size()).filter(i -> whole.rows().get(i).layer() instanceof Dense)
                .findFirst().orElseThrow();
    }

    @Override
    boolean isDivided(String layer) {
        return dense.contains(layer);
    }

    private boolean shares(int pictures) {
        return pictures >= group.rank().world();
    }

    @Override
    Tensor take(Tensor pictures) {
        int count = pictures.shape().dim(0);
        return shares(count) ? rows(pictures, group.rank().begin(count), group.rank().end(count)) : pictures;
    }

    @Override
    DropoutMasks masks(DropoutMasks masks, int index, int pictures) {
        return index < part().rows().indexOf(first) && shares(pictures)
                ? new DropoutMasks(masks.seed(), masks.step(), masks.first() + group.rank().begin(pictures))
                : masks;
    }

    @Override
    boolean joinsInput(Row row) {
        return row.layer() instanceof Dense;
    }

    @Override
    Tensor join(Row row, Tensor own, int pictures) {
        if (!row.equals(first)) {
            return joinUnits(own, row.in().dim(0));
        }
        float[] values = backend.download(own);
        return backend.upload(own.shape().withDim(0, pictures), shares(pictures) ? group.gather(values) : values);
    }

    @Override
    Tensor split(Row row, Tensor joined) {
        if (!row.equals(first)) {
            return splitUnits(joined);
        }
        Shape shape = joined.shape();
        int count = shape.dim(0);
        int width = shape.dim(1);
        float[] given = backend.download(joined);
        if (shares(count)) {
            float[] own = sums(given, 1, given.length, rank -> rank.begin(count) * width,
                    rank -> rank.end(count) * width);
            return backend.upload(shape.withDim(0, own.length / width), own);
        }
        // every rank computes these pictures, so that only one of them may learn from them
        float[] sum = sums(given, 1, given.length, _ -> 0, rank -> rank.number() == 0 ? given.length : 0);
        return backend.upload(shape, group.isRankZero() ? sum : new float[given.length]);
    }
}

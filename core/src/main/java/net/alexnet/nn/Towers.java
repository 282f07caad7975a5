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
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.LocalResponseNorm.Region;
import net.alexnet.tensor.Tensor;

/// A network on two devices, a tower on each, as in the paper (§3.2, figure 2). A rank has half of each layer's filters and
/// units. It reads the outputs of both towers where the paper's GPUs communicate: before conv3, fc6, fc7 and fc8, and for the
/// logits.
///
/// The forward pass has the bits of the same network on one device, if the backend's sums do not depend on how many filters
/// are computed together. The gradient by a joined input is a sum over both towers, so it is rounded otherwise.
public final class Towers extends Division {
    /// The paper's two GPUs.
    public static final int RANKS = 2;

    private final Set<String> joined; // names of the rows that read both towers

    Towers(Architecture whole, Group group, Backend backend) {
        super(whole, part(whole, group.rank()), group, backend);
        List<Row> rows = part().rows();
        this.joined = IntStream.range(1, rows.size())
                .filter(i -> !rows.get(i).in().equals(rows.get(i - 1).out()))
                .mapToObj(i -> rows.get(i).name()).collect(Collectors.toUnmodifiableSet());
    }

    /// The layers of one rank.
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
        return part(whole, rank, 0, row -> ownLayer(row, rank), Towers::readsBoth);
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

    @Override
    boolean isDivided(String layer) {
        return true;
    }

    @Override
    Tensor take(Tensor pictures) {
        return pictures;
    }

    @Override
    DropoutMasks masks(DropoutMasks masks, int index, int pictures) {
        return masks;
    }

    @Override
    boolean joinsInput(Row row) {
        return joined.contains(row.name());
    }

    @Override
    Tensor join(Row row, Tensor own, int pictures) {
        return joinUnits(own, row.in().dim(0));
    }

    @Override
    Tensor split(Row row, Tensor joined) {
        return splitUnits(joined);
    }
}

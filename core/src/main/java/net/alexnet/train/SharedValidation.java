package net.alexnet.train;

import module java.base;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.loader.Rank;
import net.alexnet.distributed.Group;
import net.alexnet.inference.Ensemble;
import net.alexnet.inference.Ensemble.Input;
import net.alexnet.inference.Ensemble.Member;
import net.alexnet.inference.Prediction;
import net.alexnet.inference.TopKErrors;
import net.alexnet.inference.Validation;
import net.alexnet.inference.Views;

/// The validation of an epoch on all ranks: each evaluates its part of the images, or those of a divided network evaluate all
/// together. All ranks count the same answers, in the order of the images. So every rank has the same report, and its schedule takes the same
/// decisions.
final class SharedValidation {
    private SharedValidation() {}

    /// @param images of the preprocessing's `resize` side and channels
    /// @param batch images at a time
    /// @param workers threads that assemble batches
    static Validation on(ImageDataset images, Preprocessing preprocessing, int batch, int workers, Group group) {
        Rank rank = group.rank();
        if (rank.world() == 1) {
            return Validation.on(images, preprocessing, batch, workers);
        }
        int first = rank.begin(images.size());
        ImageDataset part = images.subset(index -> index >= first && index < rank.end(images.size()));
        return (network, progress, stop) -> {
            int classes = network.architecture().classes();
            boolean together = network.isDivided();
            ImageDataset mine = together ? images : part;
            BooleanSupplier stops = together ? () -> group.any(stop.getAsBoolean()) : stop;
            List<float[]> rows = new ArrayList<>();
            boolean stopped = mine.size() > 0 && new Ensemble(
                    List.of(new Member(network, new Input(mine, preprocessing))), Views.CENTER, batch, workers)
                    .evaluate(progress, Prediction.Consumer.NONE, (_, all, _) -> rows.add(all), stops).isEmpty();
            if (group.any(stopped)) {
                return Optional.empty();
            }
            if (together && !group.isRankZero()) {
                rows.clear(); // all ranks have all answers; those of rank 0 count
            }
            float[] own = new float[rows.stream().mapToInt(some -> some.length).sum()];
            int at = 0;
            for (float[] some : rows) {
                System.arraycopy(some, 0, own, at, some.length);
                at += some.length;
            }
            TopKErrors errors = new TopKErrors(classes);
            int[] labels = IntStream.range(0, images.size()).map(images::label).toArray();
            errors.add(group.gather(own), labels, labels.length);
            return Optional.of(errors.report());
        };
    }
}

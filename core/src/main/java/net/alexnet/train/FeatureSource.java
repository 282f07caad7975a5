package net.alexnet.train;

import java.util.Iterator;
import net.alexnet.data.loader.Batch;
import net.alexnet.data.loader.BatchIndices;
import net.alexnet.data.loader.BatchSource;
import net.alexnet.data.loader.LoaderStats;
import net.alexnet.util.CounterRng;
import net.alexnet.util.CounterRng.Purpose;

/// Training examples from stored features: of each picture one of its views, drawn anew in every epoch.
///
/// With two views that is the draw by which [net.alexnet.data.loader.Augmentation] mirrors.
///
/// @param set to learn from
/// @param plans the order of the pictures; their views are not looked at
/// @param seed of the run
public record FeatureSource(FeatureSet set, Iterator<BatchIndices> plans, long seed) implements BatchSource {
    @Override
    public Batch next() {
        BatchIndices plan = plans.next();
        int[] pictures = plan.inputs().stream().mapToInt(BatchIndices.Input::image).toArray();
        int[] views = new int[pictures.length];
        for (int i = 0; i < views.length; i++) {
            long bits = CounterRng.bits(seed, Purpose.AUGMENTATION, plan.epoch(), pictures[i]);
            views[i] = (int) Long.remainderUnsigned(bits, set.views().size());
        }
        return set.examples(pictures, views);
    }

    @Override
    public LoaderStats use() {
        return LoaderStats.NONE;
    }
}

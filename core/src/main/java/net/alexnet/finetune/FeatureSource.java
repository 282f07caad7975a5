package net.alexnet.finetune;

import java.util.Iterator;
import net.alexnet.input.BatchPlan;
import net.alexnet.input.Examples;
import net.alexnet.input.FeedUse;
import net.alexnet.input.Source;
import net.alexnet.random.Draws;
import net.alexnet.random.Draws.Purpose;

/// Training examples from stored features: of each picture one of its views, drawn anew in every epoch.
///
/// With two views that is the draw by which [net.alexnet.input.Augmentation] mirrors.
///
/// @param set to learn from
/// @param plans the order of the pictures; their views are not looked at
/// @param seed of the run
public record FeatureSource(FeatureSet set, Iterator<BatchPlan> plans, long seed) implements Source {
    @Override
    public Examples next() {
        BatchPlan plan = plans.next();
        int[] pictures = plan.inputs().stream().mapToInt(BatchPlan.Input::picture).toArray();
        int[] views = new int[pictures.length];
        for (int i = 0; i < views.length; i++) {
            long bits = Draws.bits(seed, Purpose.AUGMENTATION, plan.epoch(), pictures[i]);
            views[i] = (int) Long.remainderUnsigned(bits, set.views().size());
        }
        return set.examples(pictures, views);
    }

    @Override
    public FeedUse use() {
        return FeedUse.NONE;
    }
}

package net.alexnet.data.shard;

import java.io.IOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import net.alexnet.data.DatasetException;
import net.alexnet.data.image.PixelStatistics;
import net.alexnet.data.image.PixelStatisticsAccumulator;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.data.shard.PreparationListener.Stage;

/// Takes the pixel statistics of stored squares as they decode, so that anyone can take them again from the shards.
final class PixelStatisticsPass {
    /// Pictures to a task: few enough to stop soon, and enough that adding up sums costs little.
    private static final int CHUNK = 256;

    private PixelStatisticsPass() {}

    /// Counts every picture; nothing if it was stopped.
    static Optional<PixelStatistics> of(
            ShardedImages resizedImages, PreparationSettings preparation, int workers, PreparationListener progress,
            BooleanSupplier stop)
            throws IOException, InterruptedException {
        PixelStatisticsAccumulator sums = new PixelStatisticsAccumulator(preparation.side(), preparation.channels());
        int chunks = Math.ceilDiv(resizedImages.size(), CHUNK);
        progress.report(Stage.MEASURING, 0, resizedImages.size());
        try (OrderedWork<PixelStatisticsAccumulator> work = new OrderedWork<>(
                0, chunks, workers, workers + 1, chunk -> count(resizedImages, preparation, chunk))) {
            for (int done = 1; work.hasNext(); done++) {
                if (stop.getAsBoolean()) {
                    return Optional.empty();
                }
                sums.add(work.next());
                progress.report(Stage.MEASURING, Math.min((long) done * CHUNK, resizedImages.size()),
                        resizedImages.size());
            }
        }
        return Optional.of(sums.statistics());
    }

    private static PixelStatisticsAccumulator count(ShardedImages resizedImages, PreparationSettings preparation,
            int chunk)
            throws DatasetException {
        PixelStatisticsAccumulator sums = new PixelStatisticsAccumulator(preparation.side(), preparation.channels());
        int end = (int) Math.min(resizedImages.size(), (chunk + 1L) * CHUNK);
        try {
            for (int i = chunk * CHUNK; i < end && !Thread.currentThread().isInterrupted(); i++) {
                sums.add(resizedImages.image(i));
            }
        } catch (UnreadableImageException e) {
            throw new DatasetException(String.valueOf(e.getMessage()), e);
        }
        return sums;
    }
}

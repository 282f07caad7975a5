package net.alexnet.shards;

import java.io.IOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import net.alexnet.dataset.DatasetException;
import net.alexnet.image.PixelStatistics;
import net.alexnet.image.PixelSums;
import net.alexnet.image.UnreadablePictureException;
import net.alexnet.shards.PrepareProgress.Stage;

/// Takes the pixel statistics of stored squares as they decode, so that anyone can take them again from the shards.
final class ColourCensus {
    /// Pictures to a task: few enough to stop soon, and enough that adding up sums costs little.
    private static final int CHUNK = 256;

    private ColourCensus() {}

    /// Counts every picture; nothing if it was stopped.
    static Optional<PixelStatistics> of(
            ShardSet squares, Preparation preparation, int workers, PrepareProgress progress, BooleanSupplier stop)
            throws IOException, InterruptedException {
        PixelSums sums = new PixelSums(preparation.side(), preparation.channels());
        int chunks = Math.ceilDiv(squares.size(), CHUNK);
        progress.report(Stage.MEASURING, 0, squares.size());
        try (OrderedWork<PixelSums> work = new OrderedWork<>(
                0, chunks, workers, workers + 1, chunk -> count(squares, preparation, chunk))) {
            for (int done = 1; work.hasNext(); done++) {
                if (stop.getAsBoolean()) {
                    return Optional.empty();
                }
                sums.add(work.next());
                progress.report(Stage.MEASURING, Math.min((long) done * CHUNK, squares.size()), squares.size());
            }
        }
        return Optional.of(sums.statistics());
    }

    private static PixelSums count(ShardSet squares, Preparation preparation, int chunk) throws DatasetException {
        PixelSums sums = new PixelSums(preparation.side(), preparation.channels());
        int end = (int) Math.min(squares.size(), (chunk + 1L) * CHUNK);
        try {
            for (int i = chunk * CHUNK; i < end && !Thread.currentThread().isInterrupted(); i++) {
                sums.add(squares.picture(i));
            }
        } catch (UnreadablePictureException e) {
            throw new DatasetException(String.valueOf(e.getMessage()), e);
        }
        return sums;
    }
}

package net.alexnet.finetune;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;
import net.alexnet.dataset.PictureSet;
import net.alexnet.files.AtomicFiles;
import net.alexnet.image.Preprocessing;
import net.alexnet.image.UnreadablePictureException;
import net.alexnet.image.View;
import net.alexnet.input.Batch;
import net.alexnet.input.EvaluationPlan;
import net.alexnet.input.Feed;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Scope;

/// Features of frozen layers, each set's under the SHA-256 of what they are a function of: the layers and their weights, the
/// precision, the preprocessing, the views, the pictures' pixels. So they are found again as long as none of these changes, whatever else
/// does: the head's settings, the labels, a picture's name.
///
/// @param root the folder of all of them; made if it is not there
public record FeatureCache(Path root) {
    private static final String FORMAT = "features-1";
    private static final int DEPTH = 2;

    /// What it takes to compute features.
    ///
    /// @param precision in which the layers multiply
    /// @param batch views at a time; all views of a picture stay together, so it may be a few more
    /// @param workers threads that assemble batches
    /// @param listener is told how it goes
    /// @param stop asked after every batch whether to give up
    public record Tools(Precision precision, int batch, int workers, Listener listener, BooleanSupplier stop) {}

    /// Is told of features.
    public interface Listener {
        /// So many pictures have been through the layers.
        void computed(int done, int total);

        /// The features are there.
        ///
        /// @param file that holds them
        /// @param reused whether it did before
        void ready(Path file, boolean reused);

        /// A file was damaged; its features are computed anew.
        void damaged(Path file);
    }

    /// Finds the features of a set of pictures, or computes and stores them.
    ///
    /// @param squares pictures of the preprocessing's `resize` side and channels
    /// @param views of each picture
    /// @throws IOException if they cannot be written, or it was stopped; then nothing is stored
    public Features of(
            FrozenLayers layers, PictureSet squares, Preprocessing preprocessing, List<View> views, Tools tools)
            throws IOException, InterruptedException {
        int elements = Math.toIntExact(layers.shape().elements());
        Path file = root.resolve(key(layers, squares, preprocessing, views, tools.precision) + ".f32");
        boolean there = Files.exists(file);
        Optional<Features> found = there
                ? Features.map(file, squares.size(), elements, views.size())
                : Optional.empty();
        if (found.isPresent()) {
            tools.listener.ready(file, true);
            return found.get();
        }
        if (there) {
            tools.listener.damaged(file);
        }
        compute(file, layers, squares, preprocessing, views, tools);
        tools.listener.ready(file, false);
        return Features.map(file, squares.size(), elements, views.size())
                .orElseThrow(() -> new IOException("the features in " + file
                        + " are not those that were just written; the disk is damaged, or another program writes there"));
    }

    private static String key(
            FrozenLayers layers, PictureSet squares, Preprocessing preprocessing, List<View> views,
            Precision precision) throws IOException {
        Digest digest = new Digest();
        digest.text(FORMAT + " " + precision);
        layers.enter(digest);
        digest.text(preprocessing.channels() + " " + preprocessing.resize() + " " + preprocessing.crop() + " "
                + preprocessing.mean() + " " + preprocessing.scale());
        preprocessing.meanImage().ifPresent(image -> digest.floats(image.values()));
        digest.text(views.toString());
        for (int i = 0; i < squares.size(); i++) {
            try {
                digest.bytes(squares.content(i).bytes());
            } catch (UnreadablePictureException e) {
                throw new IOException(squares.name(i) + " could be read when it was prepared, but not any more: "
                        + e.getMessage(), e);
            }
        }
        return digest.hex();
    }

    private void compute(
            Path file, FrozenLayers layers, PictureSet squares, Preprocessing preprocessing, List<View> views,
            Tools tools) throws IOException, InterruptedException {
        Files.createDirectories(root);
        Path own = root.resolve(file.getFileName() + "." + ProcessHandle.current().pid()); // others may compute it too
        int batch = Math.ceilDiv(tools.batch, views.size());
        EvaluationPlan plan = new EvaluationPlan(squares.size(), batch, views);
        int slots = batch * views.size();
        try (Feed feed = new Feed(squares, preprocessing, plan, slots, tools.workers, DEPTH)) {
            AtomicFiles.write(own, out -> write(out, layers, feed, squares.size(), views.size(), tools));
            AtomicFiles.move(own, file);
        } catch (InterruptedWriting e) {
            throw e.cause;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            try {
                Files.deleteIfExists(own);
            } catch (NoSuchFileException e) {
                // it was moved
            }
        }
    }

    private static void write(
            OutputStream out, FrozenLayers layers, Feed feed, int pictures, int views, Tools tools)
            throws IOException {
        CRC32C crc = new CRC32C();
        int done = 0;
        while (feed.hasNext()) {
            Batch batch = next(feed);
            byte[] bytes = bytes(layers, batch);
            crc.update(bytes);
            out.write(bytes);
            done += batch.count() / views;
            tools.listener.computed(done, pictures);
            if (tools.stop.getAsBoolean()) {
                throw new UncheckedIOException(new IOException("stopped after the features of " + done + " of "
                        + pictures + " pictures; there is nothing of them to resume, and the same command computes"
                        + " them anew")); // unchecked: it is no failure of the writing
            }
        }
        out.write(
                ByteBuffer.allocate(Features.SUM_BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(crc.getValue()).array());
    }

    private static byte[] bytes(FrozenLayers layers, Batch batch) {
        float[] values;
        try (Scope _ = layers.network().backend().scope()) {
            values = layers.network().backend().download(layers.of(batch.on(layers.network().backend())));
        }
        byte[] bytes = new byte[values.length * Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
        return bytes;
    }

    private static Batch next(Feed feed) throws IOException {
        try {
            return feed.next();
        } catch (InterruptedException e) {
            throw new InterruptedWriting(e);
        }
    }

    /// Carries an interruption out of the writing of a file.
    @SuppressWarnings("serial") // lives for a moment
    private static final class InterruptedWriting extends RuntimeException {
        final transient InterruptedException cause;

        InterruptedWriting(InterruptedException cause) {
            super(cause);
            this.cause = cause;
        }
    }
}

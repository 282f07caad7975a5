package net.alexnet.inference;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import net.alexnet.data.ConcatDataset;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.SkippingDataset;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.inference.CachedFeatures.Missing;
import net.alexnet.inference.CachedFeatures.StoredRow;
import net.alexnet.io.FilePart;
import net.alexnet.io.KnownHashes;
import net.alexnet.tensor.ComputeEnvironment;

/// Features from a store, computed once where they are not in it.
///
/// Sets that were joined are looked for one by one: what fine-tuning keeps of a prepared dataset's training and
/// validation pictures serves whoever wants both, and the other way round.
///
/// Each set of crops is stored by itself, and computed by itself in whole batches of [#BATCH]: the last bits of a row depend
/// on its batch, so what goes through the network together must follow from the key alone, not from who asks.
///
/// @param layers see [FeatureKey#layers]
/// @param tools that it takes
public record FeatureCache(FeatureExtractor extractor, String layers, Tools tools) {
    /// Views at a time.
    public static final int BATCH = 64;

    private static final String CONTENTS = "pictures' content ids 1";

    /// @param extractor computes, whatever its own batches are
    public FeatureCache {
        extractor = with(extractor, extractor.crops());
    }

    /// What it takes.
    ///
    /// @param store where they are kept, and what is known of files
    /// @param codec makes the squares
    /// @param listener is told how it goes
    /// @param stop asked now and then whether to give up
    public record Tools(FeatureCacheFolder store, ImageCodec codec, Listener listener, BooleanSupplier stop) {}

    /// Is told of features.
    public interface Listener {
        /// So many rows are there, one for each set of crops of each picture.
        void computed(int done, int total);

        /// The features are there.
        ///
        /// @param folder that holds them, or the first of them
        /// @param reused whether all did before
        void ready(Path folder, boolean reused);

        /// What a user should know.
        void warning(String text);
    }

    /// A set that is in one piece, with the key of its features for each set of crops.
    ///
    /// @param contents the pictures' content ids, if the key is made of them
    private record Piece(ImageDataset pictures, Optional<List<String>> contents, List<FeatureKey> keys) {}

    private static FeatureExtractor with(FeatureExtractor extractor, List<Crop> crops) {
        return new FeatureExtractor(extractor.network(), extractor.layer(), extractor.preprocessing(), crops, BATCH,
                extractor.workers());
    }

    /// Finds the features of pictures, or computes and keeps them, for the extractor's own crops.
    public CachedFeatures of(ImageDataset pictures) throws IOException, InterruptedException {
        return of(pictures, List.of(extractor.crops())).getFirst();
    }

    /// Finds the features of pictures, or computes and keeps them.
    ///
    /// @param pictures as they are, of any size
    /// @param cropSets crops of each picture; the features of a set of crops are their mean
    /// @return for each set of crops; pictures that cannot be read have no row
    /// @throws IOException if they cannot be written, a picture changed meanwhile, or it was stopped; then nothing is kept of
    ///     the piece and crops that were under way
    public List<CachedFeatures> of(ImageDataset pictures, List<List<Crop>> cropSets)
            throws IOException, InterruptedException {
        List<ImageDataset> pieces = pieces(pictures);
        List<List<CachedFeatures>> found = cropSets.stream().<List<CachedFeatures>>map(_ -> new ArrayList<>()).toList();
        boolean reused = true;
        int done = 0;
        int total = Math.multiplyExact(pictures.size(), cropSets.size());
        for (ImageDataset piece : pieces) {
            Piece keyed = keyed(piece, cropSets);
            for (int i = 0; i < cropSets.size(); i++) {
                Optional<CachedFeatures> known = find(keyed, keyed.keys.get(i));
                reused &= known.isPresent();
                found.get(i).add(known.isPresent() ? known.get() : compute(keyed, i, done, total));
                done += piece.size();
            }
        }
        tools.store.trim();
        List<Integer> sizes = pieces.stream().map(ImageDataset::size).toList();
        List<CachedFeatures> joined = found.stream().map(crops -> joined(crops, sizes)).toList();
        tools.listener.ready(found.getFirst().getFirst().folder(), reused);
        return joined;
    }

    private static List<ImageDataset> pieces(ImageDataset pictures) {
        return pictures instanceof ConcatDataset joined
                ? joined.parts().stream().flatMap(part -> pieces(part).stream()).toList()
                : List.of(pictures);
    }

    private CachedFeatures joined(List<CachedFeatures> pieces, List<Integer> sizes) {
        if (pieces.size() == 1) {
            return pieces.getFirst();
        }
        Digest digest = new Digest();
        pieces.forEach(piece -> digest.text(String.valueOf(piece.folder().getFileName())));
        Path folder = tools.store.root().resolve("joined-" + digest.hex().substring(0, 32));
        FeatureCacheFolder.touch(folder);
        return CachedFeatures.joined(folder, pieces, sizes);
    }

    // --- the key -----------------------------------------------------------------------------------------------------

    private Piece keyed(ImageDataset pictures, List<List<Crop>> cropSets) throws IOException {
        Optional<List<String>> contents = pictures.fingerprint().isPresent()
                ? Optional.empty()
                : Optional.of(contents(pictures));
        String id = contents.map(FeatureKey::pictures).orElseGet(() -> pictures.fingerprint().orElseThrow());
        String preprocessing = FeatureKey.preprocessing(extractor.preprocessing());
        String engine = extractor.network().backend().computeEnvironment() + ", revision " + ComputeEnvironment.REVISION
                + ", batches of "
                + BATCH;
        return new Piece(pictures, contents, cropSets.stream()
                .map(crops -> new FeatureKey(layers, preprocessing, crops, engine, id))
                .toList());
    }

    private List<String> contents(ImageDataset pictures) throws IOException {
        List<FilePart> parts = IntStream.range(0, pictures.size())
                .mapToObj(pictures::filePart)
                .flatMap(Optional::stream)
                .toList();
        return parts.size() == pictures.size()
                ? KnownHashes.of(tools.store.root(), CONTENTS, parts, i -> SkippingDataset.contentId(pictures, i))
                : IntStream.range(0, pictures.size()).mapToObj(i -> SkippingDataset.contentId(pictures, i)).toList();
    }

    /// A prepared dataset's key does not tell whether its file can be read, so what could not is tried again, and if any of it
    /// can be read now, all is computed anew.
    private Optional<CachedFeatures> find(Piece piece, FeatureKey key) throws IOException {
        Optional<CachedFeatures> found = tools.store.find(key);
        if (found.isEmpty() && tools.store.has(key)) {
            tools.listener.warning("the stored features " + tools.store.folder(key)
                    + " were damaged and are computed anew");
        }
        return found.filter(features -> piece.contents.isPresent() || areStillMissing(features.missing(), piece));
    }

    private boolean areStillMissing(List<Missing> missing, Piece piece) {
        SkippingDataset squares = squares(piece);
        for (Missing one : missing) {
            squares.image(one.picture());
            if (squares.reason(one.picture()) == null) {
                return false;
            }
        }
        return true;
    }

    private SkippingDataset squares(Piece piece) {
        return new SkippingDataset(piece.pictures, tools.codec, extractor.preprocessing().resize(),
                extractor.preprocessing().channels());
    }

    // --- computing ---------------------------------------------------------------------------------------------------

    private CachedFeatures compute(Piece piece, int crops, int before, int total)
            throws IOException, InterruptedException {
        try {
            goOn(before, total); // before there is a draft: who has been asked once waits until it is removed
            return write(piece, piece.keys.get(crops), before, total);
        } catch (Stopped e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private CachedFeatures write(Piece piece, FeatureKey key, int before, int total)
            throws IOException, InterruptedException {
        SkippingDataset squares = squares(piece);
        try (FeatureCacheFolder.Writer writer = tools.store.writer(key, extractor.layer().length())) {
            with(extractor, key.views()).extractInWholeBatches(squares, (picture, features) -> {
                if (squares.reason(picture) == null) {
                    writer.add(new StoredRow(picture, squares.contentId(picture)), features);
                }
            }, (done, _) -> {
                tools.listener.computed(before + (int) done, total);
                goOn(before + (int) done, total);
            });
            requireUnchanged(piece, squares);
            return writer.finish(missing(squares));
        }
    }

    private void goOn(int done, int total) {
        if (tools.stop.getAsBoolean()) {
            throw new Stopped(done, total);
        }
    }

    /// What the key was made of and what went through the network must be the same.
    private static void requireUnchanged(Piece piece, SkippingDataset squares) throws IOException {
        for (int i = 0; piece.contents.isPresent() && i < squares.size(); i++) {
            if (!squares.contentId(i).equals(piece.contents.get().get(i))) {
                throw new IOException(squares.name(i)
                        + " changed while its features were computed; nothing was kept. Run the same command again");
            }
        }
    }

    private static List<Missing> missing(SkippingDataset squares) {
        List<Missing> missing = new ArrayList<>();
        for (int i = 0; i < squares.size(); i++) {
            String reason = squares.reason(i);
            if (reason != null) {
                missing.add(new Missing(i, reason));
            }
        }
        return missing;
    }

    /// Carries a wish to stop out of a listener that cannot throw.
    @SuppressWarnings("serial") // lives for a moment
    private static final class Stopped extends RuntimeException {
        Stopped(int done, int total) {
            super("stopped after " + done + " of " + total
                    + " rows of features; those that were under way cannot be resumed, and the same command computes them anew");
        }
    }
}

package net.alexnet.features;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import net.alexnet.dataset.JoinedPictures;
import net.alexnet.dataset.PictureSet;
import net.alexnet.dataset.TolerantSquares;
import net.alexnet.features.StoredFeatures.Missing;
import net.alexnet.features.StoredFeatures.StoredRow;
import net.alexnet.files.FilePart;
import net.alexnet.files.KnownHashes;
import net.alexnet.image.PictureCodec;
import net.alexnet.image.View;

/// Features from a store, computed once where they are not in it.
///
/// Sets that were joined are looked for one by one: what fine-tuning keeps of a prepared dataset's training and
/// validation pictures serves whoever wants both, and the other way round.
///
/// @param extractor computes; each of its looks is kept by itself
/// @param layers see [FeatureKey#layers]
/// @param tools that it takes
public record KeptFeatures(FeatureExtractor extractor, String layers, Tools tools) {
    private static final String CONTENTS = "pictures' content ids 1";

    /// What it takes.
    ///
    /// @param store where they are kept, and what is known of files
    /// @param codec makes the squares
    /// @param listener is told how it goes
    /// @param stop asked now and then whether to give up
    public record Tools(FeatureStore store, PictureCodec codec, Listener listener, BooleanSupplier stop) {}

    /// Is told of features.
    public interface Listener {
        /// So many pictures have been through the network.
        void computed(int done, int total);

        /// The features are there.
        ///
        /// @param folder that holds them, or the first of them
        /// @param reused whether all did before
        void ready(Path folder, boolean reused);

        /// Kept features were damaged and are computed anew.
        void damaged(Path folder);
    }

    /// A set that is in one piece, and its features under a key for each look.
    ///
    /// @param contents the pictures' content ids, if the key is made of them
    private record Piece(PictureSet pictures, Optional<List<String>> contents, List<FeatureKey> keys) {}

    /// Finds the features of pictures, or computes and keeps them.
    ///
    /// @param pictures as they are, of any size
    /// @return for each look; pictures that cannot be read have no row
    /// @throws IOException if they cannot be written, a picture changed meanwhile, or it was stopped; then nothing is kept of
    ///     the piece that was under way
    public List<StoredFeatures> of(PictureSet pictures) throws IOException, InterruptedException {
        List<PictureSet> pieces = pieces(pictures);
        List<List<StoredFeatures>> found = new ArrayList<>();
        boolean reused = true;
        int done = 0;
        for (PictureSet piece : pieces) {
            Piece keyed = keyed(piece);
            List<Optional<StoredFeatures>> known = new ArrayList<>();
            for (FeatureKey key : keyed.keys) {
                known.add(find(keyed, key));
            }
            if (known.stream().anyMatch(Optional::isEmpty)) {
                reused = false;
                compute(keyed, known, done, pictures.size());
            }
            found.add(known.stream().map(Optional::orElseThrow).toList());
            done += piece.size();
        }
        tools.store.trim();
        List<Integer> sizes = pieces.stream().map(PictureSet::size).toList();
        List<StoredFeatures> looks = IntStream.range(0, extractor.looks().size())
                .mapToObj(look -> joined(found.stream().map(piece -> piece.get(look)).toList(), sizes))
                .toList();
        tools.listener.ready(found.getFirst().getFirst().folder(), reused);
        return looks;
    }

    private static List<PictureSet> pieces(PictureSet pictures) {
        return pictures instanceof JoinedPictures joined
                ? joined.parts().stream().flatMap(part -> pieces(part).stream()).toList()
                : List.of(pictures);
    }

    private StoredFeatures joined(List<StoredFeatures> pieces, List<Integer> sizes) {
        if (pieces.size() == 1) {
            return pieces.getFirst();
        }
        Digest digest = new Digest();
        pieces.forEach(piece -> digest.text(String.valueOf(piece.folder().getFileName())));
        Path folder = tools.store.root().resolve("joined-" + digest.hex().substring(0, 32));
        FeatureStore.touch(folder);
        return StoredFeatures.joined(folder, pieces, sizes);
    }

    // --- the key -----------------------------------------------------------------------------------------------------

    private Piece keyed(PictureSet pictures) throws IOException {
        Optional<List<String>> contents = pictures.fingerprint().isPresent()
                ? Optional.empty()
                : Optional.of(contents(pictures));
        String id = contents.map(FeatureKey::pictures).orElseGet(() -> pictures.fingerprint().orElseThrow());
        String preprocessing = FeatureKey.preprocessing(extractor.preprocessing());
        String engine = extractor.network().backend().describe();
        return new Piece(pictures, contents, extractor.looks().stream()
                .map(look -> new FeatureKey(layers, preprocessing, look, engine, id))
                .toList());
    }

    private List<String> contents(PictureSet pictures) throws IOException {
        List<FilePart> parts = IntStream.range(0, pictures.size())
                .mapToObj(pictures::filePart)
                .flatMap(Optional::stream)
                .toList();
        return parts.size() == pictures.size()
                ? KnownHashes.of(tools.store.root(), CONTENTS, parts, i -> TolerantSquares.contentId(pictures, i))
                : IntStream.range(0, pictures.size()).mapToObj(i -> TolerantSquares.contentId(pictures, i)).toList();
    }

    /// A prepared dataset's key does not tell whether its file can be read, so what could not is tried again.
    private Optional<StoredFeatures> find(Piece piece, FeatureKey key) throws IOException {
        Optional<StoredFeatures> found = tools.store.find(key)
                .filter(features -> piece.contents.isPresent() || features.missing().isEmpty());
        if (found.isEmpty() && tools.store.has(key)) {
            tools.listener.damaged(tools.store.folder(key));
        }
        return found;
    }

    // --- computing ---------------------------------------------------------------------------------------------------

    private void compute(Piece piece, List<Optional<StoredFeatures>> known, int before, int total)
            throws IOException, InterruptedException {
        List<Integer> wanted = IntStream.range(0, known.size()).filter(i -> known.get(i).isEmpty()).boxed().toList();
        List<List<View>> looks = wanted.stream().map(extractor.looks()::get).toList();
        TolerantSquares squares = new TolerantSquares(piece.pictures, tools.codec,
                extractor.preprocessing().resize(), extractor.preprocessing().channels());
        List<FeatureStore.Writer> writers = new ArrayList<>();
        try {
            for (int look : wanted) {
                writers.add(tools.store.writer(piece.keys.get(look), extractor.layer().length()));
            }
            extractor.withLooks(looks).extract(squares, (picture, features) -> {
                if (squares.reason(picture) == null) {
                    for (int i = 0; i < writers.size(); i++) {
                        writers.get(i).add(new StoredRow(picture, squares.contentId(picture)), features.get(i));
                    }
                }
            }, (done, _) -> {
                tools.listener.computed(before + (int) done, total);
                if (tools.stop.getAsBoolean()) {
                    throw new Stopped(before + done, total);
                }
            });
            requireUnchanged(piece, squares);
            for (int i = 0; i < writers.size(); i++) {
                known.set(wanted.get(i), Optional.of(writers.get(i).finish(missing(squares))));
            }
        } catch (Stopped e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            for (FeatureStore.Writer writer : writers) {
                writer.close();
            }
        }
    }

    /// What the key was made of and what went through the network must be the same.
    private static void requireUnchanged(Piece piece, TolerantSquares squares) throws IOException {
        for (int i = 0; piece.contents.isPresent() && i < squares.size(); i++) {
            if (!squares.contentId(i).equals(piece.contents.get().get(i))) {
                throw new IOException(squares.name(i)
                        + " changed while its features were computed; nothing was kept. Run the same command again");
            }
        }
    }

    private static List<Missing> missing(TolerantSquares squares) {
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
        Stopped(long done, int total) {
            super("stopped after the features of " + done + " of " + total
                    + " pictures; there is nothing of them to resume, and the same command computes them anew");
        }
    }
}

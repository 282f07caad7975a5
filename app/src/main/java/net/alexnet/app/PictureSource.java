package net.alexnet.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.alexnet.dataset.EveryPicture;
import net.alexnet.dataset.JoinedPictures;
import net.alexnet.dataset.PictureSet;
import net.alexnet.dataset.Rejected;
import net.alexnet.image.PictureCodec;
import net.alexnet.image.Preprocessing;
import net.alexnet.shards.ShardedDataset;

/// Every picture of what a user names, with its class where it has one, whatever the classes of the model are.
///
/// @param root below which the pictures' names count
/// @param pictures all of them
/// @param rejected what was left out when they were prepared
record PictureSource(Path root, PictureSet pictures, List<Rejected> rejected) {
    /// Opens a folder of pictures, a prepared dataset, or a file.
    ///
    /// @param preprocessing what the pictures are to go through
    static PictureSource open(Path source, PictureCodec codec, Preprocessing preprocessing) throws IOException {
        if (!ShardedDataset.isIn(source)) {
            Path root = Files.isRegularFile(source) ? Path.of("") : source;
            return new PictureSource(root, EveryPicture.open(source, codec, preprocessing.channels()), List.of());
        }
        ShardedDataset prepared = ShardedDataset.open(source, codec);
        int side = preprocessing.resize();
        int channels = preprocessing.channels();
        if (prepared.preparation().channels() != channels || prepared.preparation().side() < side) {
            throw new IOException(source + " was prepared with squares of " + prepared.preparation().side()
                    + " pixels and " + prepared.preparation().channels() + " channels, but the model looks at " + side
                    + " and " + channels + "; prepare it again with --size " + side + " --channels " + channels);
        }
        List<Rejected> rejected = new ArrayList<>(prepared.unreadTraining());
        rejected.addAll(prepared.unreadValidation());
        return new PictureSource(Path.of(prepared.source()),
                new JoinedPictures(List.of(prepared.training(), prepared.validation())), rejected);
    }

    /// Several sources as one; their pictures' names are as they are below each of them.
    static PictureSource open(List<Path> sources, PictureCodec codec, Preprocessing preprocessing) throws IOException {
        if (sources.size() == 1) {
            return open(sources.getFirst(), codec, preprocessing);
        }
        List<PictureSet> sets = new ArrayList<>();
        List<Rejected> rejected = new ArrayList<>();
        for (Path path : sources) {
            PictureSource one = open(path, codec, preprocessing);
            sets.add(one.pictures);
            rejected.addAll(one.rejected);
        }
        return new PictureSource(Path.of(""), new JoinedPictures(sets), rejected);
    }

    /// Where a picture's file may stand.
    Path file(int picture) {
        return root.resolve(pictures.name(picture));
    }

    /// Whether a picture is this very file, not only one with the same content.
    boolean is(int picture, Path file) throws IOException {
        Path own = file(picture);
        return own.endsWith(String.valueOf(file.getFileName())) && Files.exists(own) && Files.isSameFile(own, file);
    }
}

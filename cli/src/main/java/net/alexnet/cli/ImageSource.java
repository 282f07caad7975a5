package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import net.alexnet.data.AllImages;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.PreparedDataset;
import net.alexnet.data.RejectedImage;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.Preprocessing;

/// The pictures of what a user names, with their classes where they have some, whatever the classes of the model are: all of a
/// folder or a file ([AllImages]), and of a prepared dataset those that could be read when it was prepared.
///
/// @param roots below which the pictures' names count, each under the index of the first picture that stands there
/// @param pictures of all roots, one after the other
/// @param rejected what was left out when they were prepared
record ImageSource(NavigableMap<Integer, Path> roots, ImageDataset pictures, List<RejectedImage> rejected) {
    private ImageSource(Path root, ImageDataset pictures, List<RejectedImage> rejected) {
        this(new TreeMap<>(Map.of(0, root)), pictures, rejected);
    }

    /// Opens a folder of pictures, a prepared dataset, or a file.
    ///
    /// @param preprocessing what the pictures are to go through
    static ImageSource open(Path source, ImageCodec codec, Preprocessing preprocessing) throws IOException {
        if (!PreparedDataset.isIn(source)) {
            Path root = Files.isRegularFile(source) ? Path.of("") : source;
            return new ImageSource(root, AllImages.open(source), List.of());
        }
        PreparedDataset prepared = PreparedDataset.open(source, codec);
        int side = preprocessing.resize();
        int channels = preprocessing.channels();
        if (prepared.preparation().channels() != channels || prepared.preparation().side() < side) {
            throw new IOException(source + " was prepared with squares of " + prepared.preparation().side()
                    + " pixels and " + prepared.preparation().channels() + " channels, but the model looks at " + side
                    + " and " + channels + "; prepare it again with --size " + side + " --channels " + channels);
        }
        List<RejectedImage> rejected = new ArrayList<>(prepared.unreadTraining());
        rejected.addAll(prepared.unreadValidation());
        return new ImageSource(source.toAbsolutePath().resolveSibling(prepared.source()),
                ImageDataset.concat(List.of(prepared.training(), prepared.validation())), rejected);
    }

    /// Several sources as one; their pictures' names are as they are below each of them.
    ///
    /// @param named sources; one that is named twice counts once
    static ImageSource open(List<Path> named, ImageCodec codec, Preprocessing preprocessing) throws IOException {
        Set<Path> seen = new HashSet<>();
        List<Path> sources = new ArrayList<>();
        for (Path path : named) {
            if (seen.add(Files.exists(path) ? path.toRealPath() : path)) {
                sources.add(path);
            }
        }
        if (sources.size() == 1) {
            return open(sources.getFirst(), codec, preprocessing);
        }
        List<ImageDataset> sets = new ArrayList<>();
        List<RejectedImage> rejected = new ArrayList<>();
        NavigableMap<Integer, Path> roots = new TreeMap<>();
        int size = 0;
        for (Path path : sources) {
            ImageSource one = open(path, codec, preprocessing);
            int start = size;
            one.roots.forEach((first, root) -> roots.put(start + first, root));
            size += one.pictures.size();
            sets.add(one.pictures);
            rejected.addAll(one.rejected);
        }
        return new ImageSource(roots, ImageDataset.concat(sets), rejected);
    }

    /// Where a picture's file is. Of a prepared picture, where it is if the source is still beside the prepared dataset; of one that is part of a larger file, its name
    /// in the folder of that one, where there is nothing.
    Path file(int picture) {
        Path root = Objects.requireNonNull(roots.floorEntry(picture)).getValue(); // the first one's index is 0
        return root.resolve(pictures.name(picture));
    }

    /// Whether a picture is this very file, not only one with the same content; not if either has gone.
    boolean is(int picture, Path file) throws IOException {
        Path own = file(picture);
        return own.endsWith(String.valueOf(file.getFileName())) && Files.exists(own) && Files.exists(file)
                && Files.isSameFile(own, file);
    }
}

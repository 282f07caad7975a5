package net.alexnet.inference;

import module java.base;
import net.alexnet.data.AllImages;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.PreparedDataset;
import net.alexnet.data.RejectedImage;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.Preprocessing;

/// All images of folders, files and prepared datasets, one source after the other, whether they have
/// a class or not ([AllImages]).
///
/// @param roots the folder of each source, under the index of its first image
/// @param images of all sources; their names are paths below the folder of their source
/// @param rejected images of prepared datasets that could not be read when they were prepared
public record ImageSource(
        NavigableMap<Integer, Path> roots, ImageDataset images, List<RejectedImage> rejected) {
    /// Opens sources. A source that is given twice is used once.
    ///
    /// @param named folders of images, prepared datasets or image files, at least one
    /// @param preprocessing that the images will go through
    /// @throws IOException if there is no such source, or a dataset was prepared for another size
    public static ImageSource open(List<Path> named, ImageCodec codec, Preprocessing preprocessing)
            throws IOException {
        NavigableMap<Integer, Path> roots = new TreeMap<>();
        List<ImageDataset> sets = new ArrayList<>();
        List<RejectedImage> rejected = new ArrayList<>();
        Set<Path> seen = new HashSet<>();
        int size = 0;
        for (Path path : named) {
            if (!seen.add(Files.exists(path) ? path.toRealPath() : path)) {
                continue;
            }
            if (PreparedDataset.isIn(path)) {
                PreparedDataset prepared = PreparedDataset.open(path, codec);
                prepared.require(preprocessing.resize(), preprocessing.channels(), "the model");
                roots.put(size, path.toAbsolutePath().resolveSibling(prepared.source()));
                sets.add(ImageDataset.concat(List.of(prepared.training(), prepared.validation())));
                rejected.addAll(prepared.unreadTraining());
                rejected.addAll(prepared.unreadValidation());
            } else {
                roots.put(size, Files.isRegularFile(path) ? Path.of("") : path);
                sets.add(AllImages.open(path));
            }
            size += sets.getLast().size();
        }
        return new ImageSource(roots, sets.size() == 1 ? sets.getFirst() : ImageDataset.concat(sets), rejected);
    }

    /// Where the file of an image is. The file of a prepared image is found if its source is still
    /// beside the prepared dataset. An image that is part of a larger file has no file of its own.
    public Path file(int image) {
        Path root = Objects.requireNonNull(roots.floorEntry(image)).getValue(); // the first index is 0
        return root.resolve(images.name(image));
    }

    /// Whether an image is this very file, not only one with the same content; false if either is gone.
    public boolean isFile(int image, Path file) throws IOException {
        Path own = file(image);
        return own.endsWith(String.valueOf(file.getFileName())) && Files.exists(own) && Files.exists(file)
                && Files.isSameFile(own, file);
    }
}

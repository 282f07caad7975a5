package net.alexnet.data;

import module java.base;
import net.alexnet.data.image.UnreadableImageException;
import org.jspecify.annotations.Nullable;

/// Labeled images of one split, as a list of samples. Nothing is read until a sample's source is asked. Safe for use by
/// many threads.
///
/// A subset, a join and a resized copy are other lists over the same sources, made when an element is asked for. So
/// ILSVRC-2012's 1.28 million samples take only the memory of the arrays that say where each image is.
public final class ImageDataset {
    private final List<String> classes;
    private final List<Sample> samples;
    private final Optional<String> fingerprint;
    private final List<ImageDataset> parts;
    private final @Nullable ImageDataset whole;
    private final int[] indices;

    private ImageDataset(List<String> classes, List<Sample> samples, Optional<String> fingerprint,
            List<ImageDataset> parts, @Nullable ImageDataset whole, int[] indices) {
        this.classes = List.copyOf(classes);
        this.samples = samples;
        this.fingerprint = fingerprint;
        this.parts = List.copyOf(parts);
        this.whole = whole;
        this.indices = indices;
    }

    /// A dataset of samples.
    ///
    /// @param classes the names of the classes; a label is an index into this list. A class may have no images
    /// @param samples read from now on, never changed
    public ImageDataset(List<String> classes, List<Sample> samples) {
        this(classes, samples, Optional.empty(), List.of(), null, new int[0]);
    }

    /// The same dataset with a SHA-256 that determines the pixels and the order of all images.
    public ImageDataset withFingerprint(String sha256) {
        return new ImageDataset(classes, samples, Optional.of(sha256), parts, whole, indices);
    }

    /// The names of the classes; a label is an index into this list.
    public List<String> classes() {
        return classes;
    }

    /// All samples in order.
    public List<Sample> samples() {
        return samples;
    }

    /// How many images there are.
    public int size() {
        return samples.size();
    }

    /// The label of an image, in `0 .. classes().size() − 1`.
    public int label(int index) {
        return samples.get(index).label();
    }

    /// The name of an image, see [Sample#name].
    public String name(int index) {
        return samples.get(index).name();
    }

    /// The source of an image.
    public Sample.Source source(int index) {
        return samples.get(index).source();
    }

    /// A SHA-256 that determines the pixels and the order of all images, if one is known without reading them.
    public Optional<String> fingerprint() {
        return fingerprint;
    }

    /// How many of these images have the same bytes as an image of another dataset, by [Sample.Source#hash]. Images that
    /// cannot be read count as different.
    ///
    /// @param stop polled; true to give up
    /// @throws InterruptedIOException if it was stopped
    public long countEqual(ImageDataset others, ProgressListener listener, BooleanSupplier stop)
            throws InterruptedIOException {
        long[] known = others.samples.stream().map(ImageDataset::hash).flatMapToLong(OptionalLong::stream).sorted()
                .toArray();
        long equal = 0;
        for (int i = 0; i < size(); i++) {
            if (stop.getAsBoolean()) {
                throw new InterruptedIOException("stopped after comparing " + i + " of " + size()
                        + " pictures with those that are trained on");
            }
            OptionalLong hash = hash(samples.get(i));
            equal += hash.isPresent() && Arrays.binarySearch(known, hash.getAsLong()) >= 0 ? 1 : 0;
            listener.progress("comparing with the training pictures", i + 1, size());
        }
        return equal;
    }

    private static OptionalLong hash(Sample sample) {
        try {
            return OptionalLong.of(sample.source().hash());
        } catch (IOException | UnreadableImageException e) {
            return OptionalLong.empty(); // whoever uses the image reports it
        }
    }

    // --- list operations -----------------------------------------------------------------------------------------------

    /// A list of `size` samples, each made when it is asked for.
    public static List<Sample> list(int size, IntFunction<Sample> sample) {
        return new LazyList(size, sample);
    }

    private static final class LazyList extends AbstractList<Sample> implements RandomAccess {
        private final int size;
        private final IntFunction<Sample> sample;

        LazyList(int size, IntFunction<Sample> sample) {
            this.size = size;
            this.sample = sample;
        }

        @Override
        public Sample get(int index) {
            return sample.apply(Objects.checkIndex(index, size));
        }

        @Override
        public int size() {
            return size;
        }
    }

    /// Some of the images in the given order, with all the classes.
    public ImageDataset subset(int[] chosen) {
        int[] copy = chosen.clone();
        return new ImageDataset(classes, list(copy.length, i -> samples.get(copy[i])), Optional.empty(), List.of(),
                this, copy);
    }

    /// The images whose indices are accepted, with all the classes.
    public ImageDataset subset(IntPredicate chosen) {
        return subset(IntStream.range(0, size()).filter(chosen).toArray());
    }

    /// The dataset that this one was made from by [#subset].
    public Optional<ImageDataset> whole() {
        return Optional.ofNullable(whole);
    }

    /// The index in [#whole()] of an image of a subset.
    public int indexInWhole(int index) {
        return indices[index];
    }

    /// Datasets one after the other. The classes are those of all, in the order of their first appearance.
    ///
    /// @param parts at least one
    public static ImageDataset concat(List<ImageDataset> parts) {
        LinkedHashSet<String> all = new LinkedHashSet<>();
        parts.forEach(part -> all.addAll(part.classes));
        List<String> classes = List.copyOf(all);
        Map<String, Integer> labels = ClassNames.indices(classes);
        List<List<Sample>> lists = parts.stream()
                .map(part -> part.relabeled(part.classes.stream().mapToInt(labels::get).toArray())).toList();
        int[] starts = new int[lists.size() + 1];
        for (int i = 0; i < lists.size(); i++) {
            starts[i + 1] = Math.addExact(starts[i], lists.get(i).size());
        }
        return new ImageDataset(classes, list(starts[lists.size()], index -> {
            int part = part(starts, index);
            return lists.get(part).get(index - starts[part]);
        }), Optional.empty(), parts, null, new int[0]);
    }

    /// The number of the part that an index is in.
    ///
    /// @param starts the first index of each part, and the number of all; parts may be empty
    private static int part(int[] starts, int index) {
        int part = Arrays.binarySearch(starts, index);
        part = part < 0 ? -part - 2 : part;
        while (starts[part + 1] == starts[part]) {
            part++;
        }
        return part;
    }

    /// The datasets that this one was made from by [#concat]; itself if it was not.
    public List<ImageDataset> parts() {
        return parts.isEmpty() ? List.of(this) : parts;
    }

    /// The same images with labels that are indices into another list of classes, such as a model's.
    ///
    /// @throws DatasetException if that list does not have all of these classes
    public ImageDataset withClasses(List<String> others) throws DatasetException {
        return withClasses(others, "the dataset");
    }

    /// @param where these classes come from, for the message
    ImageDataset withClasses(List<String> others, Object where) throws DatasetException {
        return new ImageDataset(others, relabeled(ClassNames.indicesIn(others, classes, where)), fingerprint, parts,
                whole, indices);
    }

    private List<Sample> relabeled(int[] labels) {
        if (Arrays.equals(labels, IntStream.range(0, labels.length).toArray())) {
            return samples;
        }
        return list(size(), i -> {
            Sample sample = samples.get(i);
            return new Sample(sample.source(), labels[sample.label()], sample.name());
        });
    }

    /// How many images each class has, in the order of the classes.
    public List<Integer> perClass() {
        int[] counts = new int[classes.size()];
        samples.forEach(sample -> counts[sample.label()]++);
        return Arrays.stream(counts).boxed().toList();
    }
}

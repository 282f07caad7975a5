package net.alexnet.data;

import module java.base;
import net.alexnet.io.Texts;

/// Labeled images in a training and a validation part.
///
/// @param name where it comes from, as a user would call it
/// @param classes the names of the classes; a label is an index into this list
/// @param training the images for training
/// @param validation the images for validation, none of which are in `training`; there may be none
/// @param split a sentence that says how the two were split, and which images were left out
/// @param synsets the synset of each class, in the order of `classes`; empty if they are not ImageNet's
/// @param sourceWarnings warnings that the source may have been read in another way than its owner meant, one sentence
///     each
public record Dataset(
        String name,
        List<String> classes,
        ImageDataset training,
        ImageDataset validation,
        String split,
        List<Synset> synsets,
        List<String> sourceWarnings) {
    public Dataset {
        classes = List.copyOf(classes);
        sourceWarnings = List.copyOf(sourceWarnings);
        synsets = List.copyOf(synsets);
        if (!classes.equals(training.classes()) || !classes.equals(validation.classes())) {
            throw new IllegalArgumentException(name + ": the classes " + classes + " are not those of its training set "
                    + training.classes() + " and validation set " + validation.classes());
        }
        if (!synsets.isEmpty() && synsets.size() != classes.size()) {
            throw new IllegalArgumentException(
                    name + ": " + synsets.size() + " synsets for " + classes.size() + " classes");
        }
    }

    /// The largest class may have so many times the training pictures of the smallest before a user is told.
    private static final int UNEQUAL = 4;

    /// What a user should know of the classes, a sentence each; nothing if they are as they should be.
    public List<String> warnings() {
        return Stream
                .concat(sourceWarnings.stream(), Stream.of(alike(), unlearned(), unequal()).flatMap(Optional::stream))
                .toList();
    }

    /// Of classes whose names look the same: a Mac may write an accented letter as two characters, others write one. Or they
    /// differ only in upper case.
    private Optional<String> alike() {
        Map<String, String> seen = new HashMap<>();
        for (String name : classes) {
            String other = seen.put(ClassNames.alike(name), name);
            if (other != null) {
                return Optional.of("two classes look the same, "
                        + other + " and " + name + ": " + (other.equalsIgnoreCase(name)
                                ? "they differ only in upper case"
                                : "one name has accents as characters of their own (" + name.length() + " and "
                                        + other.length() + " characters)")
                        + ". If they are one class, give them the same name");
            }
        }
        return Optional.empty();
    }

    /// Of classes of very different sizes.
    private Optional<String> unequal() {
        List<Integer> counts = training.perClass();
        List<Integer> bySize = IntStream.range(0, counts.size()).filter(label -> counts.get(label) > 0).boxed()
                .sorted(Comparator.comparing(counts::get)).toList();
        if (bySize.isEmpty() || counts.get(bySize.getLast()) <= UNEQUAL * counts.get(bySize.getFirst())) {
            return Optional.empty();
        }
        return Optional.of("the classes differ in size: " + classes.get(bySize.getLast()) + " has "
                + Texts.count(counts.get(bySize.getLast()), "training picture") + ", "
                + classes.get(bySize.getFirst()) + " has " + counts.get(bySize.getFirst())
                + ". Small classes may be recognized less often; evaluate prints the error of each class");
    }

    /// What a user should know of classes that no training picture shows; empty if there are none.
    public Optional<String> unlearned() {
        boolean[] learned = new boolean[classes.size()];
        for (int i = 0; i < training.size(); i++) {
            learned[training.label(i)] = true;
        }
        List<String> empty = IntStream.range(0, learned.length).filter(label -> !learned[label])
                .mapToObj(classes::get).toList();
        return empty.isEmpty()
                ? Optional.empty()
                : Optional.of("no training picture shows " + (empty.size() == 1 ? "the class " : "the classes ")
                        + ClassNames.listed(empty) + "; add pictures, or remove "
                        + (empty.size() == 1 ? "the class" : "these classes"));
    }

    /// A dataset whose classes are not ImageNet's.
    public Dataset(String name, List<String> classes, ImageDataset training, ImageDataset validation, String split) {
        this(name, classes, training, validation, split, List.of());
    }

    /// A dataset without source warnings.
    public Dataset(String name, List<String> classes, ImageDataset training, ImageDataset validation, String split,
            List<Synset> synsets) {
        this(name, classes, training, validation, split, synsets, List.of());
    }
}

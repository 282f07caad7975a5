package net.alexnet.data;

import module java.base;

/// What a part of somebody's dataset is for, by the names that are usual for it.
enum SourcePart {
    TRAINING("train training train_set training_set trainset seg_train"), VALIDATION(
            "val valid validation dev val_set valid_set validation_set valset eval holdout"), TEST(
                    "test testing test_set testing_set testset seg_test");

    private static final Pattern OTHER_THAN_LETTERS = Pattern.compile("[^a-z]+");

    private final String names;

    SourcePart(String names) {
        this.names = names;
    }

    /// The part of a name in any case.
    static Optional<SourcePart> named(String name) {
        return Arrays.stream(values()).filter(part -> part.rank(name) >= 0).findFirst();
    }

    /// Where a name in any case stands among those of this part, the most usual first; negative if it is none of them.
    int rank(String name) {
        return List.of(names.split(" ")).indexOf(name.toLowerCase(Locale.ROOT));
    }

    /// The parts that a model is evaluated on: the first of validation and test that is there, or else all.
    static Set<SourcePart> evaluated(Set<SourcePart> parts) {
        return Stream.of(VALIDATION, TEST).filter(parts::contains).findFirst().map(Set::of).orElse(parts);
    }

    /// The part that a path names by a word such as `val` in `shards/imagenet-val-000.tar`: in the file's name, or else in
    /// the name of a folder, the innermost first.
    static Optional<SourcePart> of(Path relative) {
        for (int i = relative.getNameCount() - 1; i >= 0; i--) {
            String name = relative.getName(i).toString().toLowerCase(Locale.ROOT);
            Optional<SourcePart> part = OTHER_THAN_LETTERS.splitAsStream(name)
                    .flatMap(word -> named(word).stream()).findFirst();
            if (part.isPresent()) {
                return part;
            }
        }
        return Optional.empty();
    }
}

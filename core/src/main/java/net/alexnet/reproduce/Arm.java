package net.alexnet.reproduce;

import module java.base;

/// One side of a comparison: runs of the base recipe with some keys changed, which differ among themselves in the seed alone.
///
/// @param name of the folder of its runs
/// @param settings keys of the recipe and their values
/// @param wholePictures whether the network reads pictures of the recipe's `pictures.resize` without a crop
record Arm(String name, SequencedMap<String, String> settings, boolean wholePictures) {
    /// The base recipe as it is.
    static final Arm BASELINE = of("baseline");

    Arm {
        settings = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(settings));
    }

    /// @param keysAndValues in turn
    static Arm of(String name, String... keysAndValues) {
        SequencedMap<String, String> settings = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return new Arm(name, settings, false);
    }

    /// The same arm under another name with further keys changed.
    Arm with(String newName, String... keysAndValues) {
        SequencedMap<String, String> all = new LinkedHashMap<>(settings);
        all.putAll(of(newName, keysAndValues).settings);
        return new Arm(newName, all, wholePictures);
    }

    /// The same arm for whole pictures.
    Arm ofWholePictures() {
        return new Arm(name, settings, true);
    }
}

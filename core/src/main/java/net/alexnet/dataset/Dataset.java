package net.alexnet.dataset;

import java.util.List;

/// A labelled collection of pictures, opened for training.
///
/// @param name where it comes from, as a user would call it
/// @param classes the names of the classes; a label is an index into this list
/// @param training what the network learns from
/// @param validation what it is judged by; no picture of `training`
/// @param split a sentence that says how the two were told apart, and what was left aside
public record Dataset(
        String name, List<String> classes, PictureSet training, PictureSet validation, String split) {
    public Dataset {
        classes = List.copyOf(classes);
        if (!classes.equals(training.classes()) || !classes.equals(validation.classes())) {
            throw new IllegalArgumentException(name + ": the classes " + classes + " are not those of its training set "
                    + training.classes() + " and validation set " + validation.classes());
        }
    }
}

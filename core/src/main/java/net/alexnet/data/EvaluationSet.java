package net.alexnet.data;

import java.util.List;
import java.util.Optional;

/// Labeled images to evaluate a trained model on, with labels in the model's own order of classes.
///
/// @param description says which images these are, for a report
/// @param images all of them
/// @param synsets the synset of each class, in the order of the classes; empty if they are not ImageNet's
public record EvaluationSet(String description, ImageDataset images, List<Synset> synsets) {
    public EvaluationSet {
        synsets = List.copyOf(synsets);
        if (!synsets.isEmpty() && synsets.size() != images.classes().size()) {
            throw new IllegalArgumentException(description + ": " + synsets.size() + " synsets for "
                    + images.classes().size() + " classes");
        }
    }

    /// All images of a file or a folder.
    static EvaluationSet all(ImageDataset images, Object where, List<Synset> synsets) {
        return new EvaluationSet("all " + images.size() + " pictures of " + where, images, synsets);
    }

    /// The number of each class in a submission to the ILSVRC, from 1; nothing if one class has none.
    public Optional<List<Integer>> submissionIds() {
        return synsets.isEmpty() || synsets.stream().anyMatch(synset -> synset.ilsvrcId() == 0)
                ? Optional.empty()
                : Optional.of(synsets.stream().map(Synset::ilsvrcId).toList());
    }
}

package net.alexnet.server.service;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.inference.FeatureLayer;
import net.alexnet.inference.Views;

/// A checked request.
///
/// @param id chosen by the client; empty if it chose none
/// @param pictures at least one
/// @param views that are averaged
/// @param outputs that are wanted, in their order, at least one
/// @param top how many classes of each picture the answer's parameters name; 0 for none
/// @param time its deadline, as described at [ServiceSettings#deadline()]
record InferRequest(String id, List<Picture> pictures, Views views, List<Output> outputs, int top, Duration time) {
    /// About the bytes of a float in JSON.
    private static final int FLOAT_DIGITS = 14;

    /// A picture as it was sent.
    sealed interface Picture {
        /// A file in a format that the codec knows.
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Encoded(byte[] file) implements Picture {}

        /// Samples, of the size that resizing would give.
        record Pixels(Image image) implements Picture {}
    }

    /// A tensor that is wanted.
    ///
    /// @param layer whose outputs it has; the probabilities of the classes if empty
    /// @param binary whether it is sent in the protocol's binary form
    /// @param classes how many of the most probable classes are sent instead of all probabilities; 0 for all
    record Output(String name, Optional<FeatureLayer> layer, boolean binary, int classes) {}

    /// What is computed, each key once.
    List<BatchKey> keys() {
        Stream<Optional<FeatureLayer>> probabilities = top > 0 ? Stream.of(Optional.empty()) : Stream.of();
        return Stream.concat(outputs.stream().map(Output::layer), probabilities)
                .map(layer -> new BatchKey(views, layer)).distinct().toList();
    }

    /// The same request, if the caller waits no longer than a time.
    InferRequest within(Duration most) {
        return new InferRequest(id, pictures, views, outputs, top, most.compareTo(time) < 0 ? most : time);
    }

    /// The most bytes that the answer takes: its numbers, and what is sent of them.
    ///
    /// @param classes of the model
    long answerBytes(int classes) {
        return pictures.size() * outputs.stream().mapToLong(output -> (long) output.layer().map(FeatureLayer::length)
                .orElse(classes) * (Float.BYTES + (output.binary() ? Float.BYTES : FLOAT_DIGITS))).sum();
    }
}

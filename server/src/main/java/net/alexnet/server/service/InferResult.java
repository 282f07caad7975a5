package net.alexnet.server.service;

import java.util.List;

/// The answer to a request.
///
/// @param id of the request
/// @param model by which it was answered
/// @param version of the model
/// @param top a JSON text with the best classes of each picture; empty if it was not asked for
/// @param outputs in the order of the request
public record InferResult(String id, String model, String version, String top, List<Tensor> outputs) {
    /// A tensor of an answer: either numbers of the type FP32, or texts of the type BYTES.
    ///
    /// @param rows one for each picture
    /// @param shape of a row's values
    /// @param texts for each picture, if texts were asked for
    /// @param binary whether the request wants it in the protocol's binary form
    public record Tensor(String name, List<float[]> rows, List<Long> shape, List<List<String>> texts, boolean binary) {
        /// Whether it has texts.
        public boolean isText() {
            return !texts.isEmpty();
        }

        /// The protocol's name of its elements' type.
        public String datatype() {
            return isText() ? "BYTES" : "FP32";
        }

        /// The elements in the protocol's binary form.
        public byte[] bytes() {
            return V2Reply.bytes(this);
        }
    }
}

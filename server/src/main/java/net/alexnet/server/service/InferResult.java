package net.alexnet.server.service;

import java.util.List;

/// The answer to a request.
///
/// @param id of the request
/// @param top a JSON text with the best classes of each picture; empty if it was not asked for
/// @param outputs in the order of the request
record InferResult(String id, String model, String version, String top, List<Tensor> outputs) {
    /// A tensor of an answer: either numbers of the type FP32, or texts of the type BYTES.
    ///
    /// @param rows one for each picture
    /// @param shape of a row's values
    /// @param texts for each picture, if texts were asked for
    record Tensor(String name, List<float[]> rows, List<Long> shape, List<List<String>> texts, boolean binary) {
        boolean isText() {
            return !texts.isEmpty();
        }
    }
}

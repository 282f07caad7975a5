package net.alexnet.server.service;

import java.util.List;
import java.util.Map;

/// What a client must know to ask a model, in the members of the protocol.
///
/// @param versions of the model
/// @param properties the classes' names, the preprocessing, the hash and others, each a text
public record ModelMetadata(String name, List<String> versions, String platform, List<TensorMetadata> inputs,
        List<TensorMetadata> outputs, Map<String, String> properties) {
    /// A tensor of a model.
    ///
    /// @param shape its sides; −1 for the number of pictures
    public record TensorMetadata(String name, String datatype, List<Long> shape) {}
}

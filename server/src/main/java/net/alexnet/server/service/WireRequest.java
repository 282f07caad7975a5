package net.alexnet.server.service;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A request of the protocol as it was sent, by whatever way, with nothing checked but its form.
///
/// @param id chosen by the client; empty if it chose none
/// @param parameters texts, numbers and booleans
/// @param outputs that are wanted; empty for the default
public record WireRequest(String id, Map<String, Object> parameters, List<Input> inputs, List<Output> outputs) {
    /// A tensor that was sent.
    ///
    /// @param data empty if none was in the request
    public record Input(String name, String datatype, List<Long> shape, Map<String, Object> parameters,
            Optional<Data> data) {}

    /// A tensor that is wanted.
    public record Output(String name, Map<String, Object> parameters) {}

    /// The elements of a tensor.
    public sealed interface Data {
        /// Elements of the type BYTES.
        record Elements(List<byte[]> elements) implements Data {}

        /// Elements of the type UINT8.
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Numbers(byte[] numbers) implements Data {}

        /// Elements of any type, in the binary form of the protocol: numbers in little-endian order, and before each element
        /// of BYTES its length in four bytes.
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Raw(byte[] bytes) implements Data {}
    }
}

package net.alexnet.inference;

import module java.base;

/// Writes models as files of other programs. [ServiceLoader] finds the implementations; the module
/// `interop` has one.
///
/// Implementations are safe for use by many threads.
public interface ModelExporter {
    /// The extensions of the files that it writes, each with its dot, such as `.onnx`.
    List<String> extensions();

    /// Writes a model, whole or not at all; the same model gives the same bytes.
    ///
    /// @param target a file with one of the extensions, which chooses the format
    /// @throws IllegalArgumentException if the format cannot hold the model; the message says why
    void write(Path target, Model.Stored model) throws IOException;

    /// The exporters on the class path or module path; none if there are none.
    static List<ModelExporter> installed() {
        return ServiceLoader.load(ModelExporter.class, ModelExporter.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get).toList();
    }
}

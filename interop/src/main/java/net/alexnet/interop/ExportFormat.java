package net.alexnet.interop;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The kinds of file that a model can be written as.
@SuppressWarnings("ImmutableEnumChecker") // the list of endings is unmodifiable, which its type does not say
public enum ExportFormat {
    /// Tensors with the model's card in the metadata.
    SAFETENSORS(".safetensors"),
    /// A state dict of PyTorch: tensors under their names, and nothing else.
    PYTORCH(".pth", ".pt"),
    /// The network as a graph, with its weights and its card.
    ONNX(".onnx");

    private final List<String> extensions;

    ExportFormat(String... extensions) {
        this.extensions = List.of(extensions);
    }

    /// The format of a file's name.
    public static Optional<ExportFormat> of(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return Arrays.stream(values()).filter(format -> format.extensions.stream().anyMatch(name::endsWith))
                .findFirst();
    }

    /// The ends of names that stand for it, with their dots.
    public List<String> extensions() {
        return extensions;
    }
}

package net.alexnet.interop;

import module java.base;
import net.alexnet.io.Archives;

/// Names files that are taken for weights and are none, by what they begin with, so that a user learns what happened and what
/// to do.
final class OtherFiles {
    /// A beginning, and what to say of the file.
    ///
    /// @param at where it is
    /// @param bytes in ISO 8859-1
    private record Beginning(int at, String bytes, String problem) {}

    private static final String WEIGHTS = ", expected weights (.safetensors, .pth, .onnx, .caffemodel or .keras)";

    private static final List<Beginning> BEGINNINGS = List.of(
            new Beginning(0, "\u0093NUMPY",
                    "it is an array of NumPy (.npy), which says of no layer; save all weights in a"
                            + " .safetensors file"),
            new Beginning(0, "\u0008\u0001\u0010", "it looks like a mean image of Caffe (.binaryproto), expected"
                    + " the weights (.caffemodel)"),
            new Beginning(4, "TFL3",
                    "it is a model of TensorFlow Lite, whose weights are merged and rounded. Use the model"
                            + " that it was made of, saved as .keras"),
            new Beginning(0, "version https://git-lfs",
                    "it is a pointer of Git LFS in place of the file. Run git lfs pull in"
                            + " its folder"),
            new Beginning(0, "/annex/objects/",
                    "it is a pointer of git-annex in place of the file. Run git annex get in its"
                            + " folder"),
            new Beginning(0, "\u00ff\u00d8\u00ff", "it is a picture (JPEG)" + WEIGHTS),
            new Beginning(0, "\u0089PNG", "it is a picture (PNG)" + WEIGHTS),
            new Beginning(0, "%PDF", "it is a PDF document" + WEIGHTS),
            new Beginning(0, "\u007fELF", "it is a program" + WEIGHTS),
            new Beginning(0, "\u0080",
                    "it is a pickle of Python, but torch.save did not write it; nothing of it was run"));

    private OtherFiles() {}

    /// What a file is, if it is no weights.
    ///
    /// @param head its first bytes
    static Optional<String> name(byte[] head) {
        String bytes = new String(head, StandardCharsets.ISO_8859_1);
        Optional<String> known = Archives.kind(head).map(kind -> "it is a " + kind + " archive. Unpack it first")
                .or(() -> BEGINNINGS.stream().filter(one -> bytes.startsWith(one.bytes(), one.at()))
                        .map(Beginning::problem).findFirst());
        return known.isPresent() ? known : text(bytes.replaceFirst("^(?:\u00ef\u00bb\u00bf)?\\s+", ""));
    }

    private static Optional<String> text(String text) {
        String start = text.toLowerCase(Locale.ROOT).replace("\u00ef\u00bb\u00bf", "");
        if (start.startsWith("<!doctype html") || start.startsWith("<html") || start.startsWith("<head")
                || start.startsWith("<!--")) {
            return Optional.of(
                    "it is a web page (HTML), not weights: a download went to a page about the file, or to an error."
                            + " Download it again");
        }
        if (start.startsWith("<")) {
            return Optional.of("it is XML, not weights: perhaps the error of a download. Download it again");
        }
        if (start.startsWith("{") || start.startsWith("[")) {
            return Optional.of(start.contains("weight_map") || start.contains("total_size")
                    ? "it is the index of several .safetensors files (JSON). Join these into one"
                    : "it is JSON, not weights: a configuration, or the error of a download");
        }
        if (start.startsWith("name: \"") || start.startsWith("layer")) {
            return Optional.of("it is a network in words (Caffe's .prototxt), expected the weights (.caffemodel)");
        }
        if (start.startsWith("#!")) {
            return Optional.of("it is a script" + WEIGHTS);
        }
        return !start.isEmpty()
                && start.chars().allMatch(one -> (one >= ' ' && one <= '~') || Character.isWhitespace(one))
                        ? Optional.of("it is a text" + WEIGHTS)
                        : Optional.empty();
    }

    /// What a folder is, if it is what became of a file of weights.
    static Optional<String> name(Path folder) {
        if (Files.exists(folder.resolve("saved_model.pb"))) {
            return Optional
                    .of("is a SavedModel of TensorFlow. Save the model as .keras, or its weights as .weights.h5");
        }
        if (Files.exists(folder.resolve("model.weights.h5"))) {
            return Optional.of("is an unpacked .keras file. Name " + folder.resolve("model.weights.h5")
                    + " in it, or download the file again");
        }
        if (isUnpacked(folder)) {
            return Optional.of(unpacked(folder.toAbsolutePath()));
        }
        try (Stream<Path> inner = Files.list(folder)) {
            return inner.limit(3).filter(OtherFiles::isUnpacked).findFirst().map(OtherFiles::unpacked);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean isUnpacked(Path folder) {
        return Files.exists(folder.resolve("data.pkl")) && Files.isDirectory(folder.resolve("data"));
    }

    private static String unpacked(Path folder) {
        return "is a .pth file of PyTorch that was unpacked, as some browsers do. Download it again without unpacking, or pack"
                + " it: cd " + folder.getParent() + " && zip -0 -r model.pth " + folder.getFileName();
    }
}

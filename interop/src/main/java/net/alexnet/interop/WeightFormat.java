package net.alexnet.interop;

import module java.base;
import net.alexnet.interop.pytorch.PyTorchFile;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.WeightFileException;

/// The formats of weights that are read. The first bytes of a file tell its format; its name does not matter.
public enum WeightFormat {
    /// A length, then JSON.
    SAFETENSORS,
    /// A zip file, or a pickle that begins with torch's magic number.
    PYTORCH,
    /// A NetParameter: its name (field 1), or at once a layer (2 or 100).
    CAFFE,
    /// A ModelProto: `ir_version` (field 1, a number), then not a number in field 2, which is a text.
    ONNX;

    private static final int HEAD_BYTES = 64;
    private static final String PICKLE = "80";
    private static final String LAYER_TAG = "a206"; // field 100, bytes

    /// What other files begin with, in hexadecimal, and what to say of them.
    private static final Map<String, String> OTHERS = Map.of(
            "89484446", "it is an HDF5 file, as Keras writes them. Save the weights by PyTorch or ONNX",
            "1f8b", "it is compressed by gzip. Unpack it first",
            "0801", "it looks like a mean image of Caffe (.binaryproto), expected the weights (.caffemodel)",
            PICKLE, "it is a pickle of Python, but torch.save did not write it; nothing of it was run");

    /// The format of a file. Whether the file is whole is found when it is opened.
    ///
    /// @throws WeightFileException if it cannot be read, or is of no format that is known
    public static WeightFormat of(Path file) throws WeightFileException {
        if (Files.isDirectory(file)) {
            throw new WeightFileException(file, "is a folder, expected a file of weights");
        }
        // a pipe may keep its reader waiting for ever
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new WeightFileException(file, "is a pipe or a device, expected a file of weights."
                    + " Write its bytes to a plain file first");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] head = in.readNBytes(HEAD_BYTES);
            return of(head, Files.size(file)).orElseThrow(() -> new WeightFileException(file, problem(head)));
        } catch (WeightFileException e) {
            throw e;
        } catch (IOException e) {
            throw new WeightFileException(file, "cannot be read: " + AtomicFiles.reason(e), e);
        }
    }

    private static Optional<WeightFormat> of(byte[] head, long fileBytes) {
        String hex = HexFormat.of().formatHex(head);
        if (hex.startsWith("504b0304") || (hex.startsWith(PICKLE) && hex.indexOf(PyTorchFile.LEGACY_MAGIC) % 2 == 0)) {
            return Optional.of(PYTORCH);
        }
        if (head.length > Long.BYTES && head[Long.BYTES] == '{') {
            long length = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (length > 0 && length <= fileBytes - Long.BYTES) {
                return Optional.of(SAFETENSORS);
            }
        }
        if (hex.startsWith("08") && hex.length() > 4 && !hex.startsWith("10", 4)) {
            return Optional.of(ONNX);
        }
        return hex.startsWith("0a") || hex.startsWith("12") || hex.startsWith(LAYER_TAG)
                ? Optional.of(CAFFE)
                : Optional.empty();
    }

    private static String problem(byte[] head) {
        if (head.length == 0) {
            return "is empty, expected weights";
        }
        String hex = HexFormat.of().formatHex(head);
        return OTHERS.entrySet().stream().filter(other -> hex.startsWith(other.getKey())).map(Map.Entry::getValue)
                .findFirst()
                .orElseGet(() -> "it begins with '" + hex.substring(0, Math.min(16, hex.length()))
                        + "', expected weights: safetensors, a PyTorch state dict (.pth), Caffe (.caffemodel) or ONNX");
    }
}

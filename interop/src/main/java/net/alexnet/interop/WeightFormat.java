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
    ONNX,
    /// An HDF5 file, or a zip file that begins with one of the entries of `.keras`.
    KERAS;

    private static final int HEAD_BYTES = 512;
    private static final String PICKLE = "80";
    private static final String LAYER_TAG = "a206"; // field 100, bytes
    private static final String ZIP = "504b0304";
    private static final String HDF5 = "894844460d0a1a0a";
    private static final int ZIP_NAME = 30; // where a zip file has the name of its first entry

    /// The entries of a `.keras`, one of which is its first.
    private static final Set<String> OF_KERAS = Set.of("metadata.json", "config.json", "model.weights.h5");

    /// The format of a file. Whether the file is whole is found when it is opened.
    ///
    /// @throws WeightFileException if it cannot be read, or is of no format that is known
    public static WeightFormat of(Path file) throws WeightFileException {
        if (Files.isDirectory(file)) {
            throw new WeightFileException(file, OtherFiles.name(file)
                    .orElse("is a folder, expected a file of weights"));
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
            throw new WeightFileException(file, "cannot be read: " + AtomicFiles.shortReason(e), e);
        }
    }

    private static Optional<WeightFormat> of(byte[] head, long fileBytes) {
        String hex = HexFormat.of().formatHex(head);
        if (hex.startsWith(HDF5)) {
            return Optional.of(KERAS);
        }
        if (hex.startsWith(ZIP)) {
            String first = firstEntry(head);
            return OF_KERAS.contains(first)
                    ? Optional.of(KERAS)
                    : first.endsWith(".npy") ? Optional.empty() : Optional.of(PYTORCH);
        }
        if (hex.startsWith(PICKLE) && hex.indexOf(PyTorchFile.LEGACY_MAGIC) % 2 == 0) {
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
        if (OtherFiles.name(head).isPresent()) { // a text may begin like a message of protocol buffers, with a line's end
            return Optional.empty();
        }
        if (hex.startsWith("0a") || hex.startsWith("12") || hex.startsWith(LAYER_TAG)) {
            return Optional.of(CAFFE);
        }
        return head.length > Long.BYTES && head[Long.BYTES] == '{'
                ? Optional.of(SAFETENSORS) // cut within its header, as its reader says
                : Optional.empty();
    }

    private static String firstEntry(byte[] head) {
        int length = head.length < ZIP_NAME ? 0 : (head[26] & 0xff) | (head[27] & 0xff) << 8;
        return new String(head, Math.min(ZIP_NAME, head.length), Math.min(length, Math.max(0, head.length - ZIP_NAME)),
                StandardCharsets.UTF_8);
    }

    private static String problem(byte[] head) {
        if (head.length == 0) {
            return "is empty, expected weights";
        }
        String hex = HexFormat.of().formatHex(head);
        if (hex.startsWith(ZIP)) {
            return "it is NumPy's .npz, which does not say in which order its axes are. Save the weights as .safetensors";
        }
        return OtherFiles.name(head).orElseGet(() -> "it begins with '" + hex.substring(0, Math.min(16, hex.length()))
                + "', expected weights: safetensors, a PyTorch state dict (.pth), Caffe (.caffemodel), ONNX or Keras");
    }
}

package net.alexnet.interop.pytorch;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import net.alexnet.interop.pytorch.Value.Tensor;
import net.alexnet.io.MappedFile;
import net.alexnet.io.MappedWeights;
import net.alexnet.io.WeightFileException;

/// The tensors of a state dict that PyTorch's `torch.save` wrote, `.pth` or `.pt`: the zip form of today ([ZipForm]) and the
/// legacy form ([LegacyForm]), which are told apart by their content.
///
/// A checkpoint may hold the state dict under `state_dict`, `model_state_dict` or `model`; what else it holds is passed over.
/// The components `module` and `_orig_mod` are taken out of names wherever they stand, as DataParallel and torch.compile put
/// them there: `features.module.0.weight` is `features.0.weight`. Names are in the state dict's order.
///
/// The file is taken for hostile. Its pickle is followed by a machine of our own that knows the opcodes and names of a state
/// dict, executes nothing, and refuses all else by name; so a whole pickled model is refused. Storages are checked against
/// the file and tensors against storages when it is opened, before anything is allocated. Contiguous float32 tensors are
/// handed out where they lie in the mapped file; other views are gathered, other floating-point types converted.
public final class PyTorchFile {
    private static final String EXPECTED = "a state dict of PyTorch";
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private PyTorchFile() {}

    /// Opens and checks a file.
    ///
    /// @throws WeightFileException if it cannot be read, breaks the format, asks for anything that a state dict does not
    ///     need, or holds no tensors
    public static MappedWeights open(Path file) throws WeightFileException {
        MemorySegment mapped = MappedFile.lasting(file, EXPECTED);
        try {
            return new MappedWeights(file, Map.of(), views(parse(mapped), mapped.byteSize()));
        } catch (IOException e) {
            throw new WeightFileException(file, "not " + EXPECTED + ", or damaged: " + e.getMessage(), e);
        }
    }

    private static Saved parse(MemorySegment mapped) throws IOException {
        long afterMagic = LegacyForm.afterMagic(mapped);
        if (afterMagic >= 0) {
            return LegacyForm.parse(mapped, afterMagic);
        }
        if (mapped.byteSize() < 4 || mapped.get(BYTE, 0) != 'P' || mapped.get(BYTE, 1) != 'K') {
            throw new IOException("it starts neither like a zip file nor with torch's magic number");
        }
        return ZipForm.parse(mapped);
    }

    private static Map<String, TensorView> views(Saved saved, long fileBytes) throws IOException {
        Map<String, TensorView> views = new LinkedHashMap<>();
        for (Map.Entry<String, Tensor> entry : saved.tensors().entrySet()) {
            String key = entry.getValue().storage().key();
            MemorySegment storage = saved.storages().get(key);
            if (storage == null) {
                throw new IOException("tensor '" + entry.getKey() + "' lies in storage '" + key
                        + "', which the file does not have");
            }
            try {
                TensorView view = TensorView.of(entry.getValue(), storage, fileBytes);
                if (view != null) {
                    views.put(entry.getKey(), view);
                }
            } catch (IOException e) {
                throw new IOException("tensor '" + entry.getKey() + "' " + e.getMessage(), e);
            }
        }
        return views;
    }
}

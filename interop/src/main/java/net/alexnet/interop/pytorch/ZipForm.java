package net.alexnet.interop.pytorch;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.interop.pytorch.Value.Storage;
import net.alexnet.interop.pytorch.Value.Tensor;
import org.jspecify.annotations.Nullable;

/// The form that `torch.save` writes since version 1.6: a zip file, nothing of it compressed, all in one folder of any name.
///
/// ```
/// NAME/data.pkl     the pickled object; it refers to storages by key
/// NAME/data/KEY     a storage's bytes
/// NAME/byteorder    `little` or `big`; since 2.1
/// NAME/version      and others, which are not needed
/// ```
final class ZipForm {
    private static final String PICKLE = "/data.pkl";
    private static final long MAX_PICKLE = 16 << 20;

    private ZipForm() {}

    static Saved parse(MemorySegment file) throws IOException {
        Map<String, MemorySegment> entries = StoredZip.entries(file);
        List<String> pickles = entries.keySet().stream()
                .filter(name -> name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length()).toList();
        if (pickles.size() != 1) {
            throw new IOException("a zip file of torch.save has one folder with a data.pkl in it, found " + pickles);
        }
        String folder = pickles.getFirst().substring(0, pickles.getFirst().length() - PICKLE.length() + 1);
        checkByteOrder(entries.get(folder + "byteorder"));
        MemorySegment pickle = entries.get(pickles.getFirst());
        if (pickle == null || pickle.byteSize() > MAX_PICKLE) {
            throw new IOException("its data.pkl has more than " + MAX_PICKLE + " bytes, the limit");
        }
        Unpickler unpickler = new Unpickler(pickle, 0);
        Map<String, Tensor> tensors = StateDict.tensors(unpickler.read());
        Map<String, MemorySegment> storages = new HashMap<>();
        for (Storage storage : unpickler.storages().values()) {
            MemorySegment bytes = entries.get(folder + "data/" + storage.key());
            if (bytes == null || bytes.byteSize() != storage.elements() * storage.dtype().bytes()) {
                throw new IOException("storage '" + storage.key() + "' must have " + storage.elements() + " values of "
                        + storage.dtype().bytes() + " bytes, found "
                        + (bytes == null ? "no entry of this name" : bytes.byteSize() + " bytes"));
            }
            storages.put(storage.key(), bytes);
        }
        return new Saved(tensors, storages);
    }

    private static void checkByteOrder(@Nullable MemorySegment entry) throws IOException {
        if (entry == null) {
            return;
        }
        byte[] bytes = entry.asSlice(0, Math.min(entry.byteSize(), 10)).toArray(ValueLayout.JAVA_BYTE);
        String order = new String(bytes, StandardCharsets.UTF_8).strip();
        if (!order.equals("little")) {
            throw new IOException("its byte order is '" + order + "'; only 'little' is read");
        }
    }
}

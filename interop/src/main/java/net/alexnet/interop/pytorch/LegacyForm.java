package net.alexnet.interop.pytorch;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import net.alexnet.interop.pytorch.Unpickler.Sequence;
import net.alexnet.interop.pytorch.Unpickler.Storage;

/// The form that `torch.save` wrote before version 1.6, and writes with `_use_new_zipfile_serialization=False`:
///
/// ```
/// pickle of the number 0x1950a86a20f9469cfc6c
/// pickle of 1001, the protocol
/// pickle of a dict about the machine
/// pickle of the object
/// pickle of the storages' keys, a list
/// storage*                                        in the keys' order: int64 number of values, values; little-endian
/// ```
final class LegacyForm {
    private static final long PROTOCOL = 1001;
    private static final ValueLayout.OfLong COUNT = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private LegacyForm() {}

    /// @param start the byte after the magic number and its STOP
    static PyTorchFile.Saved parse(MemorySegment file, int start) throws IOException {
        Unpickler pickles = new Unpickler(file.asSlice(start));
        if (Unpickler.as(Long.class, pickles.read()) != PROTOCOL) {
            throw new IOException("its protocol must be " + PROTOCOL);
        }
        pickles.read();
        Object saved = pickles.read();
        Sequence keys = Unpickler.as(Sequence.class, pickles.read());
        Map<String, MemorySegment> storages = new HashMap<>();
        long position = (long) start + pickles.position();
        for (Object item : keys.items()) {
            String key = Unpickler.as(String.class, item);
            Storage storage = pickles.storages().get(key);
            if (storage == null || storages.containsKey(key)) {
                throw new IOException("the file lists a storage '" + key + "' twice, or nothing refers to it");
            }
            long left = file.byteSize() - position - Long.BYTES;
            long count = left < 0 ? 0 : file.get(COUNT, position);
            int bytes = storage.dtype().bytes();
            if (left < 0 || count != storage.elements() || count > left / bytes) {
                throw new IOException("storage '" + key + "' announces " + count + " values of " + bytes
                        + " bytes; its tensors need " + storage.elements() + ", and the file has " + left
                        + " more bytes");
            }
            position += Long.BYTES;
            storages.put(key, file.asSlice(position, count * bytes));
            position += count * bytes;
        }
        if (position != file.byteSize()) {
            throw new IOException(
                    "the file goes on for " + (file.byteSize() - position) + " bytes after its last storage");
        }
        return new PyTorchFile.Saved(PyTorchFile.tensors(saved), storages);
    }
}

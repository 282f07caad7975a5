package net.alexnet.interop.pytorch;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.interop.pytorch.Value.Dict;
import net.alexnet.interop.pytorch.Value.Storage;
import net.alexnet.interop.pytorch.Value.Tensor;
import net.alexnet.interop.pytorch.Value.Whole;
import net.alexnet.io.Dtype;

/// The form that `torch.save` wrote before version 1.6, as in torchvision's `alexnet-owt-4df8aa71.pth`, and writes with
/// `_use_new_zipfile_serialization=False`:
///
/// ```
/// pickle of the number 0x1950a86a20f9469cfc6c     15 bytes, always the same but for the protocol
/// pickle of 1001, the protocol
/// pickle of a dict about the machine
/// pickle of the object
/// pickle of the storages' keys, a list
/// storage*                                        in the keys' order: int64 number of values, values; little-endian
/// ```
final class LegacyForm {
    /// The magic number's opcode LONG1, its length and its bytes, little-endian.
    private static final List<Integer> MAGIC = List.of(0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50,
            0x19, Unpickler.STOP);
    private static final int LONGEST_PREFIX = 11; // PROTO and, from protocol 4 on, FRAME
    private static final int PROTOCOL = 1001;
    private static final ValueLayout.OfLong COUNT = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private LegacyForm() {}

    /// The byte after the magic number's pickle, or -1 if the file does not start with one.
    static long afterMagic(MemorySegment file) {
        if (file.byteSize() == 0 || (file.get(ValueLayout.JAVA_BYTE, 0) & 0xff) != Unpickler.PROTO) {
            return -1;
        }
        for (long start : new long[] {2, LONGEST_PREFIX}) {
            boolean equal = file.byteSize() >= start + MAGIC.size();
            for (int i = 0; equal && i < MAGIC.size(); i++) {
                equal = (file.get(ValueLayout.JAVA_BYTE, start + i) & 0xff) == MAGIC.get(i);
            }
            if (equal) {
                return start + MAGIC.size();
            }
        }
        return -1;
    }

    static PyTorchFile.Saved parse(MemorySegment file, long start) throws IOException {
        Unpickler pickles = new Unpickler(file, start);
        if (!(pickles.read() instanceof Whole(long protocol)) || protocol != PROTOCOL) {
            throw new IOException("its protocol must be " + PROTOCOL);
        }
        Value machine = pickles.read();
        if (machine instanceof Dict(Map<String, Value> items)
                && items.get("protocol_version") instanceof Whole(long version)
                && version != PROTOCOL) {
            throw new IOException("its protocol must be " + PROTOCOL + ", found " + version);
        }
        Map<String, Tensor> tensors = PyTorchFile.tensors(pickles.read());
        List<Value> keys = Value.items(pickles.read());
        return new PyTorchFile.Saved(tensors, storages(file, pickles.position(), keys, pickles.storages()));
    }

    private static Map<String, MemorySegment> storages(MemorySegment file, long start, List<Value> keys,
            Map<String, Storage> known) throws IOException {
        Map<String, MemorySegment> storages = new HashMap<>();
        long position = start;
        for (Value item : keys) {
            String key = Value.text(item);
            Storage storage = known.get(key);
            if (storage == null) {
                throw new IOException("the file lists a storage '" + key + "' that nothing refers to");
            }
            if (file.byteSize() - position < Long.BYTES) {
                throw new IOException("the file is cut before storage '" + key + "'");
            }
            long count = file.get(COUNT, position);
            position += Long.BYTES;
            Dtype dtype = storage.dtype();
            if (count != storage.elements() || count > (file.byteSize() - position) / dtype.bytes()) {
                throw new IOException("storage '" + key + "' announces " + count + " values of " + dtype.bytes()
                        + " bytes; its tensors want " + storage.elements() + ", and the file has "
                        + (file.byteSize() - position) + " more bytes");
            }
            if (storages.put(key, file.asSlice(position, count * dtype.bytes())) != null) {
                throw new IOException("the file lists storage '" + key + "' twice");
            }
            position += count * dtype.bytes();
        }
        if (position != file.byteSize()) {
            throw new IOException(
                    "the file goes on for " + (file.byteSize() - position) + " bytes after its last storage");
        }
        return storages;
    }
}

package net.alexnet.interop.pytorch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import module java.base;
import net.alexnet.interop.pickle.Unpickler;
import net.alexnet.interop.pickle.Unpickler.Dict;
import net.alexnet.interop.pickle.Unpickler.Sequence;
import net.alexnet.interop.pickle.Unpickler.Storage;
import net.alexnet.interop.pickle.Unpickler.Tensor;
import net.alexnet.io.MappedFile;
import net.alexnet.io.MappedWeights;
import net.alexnet.io.WeightFileException;
import org.jspecify.annotations.Nullable;

/// Reads a state dict that PyTorch's `torch.save` wrote, `.pth` or `.pt`. Since version 1.6 that is a zip file, nothing of it
/// compressed, all in one folder of any name:
///
/// ```
/// NAME/data.pkl     the pickled object; it refers to storages by key
/// NAME/data/KEY     a storage's bytes
/// NAME/byteorder    `little` or `big`; since 2.1
/// NAME/version      and others, which are not needed
/// ```
///
/// The legacy form, which `_use_new_zipfile_serialization=False` still gives, is pickles of the number
/// 0x1950a86a20f9469cfc6c, of 1001, of a dict about the machine, of the object and of a list of the storages' keys; behind
/// them lies each storage in the keys' order, its number of values as an int64 and the values, little-endian.
///
/// A checkpoint may hold the state dict under any key, and anything beside it: what is no tensor of the state dict is passed
/// over. Under several keys, `state_dict`, `model_state_dict` and `model` come first.
/// The components `module` and `_orig_mod` are removed from names wherever they are, as DataParallel and torch.compile put
/// them there: `features.module.0.weight` is `features.0.weight`. Names are in the state dict's order.
///
/// A file is taken for hostile. Storages are checked against the file and tensors against storages when it is opened, before
/// anything is allocated. Contiguous float32 tensors are handed out where they lie in the mapped file; other views are
/// gathered, other floating-point types converted.
public final class PyTorchFile {
    /// The magic number of the legacy form in hexadecimal: the opcode LONG1, a length, the bytes little-endian, STOP.
    public static final String LEGACY_MAGIC = "8a0a6cfc9c46f9206aa850192e";

    private static final long LEGACY_PROTOCOL = 1001;
    private static final ValueLayout.OfLong COUNT = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int LEGACY_HEAD = 24; // the magic number, with PROTO and FRAME before it
    private static final String EXPECTED = "a state dict of PyTorch";
    private static final String PICKLE = "/data.pkl";
    private static final int MAX_ITEMS = 20_000;
    private static final int MAX_DEPTH = 3;
    private static final int MAX_METADATA = 8 << 20;

    /// Where checkpoints of training programs have the network.
    private static final List<String> NESTED = List.of("state_dict", "model_state_dict", "model");

    /// What DataParallel and torch.compile put around a network, whole or in part.
    private static final String WRAPPERS = "(?<=^|\\.)(?:module|_orig_mod)\\.";

    /// What either form holds.
    ///
    /// @param tensors by name, not yet checked against the storages
    /// @param storages their bytes by key
    /// @param metadata of a file that [PyTorchWriter] wrote
    private record Saved(Map<String, Tensor> tensors, Map<String, MemorySegment> storages,
            Map<String, String> metadata) {}

    private PyTorchFile() {}

    /// Opens and checks a file.
    ///
    /// @throws WeightFileException if it cannot be read, breaks the format, asks for anything that a state dict does not
    ///     need, or holds no tensors
    public static MappedWeights open(Path file) throws WeightFileException {
        MemorySegment mapped = MappedFile.lasting(file, EXPECTED);
        try {
            byte[] head = mapped.asSlice(0, Math.min(LEGACY_HEAD, mapped.byteSize())).toArray(ValueLayout.JAVA_BYTE);
            int magic = HexFormat.of().formatHex(head).indexOf(LEGACY_MAGIC);
            Saved saved = magic < 0
                    ? zip(mapped)
                    : legacy(mapped, (magic + LEGACY_MAGIC.length()) / 2);
            return new MappedWeights(file, saved.metadata(), views(saved, mapped.byteSize()));
        } catch (IOException e) {
            String advice = e instanceof Unpickler.UnknownNameException
                    ? ". Save the state dict alone: of a model, model.state_dict(); of a checkpoint, its entry 'state_dict'"
                    : "";
            throw new WeightFileException(file, "not " + EXPECTED + ", or damaged: " + e.getMessage() + advice, e);
        }
    }

    private static Saved zip(MemorySegment file) throws IOException {
        Map<String, MemorySegment> entries = StoredZip.entries(file);
        List<String> folders = entries.keySet().stream()
                .filter(name -> name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length())
                .map(name -> name.substring(0, name.indexOf('/'))).toList();
        if (folders.size() != 1) {
            throw new IOException("a zip file of torch.save has one folder with a data.pkl in it, found " + folders);
        }
        String folder = folders.getFirst();
        MemorySegment order = entries.get(folder + "/byteorder");
        if (order != null && !new String(order.asSlice(0, Math.min(order.byteSize(), 10))
                .toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8).strip().equals("little")) {
            throw new IOException("the byte order of its values is not 'little', which alone is read");
        }
        Unpickler unpickler = new Unpickler(entries.getOrDefault(folder + PICKLE, MemorySegment.NULL));
        Map<String, Tensor> tensors = tensors(unpickler.read());
        Map<String, MemorySegment> storages = new HashMap<>();
        for (Storage storage : unpickler.storages().values()) {
            MemorySegment bytes = entries.get(folder + "/data/" + storage.key());
            if (bytes == null || bytes.byteSize() != storage.elements() * storage.dtype().bytes()) {
                throw new IOException("storage '" + storage.key() + "' must have " + storage.elements() + " values of "
                        + storage.dtype().bytes() + " bytes, found "
                        + (bytes == null ? "no entry of this name" : bytes.byteSize() + " bytes"));
            }
            storages.put(storage.key(), bytes);
        }
        return new Saved(tensors, storages, metadata(entries.get(folder + "/" + PyTorchWriter.METADATA)));
    }

    private static Map<String, String> metadata(@Nullable MemorySegment json) throws IOException {
        if (json == null) {
            return Map.of();
        }
        if (json.byteSize() > MAX_METADATA) {
            throw new IOException("its metadata has " + json.byteSize() + " bytes; the limit is " + MAX_METADATA);
        }
        try {
            Map<String, String> metadata = JsonMapper.builder().build()
                    .readValue(json.toArray(ValueLayout.JAVA_BYTE), new TypeReference<Map<String, String>>() {});
            if (metadata == null || metadata.values().stream().anyMatch(Objects::isNull)) {
                throw new IOException("its metadata is damaged: a text is missing");
            }
            return metadata;
        } catch (JsonProcessingException e) {
            throw new IOException("its metadata is damaged: " + e.getOriginalMessage(), e);
        }
    }

    /// @param start the byte after the magic number and its STOP
    private static Saved legacy(MemorySegment file, int start) throws IOException {
        Unpickler pickles = new Unpickler(file.asSlice(start));
        if (Unpickler.as(Long.class, pickles.read()) != LEGACY_PROTOCOL) {
            throw new IOException("its protocol must be " + LEGACY_PROTOCOL);
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
        return new Saved(tensors(saved), storages, Map.of());
    }

    /// The tensors by their names in the network.
    private static Map<String, Tensor> tensors(Object saved) throws IOException {
        Map<String, Object> items = Unpickler.as(Dict.class, saved).items();
        for (String key : NESTED) {
            if (items.get(key) instanceof Dict(Map<String, Object> nested)) {
                return named(nested);
            }
        }
        if (items.values().stream().anyMatch(Tensor.class::isInstance)) {
            return named(items);
        }
        Map<String, Map<String, Object>> found = new LinkedHashMap<>();
        find(items, "", 0, found);
        if (found.size() > 1) {
            throw new IOException("it holds several state dicts, under " + found.keySet().stream().limit(20).toList()
                    + ". Save one of them alone");
        }
        return named(found.isEmpty() ? items : found.values().iterator().next());
    }

    /// The dicts at any depth up to three that hold tensors, by their keys.
    private static void find(Map<String, Object> items, String path, int depth,
            Map<String, Map<String, Object>> found) {
        items.forEach((key, value) -> {
            if (value instanceof Dict(Map<String, Object> nested) && depth < MAX_DEPTH && found.size() < MAX_ITEMS) {
                String name = path.isEmpty() ? key : path + "." + key;
                if (nested.values().stream().anyMatch(Tensor.class::isInstance)) {
                    found.put(name, nested);
                } else {
                    find(nested, name, depth + 1, found);
                }
            }
        });
    }

    private static Map<String, Tensor> named(Map<String, Object> items) throws IOException {
        if (items.size() > MAX_ITEMS) {
            throw new IOException("the state dict has " + items.size() + " items; the limit is " + MAX_ITEMS);
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, Object> item : items.entrySet()) {
            String name = item.getKey().replaceAll(WRAPPERS, "");
            if (item.getValue() instanceof Tensor tensor && tensors.put(name, tensor) != null) {
                throw new IOException("two tensors are named '" + name + "' once the wrappers 'module.' are taken off");
            }
        }
        if (tensors.isEmpty()) {
            throw new IOException("the state dict holds no tensors; its keys are "
                    + items.keySet().stream().limit(20).toList() + ", and a network is looked for under " + NESTED);
        }
        return tensors;
    }

    private static Map<String, TensorView> views(Saved saved, long fileBytes) throws IOException {
        Map<String, TensorView> views = new LinkedHashMap<>();
        for (Map.Entry<String, Tensor> entry : saved.tensors().entrySet()) {
            String key = entry.getValue().storage().key();
            MemorySegment storage = saved.storages().get(key);
            try {
                if (storage == null) {
                    throw new IOException("is in storage '" + key + "', which the file does not have");
                }
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

package net.alexnet.interop.pytorch;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.io.Dtype;
import net.alexnet.io.MappedWeights;

/// What a pickle of `torch.save` may hold, and what the functions that it calls would give. These are descriptions: making
/// one runs nothing. Their `equals`, `hashCode` and `toString` would follow a hostile nesting to any depth, so nothing calls
/// them.
sealed interface Value {
    record Text(String text) implements Value {}

    record Whole(long number) implements Value {}

    /// None, truths and real numbers: parsed, and of no use here.
    record Other() implements Value {}

    record Tuple(List<Value> items) implements Value {}

    /// A Python list, which grows while it is read.
    record Sequence(List<Value> items) implements Value {}

    /// A dict or OrderedDict, which grows while it is read. Keys that are no text are left out.
    record Dict(Map<String, Value> items) implements Value {}

    /// The class of a storage, such as `torch.FloatStorage`.
    record StorageType(Dtype dtype) implements Value {}

    /// A piece of memory that tensors are views of.
    record Storage(Dtype dtype, String key, long elements) implements Value {}

    /// A view of a storage; offset, extents and strides counted in values, not yet believed.
    record Tensor(Storage storage, long offset, List<Long> extents, List<Long> strides) implements Value {}

    /// Where a group of values on the stack begins.
    record Mark() implements Value {}

    /// The functions that the pickle of a state dict asks for. None is run: what it would give is described.
    enum Function implements Value {
        ORDERED_DICT, SIZE, REBUILD_TENSOR, REBUILD_PARAMETER
    }

    /// The names of Python that the pickle of a state dict may use, and no others.
    Map<String, Value> ALLOWED = Map.ofEntries(
            Map.entry("collections.OrderedDict", Function.ORDERED_DICT),
            Map.entry("torch.Size", Function.SIZE),
            Map.entry("torch._utils._rebuild_tensor", Function.REBUILD_TENSOR),
            Map.entry("torch._utils._rebuild_tensor_v2", Function.REBUILD_TENSOR),
            Map.entry("torch._utils._rebuild_parameter", Function.REBUILD_PARAMETER),
            Map.entry("torch.FloatStorage", new StorageType(Dtype.F32)),
            Map.entry("torch.DoubleStorage", new StorageType(Dtype.F64)),
            Map.entry("torch.HalfStorage", new StorageType(Dtype.F16)),
            Map.entry("torch.BFloat16Storage", new StorageType(Dtype.BF16)),
            Map.entry("torch.LongStorage", new StorageType(Dtype.I64)),
            Map.entry("torch.IntStorage", new StorageType(Dtype.I32)),
            Map.entry("torch.ShortStorage", new StorageType(Dtype.I16)),
            Map.entry("torch.CharStorage", new StorageType(Dtype.I8)),
            Map.entry("torch.ByteStorage", new StorageType(Dtype.U8)),
            Map.entry("torch.BoolStorage", new StorageType(Dtype.BOOL)),
            Map.entry("torch.storage.UntypedStorage", new StorageType(Dtype.U8)));

    /// What a name of Python stands for.
    ///
    /// @throws IOException if no state dict needs it
    static Value named(String module, String name) throws IOException {
        Value value = ALLOWED.get(module + "." + name);
        if (value == null) {
            throw new IOException("the pickle asks for Python's '" + module + "." + name
                    + "', which no state dict needs; nothing of it was run. Save model.state_dict() instead of the model");
        }
        return value;
    }

    /// What a function gives for these arguments.
    static Value call(Function function, List<Value> arguments) throws IOException {
        return switch (function) {
            case ORDERED_DICT -> orderedDict(arguments);
            case SIZE -> new Other();
            case REBUILD_TENSOR -> tensor(arguments);
            case REBUILD_PARAMETER -> parameter(arguments);
        };
    }

    /// How many values a call with these arguments may copy.
    static int copied(List<Value> arguments) {
        int count = arguments.size();
        for (Value argument : arguments) {
            count += switch (argument) {
                case Tuple(List<Value> items) -> items.size();
                case Sequence(List<Value> items) -> items.size();
                default -> 0;
            };
        }
        return count;
    }

    /// `OrderedDict()`, and of Python 2 `OrderedDict([[key, value], …])`.
    private static Value orderedDict(List<Value> arguments) throws IOException {
        Map<String, Value> items = new LinkedHashMap<>();
        if (arguments.size() == 1 && arguments.getFirst() instanceof Sequence(List<Value> pairs)) {
            for (Value pair : pairs) {
                List<Value> both = items(pair);
                if (both.size() != 2) {
                    throw new IOException("the pickle makes an OrderedDict of what are no pairs");
                }
                items.put(text(both.get(0)), both.get(1));
            }
        } else if (!arguments.isEmpty()) {
            throw new IOException("the pickle makes an OrderedDict of what is no list");
        }
        return new Dict(items);
    }

    /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks, metadata)`; its predecessor ends
    /// with the stride.
    private static Value tensor(List<Value> arguments) throws IOException {
        if (arguments.size() < 4 || arguments.size() > 7 || !(arguments.getFirst() instanceof Storage storage)) {
            throw new IOException("the pickle makes a tensor of what is not storage, offset, size and stride");
        }
        return new Tensor(storage, whole(arguments.get(1)), wholes(arguments.get(2)), wholes(arguments.get(3)));
    }

    /// `_rebuild_parameter(data, requires_grad, backward_hooks)`.
    private static Value parameter(List<Value> arguments) throws IOException {
        if (arguments.size() != 3 || !(arguments.getFirst() instanceof Tensor)) {
            throw new IOException("the pickle makes a parameter of what is no tensor");
        }
        return arguments.getFirst();
    }

    /// `('storage', type, key, location, elements)`; in the legacy form a view's description, or None, follows.
    static Storage storage(Value id) throws IOException {
        List<Value> parts = items(id);
        if (parts.size() < 5 || parts.size() > 6 || !text(parts.getFirst()).equals("storage")
                || !(parts.get(1) instanceof StorageType type)) {
            throw new IOException("the pickle refers to what is no storage");
        }
        if (parts.size() == 6 && !(parts.get(5) instanceof Other)) {
            throw new IOException(
                    "the pickle has a view of a storage, as before 2017; save the file again with a newer PyTorch");
        }
        long elements = whole(parts.get(4));
        if (elements < 0 || elements > Long.MAX_VALUE / Double.BYTES) {
            throw new IOException("the pickle has a storage of " + elements + " values");
        }
        return new Storage(type.dtype(), text(parts.get(2)), elements);
    }

    static String text(Value value) throws IOException {
        if (value instanceof Text(String text)) {
            return text;
        }
        throw new IOException("the pickle has a " + kind(value) + " where a text must be");
    }

    static List<Value> items(Value value) throws IOException {
        return switch (value) {
            case Tuple(List<Value> items) -> items;
            case Sequence(List<Value> items) -> items;
            default -> throw new IOException("the pickle has a " + kind(value) + " where a tuple must be");
        };
    }

    private static long whole(Value value) throws IOException {
        if (value instanceof Whole(long number)) {
            return number;
        }
        throw new IOException("the pickle has a " + kind(value) + " where a whole number must be");
    }

    private static List<Long> wholes(Value value) throws IOException {
        List<Value> items = items(value);
        if (items.size() > MappedWeights.MAX_RANK) {
            throw new IOException(
                    "the pickle has a tensor of " + items.size() + " axes; the limit is " + MappedWeights.MAX_RANK);
        }
        List<Long> numbers = new ArrayList<>(items.size());
        for (Value item : items) {
            numbers.add(whole(item));
        }
        return numbers;
    }

    /// What a value is, by its class: its contents may be of any depth.
    static String kind(Value value) {
        return value.getClass().getSimpleName();
    }
}

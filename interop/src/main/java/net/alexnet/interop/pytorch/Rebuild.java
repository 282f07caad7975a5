package net.alexnet.interop.pytorch;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.interop.pytorch.Value.Dict;
import net.alexnet.interop.pytorch.Value.Sequence;
import net.alexnet.interop.pytorch.Value.Storage;
import net.alexnet.interop.pytorch.Value.StorageType;
import net.alexnet.interop.pytorch.Value.Tensor;
import net.alexnet.interop.pytorch.Value.Text;
import net.alexnet.interop.pytorch.Value.Tuple;
import net.alexnet.interop.pytorch.Value.Whole;
import net.alexnet.io.MappedWeights;

/// What the functions that a state dict's pickle calls would give, from their arguments.
final class Rebuild {
    private Rebuild() {}

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
    static Value orderedDict(List<Value> arguments) throws IOException {
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
    static Value tensor(List<Value> arguments) throws IOException {
        if (arguments.size() < 4 || arguments.size() > 7 || !(arguments.getFirst() instanceof Storage storage)) {
            throw new IOException("the pickle makes a tensor of what is not storage, offset, size and stride");
        }
        return new Tensor(storage, whole(arguments.get(1)), wholes(arguments.get(2)), wholes(arguments.get(3)));
    }

    /// `_rebuild_parameter(data, requires_grad, backward_hooks)`.
    static Value parameter(List<Value> arguments) throws IOException {
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
        if (parts.size() == 6 && !(parts.get(5) instanceof Value.Other)) {
            throw new IOException(
                    "the pickle has a view of a storage, as before 2017; save the file again by a newer PyTorch");
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

package net.alexnet.interop.pytorch;

import java.util.List;
import java.util.Map;
import net.alexnet.io.Dtype;

/// What a pickle of `torch.save` may hold. These are descriptions: making one runs nothing. Their `equals`, `hashCode` and
/// `toString` would follow a hostile nesting to any depth, so nobody calls them.
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
        ORDERED_DICT, SIZE, REBUILD_TENSOR, REBUILD_TENSOR_V2, REBUILD_PARAMETER
    }
}

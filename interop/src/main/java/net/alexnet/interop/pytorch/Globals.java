package net.alexnet.interop.pytorch;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import net.alexnet.interop.pytorch.Value.Function;
import net.alexnet.interop.pytorch.Value.StorageType;
import net.alexnet.io.Dtype;

/// The names of Python that the pickle of a state dict may use, and no others.
final class Globals {
    private static final Map<String, Value> ALLOWED = new HashMap<>();

    static {
        ALLOWED.put("collections.OrderedDict", Function.ORDERED_DICT);
        ALLOWED.put("torch.Size", Function.SIZE);
        ALLOWED.put("torch._utils._rebuild_tensor", Function.REBUILD_TENSOR);
        ALLOWED.put("torch._utils._rebuild_tensor_v2", Function.REBUILD_TENSOR_V2);
        ALLOWED.put("torch._utils._rebuild_parameter", Function.REBUILD_PARAMETER);
        ALLOWED.put("torch.FloatStorage", new StorageType(Dtype.F32));
        ALLOWED.put("torch.DoubleStorage", new StorageType(Dtype.F64));
        ALLOWED.put("torch.HalfStorage", new StorageType(Dtype.F16));
        ALLOWED.put("torch.BFloat16Storage", new StorageType(Dtype.BF16));
        ALLOWED.put("torch.LongStorage", new StorageType(Dtype.I64));
        ALLOWED.put("torch.IntStorage", new StorageType(Dtype.I32));
        ALLOWED.put("torch.ShortStorage", new StorageType(Dtype.I16));
        ALLOWED.put("torch.CharStorage", new StorageType(Dtype.I8));
        ALLOWED.put("torch.ByteStorage", new StorageType(Dtype.U8));
        ALLOWED.put("torch.BoolStorage", new StorageType(Dtype.BOOL));
        ALLOWED.put("torch.storage.UntypedStorage", new StorageType(Dtype.U8));
    }

    private Globals() {}

    static Value named(String module, String name) throws IOException {
        Value value = ALLOWED.get(module + "." + name);
        if (value == null) {
            throw new IOException("the pickle asks for Python's '" + module + "." + name
                    + "', which no state dict needs;"
                    + " nothing of it was run. Save model.state_dict() instead of the model or its surroundings");
        }
        return value;
    }
}

package net.alexnet.interop.pytorch;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.interop.pytorch.Value.Dict;
import net.alexnet.interop.pytorch.Value.Tensor;

/// Finds the tensors of a network in what was saved.
final class StateDict {
    /// Under which checkpoints of training programs keep the network.
    private static final List<String> NESTED = List.of("state_dict", "model_state_dict", "model");

    /// What DataParallel and torch.compile put around a network, whole or in part.
    private static final String WRAPPERS = "(?<=^|\\.)(?:module|_orig_mod)\\.";

    private static final int MAX_ITEMS = 20_000;

    private StateDict() {}

    /// The tensors by their names in the network.
    static Map<String, Tensor> tensors(Value saved) throws IOException {
        if (!(saved instanceof Dict(Map<String, Value> items))) {
            throw new IOException("it holds a " + Rebuild.kind(saved) + ", expected a state dict");
        }
        for (String key : NESTED) {
            if (items.get(key) instanceof Dict(Map<String, Value> nested)) {
                return named(nested);
            }
        }
        return named(items);
    }

    private static Map<String, Tensor> named(Map<String, Value> items) throws IOException {
        if (items.size() > MAX_ITEMS) {
            throw new IOException("the state dict has " + items.size() + " items; the limit is " + MAX_ITEMS);
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, Value> item : items.entrySet()) {
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
}

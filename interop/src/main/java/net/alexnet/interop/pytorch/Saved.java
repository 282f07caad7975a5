package net.alexnet.interop.pytorch;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import net.alexnet.interop.pytorch.Value.Tensor;

/// What either form holds.
///
/// @param tensors by name, not yet checked against the storages
/// @param storages their bytes by key
record Saved(Map<String, Tensor> tensors, Map<String, MemorySegment> storages) {}

package net.alexnet.interop.onnx;

import java.util.Optional;
import net.alexnet.io.Dtype;

/// The numbers of TensorProto.DataType.
final class OnnxTypes {
    private OnnxTypes() {}

    /// Empty for texts, complex numbers and those of less than a byte.
    static Optional<Dtype> dtype(long number) {
        return Optional.ofNullable(switch (Math.clamp(number, 0, Integer.MAX_VALUE)) {
            case 1 -> Dtype.F32;
            case 2 -> Dtype.U8;
            case 3 -> Dtype.I8;
            case 4 -> Dtype.U16;
            case 5 -> Dtype.I16;
            case 6 -> Dtype.I32;
            case 7 -> Dtype.I64;
            case 9 -> Dtype.BOOL;
            case 10 -> Dtype.F16;
            case 11 -> Dtype.F64;
            case 12 -> Dtype.U32;
            case 13 -> Dtype.U64;
            case 16 -> Dtype.BF16;
            case 17 -> Dtype.F8_E4M3;
            case 19 -> Dtype.F8_E5M2;
            default -> null;
        });
    }
}

package net.alexnet.train;

import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.reference.ReferenceBackend;

/// The rate of one large product of square matrices in float32: what the backend can do at best without a trick.
final class Sgemm {
    private static final int SIDE = 2048;
    private static final int SIDE_OF_LOOPS = 256; // plain loops take 10 s for the other

    private final Backend backend;
    private final int side;
    private final Tensor x;
    private final Tensor weight;
    private final Tensor bias;

    /// Makes the matrices in the open scope.
    Sgemm(Backend backend) {
        this.backend = backend;
        this.side = backend instanceof ReferenceBackend ? SIDE_OF_LOOPS : SIDE;
        this.x = backend.upload(Shape.of(side, side), values(1));
        this.weight = backend.upload(Shape.of(side, side), values(2));
        this.bias = backend.zeros(Shape.of(side));
    }

    private float[] values(int step) {
        float[] values = new float[side * side];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i * step % 7 - 3) / 4f;
        }
        return values;
    }

    int side() {
        return side;
    }

    /// The rate of one product, in 10⁹ operations per second, a multiply-add being two.
    double gigaflops(Runnable wait) {
        wait.run();
        long start = System.nanoTime();
        try (Scope _ = backend.scope()) {
            backend.dense(x, weight, bias);
            wait.run();
        }
        return 2.0 * side * side * side / (System.nanoTime() - start);
    }
}

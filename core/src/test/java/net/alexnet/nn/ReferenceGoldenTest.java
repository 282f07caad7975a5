package net.alexnet.nn;

import net.alexnet.tensor.reference.ReferenceBackend;

class ReferenceGoldenTest extends GoldenContract {
    ReferenceGoldenTest() {
        super(new ReferenceBackend());
    }
}

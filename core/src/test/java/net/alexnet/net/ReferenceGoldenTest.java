package net.alexnet.net;

import net.alexnet.tensor.reference.ReferenceBackend;

class ReferenceGoldenTest extends GoldenContract {
    ReferenceGoldenTest() {
        super(new ReferenceBackend());
    }
}

package net.alexnet.train;

import net.alexnet.nn.TinyNetworks;
import net.alexnet.tensor.reference.ReferenceBackend;

class MicroBatchTest extends MicroBatchContract {
    MicroBatchTest() {
        super(ReferenceBackend::new, TinyNetworks.of(3));
    }
}

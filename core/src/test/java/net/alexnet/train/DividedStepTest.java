package net.alexnet.train;

import net.alexnet.nn.TinyNetworks;
import net.alexnet.tensor.reference.ReferenceBackend;

class DividedStepTest extends DividedStepContract {
    DividedStepTest() {
        super(ReferenceBackend::new, TinyNetworks.of(3), 3);
    }
}

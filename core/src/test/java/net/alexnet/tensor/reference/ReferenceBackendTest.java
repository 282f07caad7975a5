package net.alexnet.tensor.reference;

import net.alexnet.tensor.BackendContract;

class ReferenceBackendTest extends BackendContract {
    ReferenceBackendTest() {
        super(new ReferenceBackend());
    }
}

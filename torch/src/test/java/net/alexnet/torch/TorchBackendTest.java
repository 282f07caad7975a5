package net.alexnet.torch;

import net.alexnet.tensor.BackendContract;

class TorchBackendTest extends BackendContract {
    TorchBackendTest() {
        super(TorchBackend.open("cpu", 2));
    }
}

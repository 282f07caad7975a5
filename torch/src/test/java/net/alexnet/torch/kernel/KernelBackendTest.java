package net.alexnet.torch.kernel;

import net.alexnet.tensor.BackendContract;

class KernelBackendTest extends BackendContract {
    KernelBackendTest() {
        super(KernelBackend.open(2));
    }
}

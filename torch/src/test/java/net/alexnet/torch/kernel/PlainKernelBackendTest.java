package net.alexnet.torch.kernel;

import net.alexnet.tensor.BackendContract;

class PlainKernelBackendTest extends BackendContract {
    PlainKernelBackendTest() {
        super(KernelBackend.openPlain(2));
    }
}

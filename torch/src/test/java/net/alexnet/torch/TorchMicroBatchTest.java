package net.alexnet.torch;

import net.alexnet.nn.AlexNet;
import net.alexnet.train.MicroBatchContract;

class TorchMicroBatchTest extends MicroBatchContract {
    TorchMicroBatchTest() {
        super(() -> TorchBackend.open("cpu", 1), AlexNet.small().withSize(28, 3, .25));
    }
}

package net.alexnet.torch;

import net.alexnet.nn.AlexNet;
import net.alexnet.train.DividedStepContract;

class TorchDividedStepTest extends DividedStepContract {
    TorchDividedStepTest() {
        super(() -> TorchBackend.open("cpu", 1), AlexNet.small().withSize(28, 3, .25), 1);
    }
}

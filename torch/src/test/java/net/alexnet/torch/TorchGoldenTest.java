package net.alexnet.torch;

import net.alexnet.nn.GoldenContract;

class TorchGoldenTest extends GoldenContract {
    TorchGoldenTest() {
        super(TorchBackend.open("cpu", 2));
    }
}

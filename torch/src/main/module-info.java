/// The fast engine: libtorch, OpenCV and kernels of our own behind core's interfaces.
module net.alexnet.torch {
    requires org.bytedeco.javacpp;
    requires org.bytedeco.opencv;
    requires org.bytedeco.pytorch;
    requires static jdk.incubator.vector;
    requires static transitive org.jspecify;
    requires transitive net.alexnet.core;

    exports net.alexnet.torch;

    provides net.alexnet.inference.EngineProvider with net.alexnet.torch.TorchEngine;
}

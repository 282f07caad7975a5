/// A program on the module path.
module example {
    requires net.alexnet.core;
    requires net.alexnet.torch;
}

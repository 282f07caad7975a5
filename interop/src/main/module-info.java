/// Weights of PyTorch, Caffe and ONNX in and out, and published ones to download.
/// Open, as Jackson reads and writes records that nobody else sees.
open module net.alexnet.interop {
    requires com.fasterxml.jackson.databind;
    requires com.fasterxml.jackson.dataformat.yaml;
    requires java.net.http;
    requires org.apache.commons.compress;
    requires static transitive org.jspecify;
    requires transitive net.alexnet.core;

    exports net.alexnet.interop;

    provides net.alexnet.inference.ModelImporter with net.alexnet.interop.ForeignModels;
}

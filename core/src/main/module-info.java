/// The library: the network, training, evaluation and data.
/// Open, as Jackson reads and writes records that nobody else sees.
open module net.alexnet.core {
    requires com.fasterxml.jackson.databind;
    requires com.fasterxml.jackson.dataformat.csv;
    requires com.fasterxml.jackson.dataformat.yaml;
    requires org.apache.commons.compress;
    requires static transitive org.jspecify;
    requires transitive java.desktop;
    requires org.apache.commons.statistics.distribution;
    requires us.hebi.matlab.mat.mfl.core;

    exports net.alexnet;
    exports net.alexnet.data;
    exports net.alexnet.data.image;
    exports net.alexnet.data.loader;
    exports net.alexnet.figure;
    exports net.alexnet.inference;
    exports net.alexnet.io;
    exports net.alexnet.nn;
    exports net.alexnet.report;
    exports net.alexnet.reproduce;
    exports net.alexnet.tensor;
    exports net.alexnet.tensor.reference;
    exports net.alexnet.train;
    exports net.alexnet.train.config;

    uses net.alexnet.data.PictureTable.Reader;
    uses net.alexnet.data.RemoteFiles;
    uses net.alexnet.inference.EngineProvider;
    uses net.alexnet.inference.ModelExporter;
    uses net.alexnet.inference.ModelImporter;
}

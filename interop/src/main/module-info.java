/// Weights of PyTorch, Caffe, ONNX and Keras in and out, published ones to download, and pictures in Parquet files, in pickles
/// and on the web.
/// Open, as Jackson reads and writes records that nobody else sees.
@SuppressWarnings("requires-automatic") // jHDF has an automatic name
open module net.alexnet.interop {
    requires com.fasterxml.jackson.databind;
    requires com.fasterxml.jackson.dataformat.yaml;
    requires io.jhdf;
    requires java.net.http;
    requires org.apache.commons.compress;
    requires static transitive org.jspecify;
    requires transitive net.alexnet.core;

    exports net.alexnet.interop;

    provides net.alexnet.data.PictureTable.Reader
            with net.alexnet.interop.parquet.ParquetPictures, net.alexnet.interop.pickle.CifarBatches;
    provides net.alexnet.data.RemoteFiles with net.alexnet.interop.WebFiles;
    provides net.alexnet.inference.ModelExporter with net.alexnet.interop.ForeignFiles;
    provides net.alexnet.inference.ModelImporter with net.alexnet.interop.ForeignModels;
}

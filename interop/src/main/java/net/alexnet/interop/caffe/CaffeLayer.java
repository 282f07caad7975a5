package net.alexnet.interop.caffe;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import net.alexnet.interop.protobuf.Message;
import org.jspecify.annotations.Nullable;

/// A layer of a net, of whichever generation of the format:
///
/// ```
/// LayerParameter     name = 1   type = 2 (text)   blobs = 7
/// V1LayerParameter   name = 4   type = 5 (enum)   blobs = 6    layer = 1 (V0LayerParameter)
/// V0LayerParameter   name = 1   type = 2 (text)   blobs = 50
/// ```
///
/// @param convolution whether it is a convolution, whose weights have four axes whatever their extents
/// @param blobs its arrays in order; null for one without values
record CaffeLayer(String name, boolean convolution, List<@Nullable Blob> blobs) {
    private static final int V1_CONVOLUTION = 4;
    private static final int V1_DECONVOLUTION = 39;
    private static final int MAX_NAME = 200;
    private static final int MAX_BLOBS = 16;

    static CaffeLayer current(Message layer) throws IOException {
        return parse(layer, 1, 2, 7, 0);
    }

    static CaffeLayer v1(Message layer) throws IOException {
        return parse(layer, 4, 5, 6, 1);
    }

    private static CaffeLayer parse(Message layer, int nameField, int typeField, int blobsField, int innerField)
            throws IOException {
        String name = "";
        boolean convolution = false;
        List<@Nullable Blob> blobs = new ArrayList<>();
        while (layer.next()) {
            int field = layer.field();
            if (field == nameField) {
                name = layer.text();
                if (name.length() > MAX_NAME) {
                    throw layer.error("the layer's name has more than " + MAX_NAME + " characters");
                }
            } else if (field == typeField) {
                convolution = innerField == 1
                        ? layer.number() == V1_CONVOLUTION || layer.number() == V1_DECONVOLUTION
                        : List.of("Convolution", "Deconvolution", "conv").contains(layer.text());
            } else if (field == blobsField) {
                if (blobs.size() == MAX_BLOBS) {
                    throw layer.error("more than " + MAX_BLOBS + " blobs");
                }
                blobs.add(Blob.parse(layer.message("BlobProto")));
            } else if (field == innerField) {
                CaffeLayer inner = parse(layer.message("V0LayerParameter"), 1, 2, 50, 0);
                name = inner.name;
                convolution = inner.convolution;
                blobs.addAll(inner.blobs);
            }
        }
        return new CaffeLayer(name, convolution, blobs);
    }
}

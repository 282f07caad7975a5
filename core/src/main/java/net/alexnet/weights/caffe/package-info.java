/// Weights and mean images that Caffe wrote, by the field numbers of its published `src/caffe/proto/caffe.proto`.
///
/// Start reading at [net.alexnet.weights.caffe.CaffeFile].
@NullMarked
package net.alexnet.weights.caffe;

import org.jspecify.annotations.NullMarked;

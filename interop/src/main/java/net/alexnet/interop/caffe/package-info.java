/// Weights and mean images that Caffe wrote, by the field numbers of its published `src/caffe/proto/caffe.proto`.
///
/// Start reading at [net.alexnet.interop.caffe.CaffeFile].
@NullMarked
package net.alexnet.interop.caffe;

import org.jspecify.annotations.NullMarked;

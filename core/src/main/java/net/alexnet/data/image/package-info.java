/// Pictures before they become tensors: decoding, scaling, cropping, mirroring, and the pixel statistics that the
/// network expects to have been taken away (§2 and §4.1 of the paper).
///
/// Headers are read by [net.alexnet.data.image.ImageHeader] and not by a library: metadata-extractor 2.19 tells neither
/// scans nor frames, and a PNG of 1 MB with compressed text filled a heap of 512 MB.
@NullMarked
package net.alexnet.data.image;

import org.jspecify.annotations.NullMarked;

/// Figures of a trained network, as SVG: its kernels and predictions (figures 3 and 4 of the paper), the maps of a layer, and
/// what a prediction depends on. Nothing here reads or writes a file, except that [net.alexnet.figure.Picture#read] reads
/// pictures.
@NullMarked
package net.alexnet.figure;

import org.jspecify.annotations.NullMarked;

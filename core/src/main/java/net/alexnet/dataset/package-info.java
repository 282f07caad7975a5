/// Where labelled pictures come from: class folders and IDX files, each as a [net.alexnet.dataset.Dataset] of a
/// training and a validation [net.alexnet.dataset.PictureSet].
@NullMarked
package net.alexnet.dataset;

import org.jspecify.annotations.NullMarked;

/// Where labelled pictures come from: class folders, IDX files, CIFAR-10's batches and ILSVRC-2012's tars, each as a
/// [net.alexnet.dataset.Dataset] of a training and a validation [net.alexnet.dataset.PictureSet].
@NullMarked
package net.alexnet.dataset;

import org.jspecify.annotations.NullMarked;

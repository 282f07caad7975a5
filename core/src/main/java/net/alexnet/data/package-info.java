/// Where labelled pictures come from: class folders, IDX files, CIFAR-10's batches and ILSVRC-2012's tars, each as a
/// [net.alexnet.data.Dataset] of a training and a validation [net.alexnet.data.ImageDataset].
@NullMarked
package net.alexnet.data;

import org.jspecify.annotations.NullMarked;

/// Sources of labeled images: class folders, IDX files, CIFAR-10's batches and ILSVRC-2012's tars, each as a
/// [net.alexnet.data.Dataset] of a training and a validation [net.alexnet.data.ImageDataset], which is a list of
/// [net.alexnet.data.Sample]s. [net.alexnet.data.ResizedImages] makes the images that a network can use.
@NullMarked
package net.alexnet.data;

import org.jspecify.annotations.NullMarked;

/// Sources of labeled images: class folders, IDX files, CIFAR-10's batches and ILSVRC-2012's tars, each as a
/// [net.alexnet.data.Dataset] of a training and a validation [net.alexnet.data.ImageDataset], which is a list of
/// [net.alexnet.data.Sample]s. [net.alexnet.data.ResizedImages] makes the images that a network can use.
///
/// A prepared dataset holds every image resized once (§2 of the paper), in tar shards that any tool can list:
///
/// ```
/// out/train-000000.tar   000000000.jpg, 000000000.cls, 000000001.jpg, …      Shard, ShardWriter
/// out/train-000000.idx   where each image is, its label and checksum         StoredShard
/// out/val-000000.tar …
/// out/dataset.json       describes the dataset; written last                 DatasetFile
/// out/rejected.tsv       images that were left out, if any                   RejectedImage
/// out/duplicates.tsv     images that are in two places, if any               Duplicates, NearCopies
/// out/prepare.journal    only until dataset.json is there                    PreparationJournal
///
///  ImageDataset ─▶ OrderedWork: read, resize, encode ─▶ ShardSetWriter ─▶ ResizedImages.read
///                 many threads, few images in flight     one, in order     mean, colors
/// ```
///
/// Start reading at [net.alexnet.data.Datasets], at [net.alexnet.data.DatasetPreparer] for writing and at
/// [net.alexnet.data.PreparedDataset] for reading.
@NullMarked
package net.alexnet.data;

import org.jspecify.annotations.NullMarked;

/// Prepared datasets: every picture resized once (§2 of the paper) and stored in tar shards that any tool can list, with
/// `dataset.json` beside them.
///
/// ```
/// out/train-000000.tar   000000000.jpg, 000000000.cls, 000000001.jpg, …      Shard, TarRecord
/// out/train-000000.idx   where each image is, its label and checksum         ShardIndex
/// out/val-000000.tar …
/// out/dataset.json       describes the dataset; written last                 DatasetFile
/// out/rejected.tsv       pictures that were left out, if any                 RejectedImage
/// out/duplicates.tsv     pictures that are in two places, if any             Duplicates
/// out/prepare.journal    only until dataset.json is there                    PreparationJournal
///
///  ImageDataset ─▶ OrderedWork: read, resize, encode ─▶ ShardSetWriter ─▶ ShardWriter, journal ─▶ ResizedImages.read
///                many threads, few images in flight     one thread, in order                   mean, colors
/// ```
///
/// Start reading at `DatasetPreparer` for writing and at `PreparedDataset` for reading.
@NullMarked
package net.alexnet.data.shard;

import org.jspecify.annotations.NullMarked;

/// Prepared datasets: every picture scaled once to the paper's square (§2), stored in tar shards that any tool can
/// list, with `dataset.json` beside them.
///
/// ```
/// out/train-000000.tar   000000000.jpg, 000000000.cls, 000000001.jpg, …      Shard, TarRecord
/// out/train-000000.idx   where each picture stands, its label and checksum   ShardIndex
/// out/val-000000.tar …
/// out/dataset.json       what all of it is; written last                     DatasetFile
/// out/rejected.tsv       pictures that were left out, if any                 Reports
/// out/duplicates.tsv     pictures that stand in two places, if any           Duplicates
/// out/prepare.journal    only until dataset.json is there                    PreparationJournal
///
///  ImageDataset ─▶ OrderedWork: content, square, encode ─▶ ShardSetWriter ─▶ ShardWriter, journal ─▶ PixelStatisticsPass
///                many threads, few pictures in flight     one thread, in order                   mean, colours
/// ```
///
/// Start reading at `DatasetPreparer` for writing and at `PreparedDataset` for reading.
@NullMarked
package net.alexnet.data.shard;

import org.jspecify.annotations.NullMarked;

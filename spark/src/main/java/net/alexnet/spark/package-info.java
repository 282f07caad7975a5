/// Pictures in jobs of Apache Spark: [net.alexnet.spark.PictureClassifier] classifies them and computes their features,
/// [net.alexnet.spark.TrainingRanks] trains a network with a process for each task.
@NullMarked
package net.alexnet.spark;

import org.jspecify.annotations.NullMarked;

/// What a layer of a network gives for pictures, the paper's "feature activations" (§6.1, figure 4).
///
/// ```
/// pictures ─▶ Feed ─▶ FeatureExtractor ─┬─▶ FeatureFile                    .parquet, .npy, .csv for others
///                     a FeatureLayer    └─▶ KeptFeatures ─▶ FeatureStore   under a FeatureKey, mapped when found again
/// ```
///
/// Start reading at [net.alexnet.features.FeatureExtractor].
@NullMarked
package net.alexnet.features;

import org.jspecify.annotations.NullMarked;

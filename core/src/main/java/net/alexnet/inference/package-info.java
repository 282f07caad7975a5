/// Trained networks: a model with its classes and preprocessing, predictions over one or several
/// crops, top-1 and top-5 error (§1 of the paper), features of a layer and nearest neighbors
/// (§6.1).
///
/// ```
/// images → crops → probabilities → mean over crops → mean over networks → TopKErrors, Prediction
/// images → DataLoader → FeatureExtractor ─┬─▶ FeatureFile     .npy, .csv
///                                         └─▶ FeatureCache    mapped when found again
/// ```
///
/// Start reading at [net.alexnet.inference.Model], [net.alexnet.inference.Ensemble] and
/// [net.alexnet.inference.FeatureExtractor].
@NullMarked
package net.alexnet.inference;

import org.jspecify.annotations.NullMarked;

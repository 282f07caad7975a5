package net.alexnet.dataset;

/// Labelled pictures to judge a trained model by, their labels in the model's own order of classes.
///
/// @param description which pictures were taken, for a report
/// @param pictures all of them
public record EvaluationSet(String description, PictureSet pictures) {}

package net.alexnet.reproduce;

/// A run that a claim needs.
///
/// @param arm whose settings it has
/// @param seed of the run
/// @param epochs at most so many, where a longer run could show nothing more; 0 for the recipe's own number
/// @param evaluated whether the finished run is evaluated on the validation pictures
/// @param neighbors whether the nearest pictures of its validation pictures are measured
record PlannedRun(Arm arm, int seed, int epochs, boolean evaluated, boolean neighbors) {}

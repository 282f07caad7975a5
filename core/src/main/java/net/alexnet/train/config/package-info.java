/// Recipes: a training run as an immutable value, read from YAML and stored in every checkpoint. Constants are those of §5
/// of the paper (SGD with momentum), and schedules change the learning rate.
///
/// Start reading at [net.alexnet.train.config.Recipe], then `recipes/paper.yaml`.
@NullMarked
package net.alexnet.train.config;

import org.jspecify.annotations.NullMarked;

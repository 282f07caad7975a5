/// A recipe: a whole run as an immutable value, read from YAML and stored in every checkpoint; with the constants of §5 (SGD
/// with momentum) and the learning-rate schedules.
///
/// Start reading at [net.alexnet.train.config.Recipe], then `recipes/paper.yaml`.
@NullMarked
package net.alexnet.train.config;

import org.jspecify.annotations.NullMarked;

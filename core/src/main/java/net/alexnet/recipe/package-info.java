/// A recipe is a whole run as an immutable value: which network, which pictures, how it is trained. It is written in YAML, read
/// once, checked, stored in every checkpoint, and never changed by what the run meets.
///
/// Start reading at [net.alexnet.recipe.Recipe], then `recipes/paper.yaml`.
@NullMarked
package net.alexnet.recipe;

import org.jspecify.annotations.NullMarked;

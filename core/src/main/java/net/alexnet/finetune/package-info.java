/// Fine-tuning: what frozen layers make of the pictures is computed once, stored, and read by every epoch and every run.
///
/// Start reading at [net.alexnet.finetune.FeatureSource].
@NullMarked
package net.alexnet.finetune;

import org.jspecify.annotations.NullMarked;

/// The training loop, §5 of the paper.
///
/// ```
/// Feed ──batch──▶ Trainer.step: rate → forward → loss → backward → update → record
///                      │ end of an epoch: validate → schedule → save
///                      ├──▶ Watch     says why it does not learn
///                      └──▶ Journal   log.jsonl, TensorBoard, Progress
/// ```
///
/// Start reading at [net.alexnet.train.Trainer].
@NullMarked
package net.alexnet.train;

import org.jspecify.annotations.NullMarked;

/// The training loop, §5 of the paper, and everything that a run consists of.
///
/// ```
/// DataLoader ──batch──▶ Trainer.step: learning rate → forward → loss → backward → update → record
///                       │ end of an epoch: validate → schedule → save
///                       ├──▶ TrainingMonitor   says why a network does not learn
///                       └──▶ MetricsLogger     log.jsonl, TensorBoard, RunListener
///
/// runs/20261123-130455-quickstart/     runs/latest points at the newest
///   recipe.yaml                        the whole recipe
///   log.jsonl, events.out.tfevents.*   what happened
///   rejected.tsv                       images that could not be read, with the reason
///   report.html                        the page of a run that ended, by net.alexnet.report
///   checkpoints/step-…/                model.safetensors, momentum.safetensors, state.json
/// ```
///
/// Start reading at [net.alexnet.train.Trainer] for the loop, and at [net.alexnet.train.TrainingRun] for a run.
@NullMarked
package net.alexnet.train;

import org.jspecify.annotations.NullMarked;
